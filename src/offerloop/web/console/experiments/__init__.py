"""Experiments: what each plan caused, by its read-outs."""
