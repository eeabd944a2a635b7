"""Properties are checked without a time limit: a loaded machine is no failure."""

from hypothesis import settings

settings.register_profile("no time limit", deadline=None)
settings.load_profile("no time limit")
