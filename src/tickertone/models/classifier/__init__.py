"""Classifiers from others, as they are."""
