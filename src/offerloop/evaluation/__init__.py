"""How good an answer was: metrics and their intervals, from numbers alone."""
