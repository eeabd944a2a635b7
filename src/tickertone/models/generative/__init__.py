"""What language models that answer a prompt share: prompts, label words and their scores."""
