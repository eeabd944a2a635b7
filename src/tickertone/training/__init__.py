"""Fitting in a process of its own: request, worker, launcher, thread probe."""
