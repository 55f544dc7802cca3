"""The recommenders that learn from purchases by counting, factorising and solving: one file per algorithm."""
