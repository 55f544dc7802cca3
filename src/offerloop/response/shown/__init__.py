"""What a log of shown offers says of their effects: exposures with propensities, and what customers then bought."""
