"""Which source model will serve a target? Scores from its outputs on a few labelled target texts.

One score a file, all in nats, higher is better; `rank_agreement` says how well a score ranks the
models. None of them trains anything.
"""
