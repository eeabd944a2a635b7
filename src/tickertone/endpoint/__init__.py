"""Models behind OpenAI-compatible servers: rendered prompts in, log-probabilities of labels out.

`label_scores.score` is the way in. No other family imports anything from here.
"""
