"""The loop that learns: each period gives offers by what the earlier ones showed, and keeps giving a few at random."""

from typing import TYPE_CHECKING

from offerloop.lazy import lazy_exports

if TYPE_CHECKING:
    from offerloop.loop.decide import Rules
    from offerloop.loop.drift import BY_LOT, OF_PLAN, Alarm, Drift
    from offerloop.loop.guardrails import Drawn, Guardrails
    from offerloop.loop.learning import MORE, WARY
    from offerloop.loop.market_shop import loop_policy
    from offerloop.loop.periods import NotYetError, go_on
    from offerloop.loop.watch import LINES, OPT_OUTS, Watched, pulse_of, watched

__all__ = [
    "BY_LOT",
    "LINES",
    "MORE",
    "OF_PLAN",
    "OPT_OUTS",
    "WARY",
    "Alarm",
    "Drawn",
    "Drift",
    "Guardrails",
    "NotYetError",
    "Rules",
    "Watched",
    "go_on",
    "loop_policy",
    "pulse_of",
    "watched",
]

__getattr__, __dir__ = lazy_exports(__name__)
