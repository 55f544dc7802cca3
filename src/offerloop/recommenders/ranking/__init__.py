"""A ranking learned over all recommenders, and the choice on held-out windows of the one that serves each task."""
