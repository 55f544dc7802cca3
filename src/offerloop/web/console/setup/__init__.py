"""Set a shop up: upload its files, look at the guessed columns, and start the first run."""
