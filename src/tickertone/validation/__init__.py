"""Is this data fit to train on and to be judged by? Nothing here knows of stores or stages."""
