"""The sections of the page of a study: effects, curves of what may be spent, and checks."""
