"""The jobs of the shop: begin a run or a read-out, see how far it is, and cancel it."""
