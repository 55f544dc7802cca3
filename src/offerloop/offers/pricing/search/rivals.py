"""Offers of single units that want the same ones, and those that may take off more after others than alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from offerloop.offers.pricing.basket import Basket
from offerloop.offers.pricing.candidates import Candidate
from offerloop.offers.pricing.claims import SOME
from offerloop.offers.pricing.effects.chosen_units import OnChosenUnits
from offerloop.offers.pricing.running import Running
from offerloop.offers.pricing.search.least_prices import LeastPrices
from offerloop.offers.pricing.search.numbers_of_uses import all_units_count, may_skip_numbers


def find_rivals(order: Sequence[Candidate], start: Running, *, grows: bool, ties: bool) -> None:
    """Note for offers of single units which others, before and after them, want the same ones.

    One that comes after others that use units may take off more than when it is alone, and so may one behind others
    that lower prices to where nothing is taken off the cheapest units, one of several parts where lines tie, and all
    where `grows`.
    """
    if all(candidate.quick and candidate.uses is not SOME for candidate in order):
        return
    later: dict[tuple[int, int], int] = {}
    number: dict[tuple[int, int], int] = {}
    for place, candidate in reversed(list(enumerate(order))):
        if candidate.uses:
            if candidate.uses is SOME:
                candidate.rival_units = sum([key[1] * number[key] for key, bits in _rivals(candidate, later) if bits])
                candidate.may_skip = may_skip_numbers(order, place, start) if candidate.is_used_often(start) else False
            key = (-1 if _takes_anywhere(candidate) else candidate.ready.lane, _units_together(candidate, start))
            later[key] = later.get(key, 0) | candidate.touched
            number[key] = number.get(key, 0) + 1
    earlier: dict[tuple[int, int], int] = {}
    least = LeastPrices(start.basket)
    last = max([place for place, candidate in enumerate(order) if not candidate.quick], default=-1)
    for candidate in order[: last + 1]:
        if not candidate.quick and len(candidate.places) == 1:
            effect, at = candidate.places[0]
            if (
                grows
                or (ties and len(effect.also) > 1)
                or any(bits for _, bits in _rivals(candidate, earlier))
                or (isinstance(effect, OnChosenUnits) and effect.may_grow(at, least.by_line))
            ):
                candidate.most = effect.most(at, start)
        least.add(candidate)
        if candidate.uses:
            key = (-1 if _takes_anywhere(candidate) else candidate.ready.lane, 0)
            earlier[key] = earlier.get(key, 0) | candidate.touched


def _rivals(candidate: Candidate, groups: Mapping[tuple[int, int], int]) -> list[tuple[tuple[int, int], int]]:
    """Lines of other offers that it has in common with them, by lane (-1 for any) and size."""
    return [(key, bits & candidate.touched) for key, bits in groups.items() if key[0] in (-1, candidate.ready.lane)]


def _units_together(candidate: Candidate, start: Running) -> int:
    """Return the units that an offer can use in all; where these are many and it takes a few each time, those few."""
    effect, at = candidate.places[0]
    return effect.units(at, start) if all_units_count(candidate, start) else effect.size


def _takes_anywhere(candidate: Candidate) -> bool:
    """Whether the units that it uses are used for offers of other lanes too."""
    return candidate.uses is SOME and not candidate.ready.limited


def may_grow(candidates: Sequence[Candidate], basket: Basket) -> bool:
    """Whether an offer that chooses its units may take off more after others than when it is alone."""
    return basket.has_floors or any(one.ready.of_full_price for one in candidates)
