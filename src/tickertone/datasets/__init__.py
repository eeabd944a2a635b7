"""From source files to snapshots of identified examples; knows nothing of stages or the store."""
