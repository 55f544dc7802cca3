"""Use cases shared by the command line and whatever else calls Offerloop."""
