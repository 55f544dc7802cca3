"""One short file per kind of offer: its terms, their form, and what it does to the prices of a basket."""
