"""Estimators of the effect of each offer on each customer, and the models of the outcome that they are made of."""
