"""How sales followed the prices at the shelf, where nobody was given an offer at random."""
