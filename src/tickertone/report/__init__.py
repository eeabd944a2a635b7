"""One page that says what an experiment found; knows nothing of stages or of the store."""
