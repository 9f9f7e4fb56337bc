"""Property tests here keep no database of examples and judge no timing."""

from hypothesis import settings

settings.register_profile("dms", deadline=None, database=None)
settings.load_profile("dms")
