"""Which column of a shop's files is which of ours: found by names and contents, with the reason for each."""
