"""`python -m offerloop`: the command line, where its script is not on the path."""

from offerloop.cli import main

main()
