"""Prefect on this machine: its settings, a server for one run, and the services of `make up`."""
