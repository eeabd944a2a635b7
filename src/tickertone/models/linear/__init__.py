"""Logistic regression on TF-IDF n-grams or on frozen sentence embeddings."""
