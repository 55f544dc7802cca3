"""What the study of one trial says: its headline, its first paragraph, its doubts, and the details below."""
