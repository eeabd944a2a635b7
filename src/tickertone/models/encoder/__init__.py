"""Encoders with a classification head, fully tuned or through LoRA.

Nothing outside this package imports it by statement: it is found by name, in a process that is
about to use torch, so its modules import torch and transformers at their top.
"""
