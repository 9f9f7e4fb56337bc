"""Words in which files of past visits are written."""

SERVICE_WORDS = ("保养", "机油", "maintenance", "service", "oil")
"""A past visit was a scheduled service if one of these is in its text: old systems tell no more."""
