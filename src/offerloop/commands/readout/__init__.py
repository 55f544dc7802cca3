"""What a plan caused, measured against its holdout after the period."""
