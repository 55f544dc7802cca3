"""An offer in a few words, read into terms and written back."""
