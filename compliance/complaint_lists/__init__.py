"""Lists of complaints that other centres took: their layouts, and how they are put on record (`loading.py`)."""
