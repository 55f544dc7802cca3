"""What rooms say in English, in Chinese."""
