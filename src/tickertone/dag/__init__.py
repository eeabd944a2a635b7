"""The graph of an experiment: which steps there are, what each needs, and what came of them."""
