"""Whether an offer of single units need not be tried at every number of uses, where it can be used often.

`Candidate.ways` tries numbers near none and near the most, as many as later rivals can use units. That loses nothing
where all of them take units of one price, of which they take off as much each time. For of the offers that may be used
without a limit let m be the most efficient one. Among as many uses of others as m takes units at a time some take a
multiple of these together, and m in their place takes off no less. So there is a best mix in which the others are used
fewer times than that. An offer that is not m is used nearly not at all, then, and m nearly as often as it can be: but
for the units that these few uses take, and those of offers with a limit, of which all units count. Each offer in turn
meets what is left by those before it, which is units of one price again. Where these are of several lines, no offer may
want so many of one line, or some of one and some of another.

What is less must be no worse in the end. So later offers may only be of what lines cost together: of just these lines,
or of more and more besides, and none may look at what has been taken off already.
"""

from __future__ import annotations

from collections.abc import Sequence

from offerloop.offers.conditions import Measured
from offerloop.offers.pricing.candidates import Candidate
from offerloop.offers.pricing.claims import LINES, SOME
from offerloop.offers.pricing.effects.base import Effect, Place
from offerloop.offers.pricing.effects.bundle import BundleOf
from offerloop.offers.pricing.effects.chosen_units import BuyGet
from offerloop.offers.pricing.effects.each_unit import OffEachUnit
from offerloop.offers.pricing.effects.tiers import OffFrom
from offerloop.offers.pricing.effects.together import OffTogether
from offerloop.offers.pricing.running import Running

_MANY_UNITS = 24
"""Up to this many units an offer that can be used often counts with all of them.

Chosen on a basket of three lines with 300, 280 and 150 units and five offers: with 50 its total was 3 % higher, as the
search ended with less tried; with 24 it is that of counting one use only.
"""


def may_skip_numbers(order: Sequence[Candidate], place: int, start: Running) -> bool:
    """Whether the best number of uses of an offer is among those that are tried, where its units cost the same."""
    candidate, only_choosers = order[place], True
    if not (_depends_on_units_alone(candidate) and _is_without_limit(*candidate.places[0])):
        return False
    lines = candidate.touched
    for other in order[place + 1 :]:
        if not other.touched & lines:
            continue
        if other.uses is SOME:
            if not (only_choosers and other.touched == lines and _depends_on_units_alone(other)):
                return False
            if not (_is_without_limit(*other.places[0]) or all_units_count(other, start)):
                return False
            if lines.bit_count() > 1 and not _takes_any_line(*other.places[0]):
                return False
        elif lines & ~other.touched or not _never_gains_by_more(other):
            return False
        else:
            lines |= other.touched
            only_choosers = False
    return True


def all_units_count(candidate: Candidate, start: Running) -> bool:
    """Whether all units that an offer may use count as those that offers before it should leave to it."""
    effect, at = candidate.places[0]
    once = candidate.uses is SOME and effect.repeats(at, start) == 1
    return once or effect.units(at, start) <= _MANY_UNITS


def _depends_on_units_alone(candidate: Candidate) -> bool:
    """Whether what it takes off depends only on which units are free, and what these cost."""
    if len(candidate.places) != 1 or _looks_at_more(candidate):
        return False
    return not candidate.places[0][1].basket.has_floors


def _is_without_limit(effect: Effect, at: Place) -> bool:
    """Whether it takes so many of its units each time, whichever they are, as often as there are units."""
    return isinstance(effect, BuyGet | BundleOf) and effect.limit is None and _takes_any_line(effect, at)


def _takes_any_line(effect: Effect, at: Place) -> bool:
    """Whether units of all its lines serve it alike, however many are of one."""
    if isinstance(effect, BundleOf) and any(set(part) != set(at.lines) for part in at.also):
        return False
    if isinstance(effect, BuyGet) and effect.got_from is not None:
        return False
    return not isinstance(effect, BuyGet | BundleOf | OffEachUnit) or effect.units_per_line is None


def _never_gains_by_more(candidate: Candidate) -> bool:
    """Whether what it leaves of its lines is never less where they cost more."""
    if candidate.uses is not LINES or not _depends_on_units_alone(candidate):
        return False
    effect = candidate.places[0][0]
    return isinstance(effect, OffTogether) or (isinstance(effect, OffFrom) and effect.measured is Measured.BEFORE)


def _looks_at_more(candidate: Candidate) -> bool:
    """Whether it depends on what has been taken off already, has a budget or a stock."""
    ready = candidate.ready
    return bool(ready.after or ready.limited or ready.of_full_price or candidate.left_minor is not None)
