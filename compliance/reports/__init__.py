"""Reports: figures over some days as of a moment. `kind.py` says what one is made of, `kinds.py` which there are."""
