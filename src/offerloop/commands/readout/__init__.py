"""What a plan caused, measured against its randomised control group (holdout, or holdback in a loop)."""

from typing import TYPE_CHECKING

from offerloop.lazy import lazy_exports

if TYPE_CHECKING:
    from offerloop.commands.readout.state import draw_checks, plan_test

__all__ = ["draw_checks", "plan_test"]

__getattr__, __dir__ = lazy_exports(__name__)
