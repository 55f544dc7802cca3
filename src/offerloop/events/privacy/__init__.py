"""What protects customers before anything else sees them: suppression, pseudonyms, consent and retention."""
