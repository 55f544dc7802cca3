"""Work beside requests: jobs, and notices to webhooks and mail."""
