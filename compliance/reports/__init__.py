"""Reports: what the register found over a stretch of days, as rows that leave the house.

`reports.build` gives a report's columns and rows, `reports.write_csv` and `write_json` put them into a file.
"""
