"""A toolkit for pages that knows no command: blocks, charts, numbers, words, and the frame of every page."""
