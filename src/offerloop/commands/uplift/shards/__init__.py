"""The study of a trial that is larger than memory: a sample learns, and sums over shards of all rows judge."""
