"""A simulated shop whose true effects are known: where estimators, allocators and the loop are judged.

Everything that comes out of it is synthetic and says so.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from offerloop.market.ceiling import blocks_of
    from offerloop.market.courses import by_period, ceiling_among, grown, regretted, same_spend
    from offerloop.market.gains import over_worlds, share_of, sums_of
    from offerloop.market.periods import POLICIES, Learner, Played, Setting, Week, play
    from offerloop.market.planning import LEVERS, Combination, Levers, Telling, brought, combinations, with_terms
    from offerloop.market.policies import DRAWN, Given, Logged, Rule
    from offerloop.market.preset import load_preset
    from offerloop.market.seen import DEMOGRAPHICS, lines_of
    from offerloop.market.simulation import Market
    from offerloop.market.tables import SCALE
    from offerloop.market.terms import EVERYTHING, SPEND_AND_SAVE, Terms
    from offerloop.market.world import KINDS

__all__ = [
    "DEMOGRAPHICS",
    "DRAWN",
    "EVERYTHING",
    "KINDS",
    "LEVERS",
    "POLICIES",
    "SCALE",
    "SPEND_AND_SAVE",
    "Combination",
    "Given",
    "Learner",
    "Levers",
    "Logged",
    "Market",
    "Played",
    "Rule",
    "Setting",
    "Telling",
    "Terms",
    "Week",
    "blocks_of",
    "brought",
    "by_period",
    "ceiling_among",
    "combinations",
    "grown",
    "lines_of",
    "load_preset",
    "over_worlds",
    "play",
    "regretted",
    "same_spend",
    "share_of",
    "sums_of",
    "with_terms",
]

_MODULES = {
    ".ceiling": "blocks_of",
    ".courses": "by_period ceiling_among grown regretted same_spend",
    ".gains": "over_worlds share_of sums_of",
    ".periods": "POLICIES Learner Played Setting Week play",
    ".planning": "LEVERS Combination Levers Telling brought combinations with_terms",
    ".policies": "DRAWN Given Logged Rule",
    ".preset": "load_preset",
    ".seen": "DEMOGRAPHICS lines_of",
    ".simulation": "Market",
    ".tables": "SCALE",
    ".terms": "EVERYTHING SPEND_AND_SAVE Terms",
    ".world": "KINDS",
}
_LAZY = {name: module for module, names in _MODULES.items() for name in names.split()}


def __getattr__(name: str) -> object:
    """Load a module when one of its names is first asked for."""
    if name not in _LAZY:
        raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
    return getattr(import_module(_LAZY[name], __name__), name)
