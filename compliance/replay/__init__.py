"""What a draft policy would have answered: the questions of a period, asked again under it. Start at `replay.py`."""
