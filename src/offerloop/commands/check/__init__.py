"""What a run would start from, before anything is fitted."""

from typing import TYPE_CHECKING

from offerloop.lazy import lazy_exports

if TYPE_CHECKING:
    from offerloop.commands.check.campaign import campaign_problems

__all__ = ["campaign_problems"]

__getattr__, __dir__ = lazy_exports(__name__)
