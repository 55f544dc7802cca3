"""Which rows stay: the cleaning rules and what each did, ids that do not match, dates, bulk buyers, non-merchandise."""
