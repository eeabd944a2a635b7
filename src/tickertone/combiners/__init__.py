"""From the logits of many models to one distribution over the labels: one combiner a file."""
