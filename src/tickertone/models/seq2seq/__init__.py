"""Encoder-decoders of the T5 architecture that answer a prompt."""
