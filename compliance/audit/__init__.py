"""The audit: a company's calls of one day held against the register as it stood at each call.

`audit.py` does one company-day from claim to finish. `findings.py` asks the rule about every call, and the audit's own
rules (`rules.py`) about how the call kept to its check. `recheck.py` asks every check of the day again: where our own
answer comes out otherwise, that is our defect, an incident.
"""
