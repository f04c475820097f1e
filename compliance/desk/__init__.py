"""The desk: the pages that the regulator's staff work at. One noun, one file; `urls.py` names the addresses."""
