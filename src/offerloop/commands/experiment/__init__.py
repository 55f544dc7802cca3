"""An A/B test: each arm against the control, and whether to ship it."""
