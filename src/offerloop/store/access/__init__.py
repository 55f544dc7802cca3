"""Who may ask the service, what was answered to them, and who changed what."""
