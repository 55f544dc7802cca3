"""The pseudonyms under which customers stand in the tables of a run."""
