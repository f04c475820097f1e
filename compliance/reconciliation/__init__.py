"""The reconciliation: what companies report set against what carriers carried, and what people complain of.

`reconciliation.py` does one company-day from claim to finish. `matching.py` pairs carried calls with reported ones;
`findings.py` says what is left over; `behaviour.py` looks at the callers that belong to no company, and `signals.py`
says of each how it behaves. What is found goes into `Discrepancy` rows (`compliance/discrepancies.py`), in place of
what was found before.
"""
