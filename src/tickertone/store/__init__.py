"""What is kept: manifests and files, shards of rows, the DuckDB database, journals of runs."""
