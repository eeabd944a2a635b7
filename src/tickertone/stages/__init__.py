"""One module a stage: the body that turns a step's inputs into its outputs."""
