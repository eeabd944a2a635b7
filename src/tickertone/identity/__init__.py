"""What makes two texts, two examples or two steps the same."""
