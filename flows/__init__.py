"""The DAG as Prefect flows; one flow, one file."""
