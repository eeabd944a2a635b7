"""Decoders that answer by continuing a prompt."""
