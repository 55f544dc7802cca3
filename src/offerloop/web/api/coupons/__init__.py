"""The ledger of coupons over HTTP: templates, codes and their uses."""
