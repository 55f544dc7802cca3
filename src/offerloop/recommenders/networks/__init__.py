"""The recommenders that are neural networks, and what only these need: pairs, labels, batches and the optimiser."""
