"""Tickertone: train a family of sentiment models, keep every logit, learn to combine them.

The library knows nothing of Prefect and is usable from a notebook. Arrows point one way:
identity and catalog at the bottom; datasets, validation, models, combiners and metrics side by
side; store and stages above them; dag, report and cli on top.
"""
