"""One module a stage: its subjects, what each needs, and the step that comes of it."""
