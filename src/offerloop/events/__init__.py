"""Stage 1: read the sources, clean them by written rules, and say what was done."""

from offerloop.events.given import Given
from offerloop.events.preparation import Events, prepare

__all__ = ["Events", "Given", "prepare"]
