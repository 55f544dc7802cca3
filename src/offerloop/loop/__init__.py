"""The loop that learns: each period gives offers by what the earlier ones showed, and keeps giving a few at random."""

from importlib import import_module
from typing import TYPE_CHECKING

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

_MODULES = {
    ".decide": "Rules",
    ".drift": "BY_LOT OF_PLAN Alarm Drift",
    ".guardrails": "Drawn Guardrails",
    ".learning": "MORE WARY",
    ".market_shop": "loop_policy",
    ".periods": "NotYetError go_on",
    ".watch": "LINES OPT_OUTS Watched pulse_of watched",
}
_LAZY = {name: module for module, names in _MODULES.items() for name in names.split()}


def __getattr__(name: str) -> object:
    """Load a module when one of its names is first asked for."""
    if name not in _LAZY:
        raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
    return getattr(import_module(_LAZY[name], __name__), name)
