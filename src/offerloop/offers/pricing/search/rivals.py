"""Offers of single units that want the same ones, and those that may take off more after others than alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from offerloop.offers.pricing.basket import Basket
from offerloop.offers.pricing.candidates import Candidate
from offerloop.offers.pricing.claims import SOME
from offerloop.offers.pricing.running import Running


def find_rivals(order: Sequence[Candidate], start: Running, *, grows: bool) -> None:
    """Note for offers of single units which others, before and after them, want the same ones.

    One that comes after others may take off more than when it is alone, and so may all where `grows`.
    """
    later: dict[tuple[int, int], int] = {}
    for one in reversed(order):
        if one.uses:
            size = one.places[0][0].size
            if one.uses is SOME:
                one.rival_size = max((other for (_, other), bits in _rivals(one, later) if bits), default=0)
            key = (-1 if _takes_anywhere(one) else one.ready.lane, size)
            later[key] = later.get(key, 0) | one.touched
    earlier: dict[tuple[int, int], int] = {}
    for one in order:
        if not one.quick and len(one.places) == 1 and (grows or any(bits for _, bits in _rivals(one, earlier))):
            effect, at = one.places[0]
            one.most = effect.most(at, start)
        if one.uses:
            key = (-1 if _takes_anywhere(one) else one.ready.lane, 0)
            earlier[key] = earlier.get(key, 0) | one.touched


def _rivals(one: Candidate, groups: Mapping[tuple[int, int], int]) -> list[tuple[tuple[int, int], int]]:
    """Lines of other offers that it has in common with them, by lane (-1 for any) and size."""
    return [(key, bits & one.touched) for key, bits in groups.items() if key[0] in (-1, one.ready.lane)]


def _takes_anywhere(one: Candidate) -> bool:
    """Whether the units that it uses are used for offers of other lanes too."""
    return one.uses is SOME and not one.ready.limited


def may_grow(candidates: Sequence[Candidate], basket: Basket) -> bool:
    """Whether an offer that chooses its units may take off more after others than when it is alone."""
    return basket.has_floors or any(one.ready.of_full_price for one in candidates)
