"""A randomised trial: whether an offer pays, and for whom."""
