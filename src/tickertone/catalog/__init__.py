"""What people edit under data/: data sets, models and experiments, typed and checked on load."""
