"""Files of many people: lists of opt-outs, consents and reassignments, read and put on record in bulk.

`text.py` finds the encoding, `rows.py` the rows, `numbers.py` the layouts of number lists; `opt_outs.py`, `consents.py`
and `reassignments.py` each load one kind of file with the same outcome as their verb, row by row, would have.
"""
