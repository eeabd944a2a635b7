"""One short Prefect adapter a stage: name, cache, retries, tags. No science."""
