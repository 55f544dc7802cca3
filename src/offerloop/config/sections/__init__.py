"""What stands in the parts of `offerloop.toml`: each section as a class that checks what is written."""
