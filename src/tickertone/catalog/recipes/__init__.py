"""How models are made: the stanzas of data/models.yaml, one module a family."""
