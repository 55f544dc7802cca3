"""A simulated shop whose true effects are known, and what policies gain in it."""
