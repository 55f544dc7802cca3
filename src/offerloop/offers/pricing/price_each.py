"""The price of each of many products alone, as a list of products shows them before there is a basket.

Most offers look only at the lines that they are about. For these, all lines stand in one basket, and what does not
depend on the line is found once; for the others, each line is put into a basket of its own.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from offerloop.offers.base import Offer
from offerloop.offers.conditions import Conditions
from offerloop.offers.pricing.basket import Basket, BasketLine
from offerloop.offers.pricing.budgets import FindLeft, OfferLeft, used_up, within_budget
from offerloop.offers.pricing.candidates import Candidate, candidate, claims_of, units_left, why_not_now
from offerloop.offers.pricing.claims import UnitClaim
from offerloop.offers.pricing.effects.base import Arithmetic, Effect, Place
from offerloop.offers.pricing.effects.each_unit import OffEachUnit
from offerloop.offers.pricing.effects.tiers import OffFrom
from offerloop.offers.pricing.effects.together import OffTogether
from offerloop.offers.pricing.offer_set import OfferSet, Ready
from offerloop.offers.pricing.price import price, why_far
from offerloop.offers.pricing.running import Running
from offerloop.offers.shortfall import NotApplicable, Shortfall
from offerloop.offers.stacking import DEFAULT_POLICY, StackingPolicy

_ON_THEIR_LINES = (OffEachUnit, OffTogether, OffFrom)
"""Effects that look at nothing but the lines at their place, unless they change shipments."""


@dataclass(frozen=True)
class PricedAlone:
    """What a product costs when nothing else is in the basket."""

    line: BasketLine
    paid_minor: int
    """The price of all its units."""
    offer_ids: tuple[str, ...]
    """Offers that are part of the price, or give something with it, in the order in which they are applied."""
    why_not: NotApplicable | None = None
    """Why the offer that was asked about is not among them; None where it is, or where none was asked about."""


def price_each(
    lines: Iterable[BasketLine],
    basket: Basket,
    offers: OfferSet | Iterable[Offer],
    now: int,
    policy: StackingPolicy = DEFAULT_POLICY,
    explained_id: str | None = None,
    find_left: FindLeft | None = None,
) -> Iterator[PricedAlone]:
    """Yield what each line costs alone, as `price` says it of a basket with this line and all else that `basket` has.

    A line for which at most one offer counts needs no search for the best set, which takes most of the time, and what
    is the same for all lines is found once.
    """
    offer_set = (offers if isinstance(offers, OfferSet) else OfferSet.of(offers)).in_currency(basket.currency)
    policy = policy.in_currency(basket.currency)
    whole = basket.with_lines(tuple(lines))
    has_maximum = policy.limits_units or policy.most(0) is not None
    alone = None if has_maximum else _OffersAlone.of(whole, offer_set, now, policy, find_left)
    why_absent = _why_absent(offer_set, whole, explained_id)
    for place, line in enumerate(whole.lines):
        simple = None if alone is None else _by_one_offer(alone, place, explained_id, why_absent)
        yield simple or _by_search(basket.with_lines((line,)), offer_set, now, policy, explained_id, find_left)


def _by_one_offer(
    alone: _OffersAlone, place: int, explained_id: str | None, why_absent: NotApplicable | None
) -> PricedAlone | None:
    """Return the price where at most one offer counts; None where it takes a search."""
    applied, off, why = tuple[str, ...](), 0, why_absent
    for offer in alone.near(place):
        worth = offer.worth(place)
        if isinstance(worth, Shortfall):
            if offer.offer_id == explained_id:
                why = worth.why
        elif worth is None or (worth and applied) or (not worth and offer.offer_id == explained_id):
            return None
        elif worth:
            applied, off = (offer.offer_id,), worth
    line = alone.whole.lines[place]
    return PricedAlone(line, alone.start.amounts[place] - off, applied, None if explained_id in applied else why)


def _why_absent(offer_set: OfferSet, basket: Basket, offer_id: str | None) -> NotApplicable | None:
    """Return why an offer does not apply to lines that it is not about."""
    ready = next((one for one in offer_set.ready if one.offer_id == offer_id), None)
    return None if ready is None else why_far(ready, basket).why


def _by_search(
    basket: Basket,
    offer_set: OfferSet,
    now: int,
    policy: StackingPolicy,
    explained_id: str | None,
    find_left: FindLeft | None,
) -> PricedAlone:
    priced = price(basket, offer_set, now, policy, find_left)
    applied = tuple(one.offer_id for one in priced.applied)
    why = None
    if explained_id is not None and explained_id not in applied:
        why = next((one.why for one in priced.rejected if one.offer_id == explained_id), None)
    return PricedAlone(basket.lines[0], priced.goods_minor, applied, why)


@dataclass(frozen=True, slots=True)
class _OnLines:
    """An offer that looks only at the lines that it is about."""

    offer_id: str
    ready: Ready
    effect: Effect
    claim: UnitClaim
    arithmetic: Arithmetic
    start: Running
    """All lines before any offer."""
    lines: Container[int]
    """Positions of the lines that it is about."""
    missing: Shortfall | None
    """Why it applies to none of them, whatever they cost."""
    units_left: int | None
    left: OfferLeft | None

    def worth(self, place: int) -> int | Shortfall | None:
        """Return what it takes off the line alone, or why it does not apply; None where it takes a search to tell."""
        if self.missing is not None:
            return self.missing
        if place not in self.lines:
            return self.ready.absent
        start, effect, lines = self.start, self.effect, (place,)
        missing = self.ready.offer.conditions.of_the_lines(start.basket, lines, start.amounts)
        if missing is not None:
            return missing
        at = Place(start.basket, lines, self.arithmetic, self.units_left, self.claim)
        missing = effect.missing(at, start)
        if missing is not None:
            return missing
        worth = effect.worth(at, start)
        missing = None if self.left is None else used_up(self.left, worth, start.basket.currency)
        return missing if missing is not None else None if self.ready.gives else worth


@dataclass(frozen=True, slots=True)
class _OnBasket:
    """An offer that has to see a basket of one line."""

    offer_id: str
    ready: Ready
    whole: Basket
    """All lines together."""
    now: int
    policy: StackingPolicy
    left: OfferLeft | None

    def worth(self, place: int) -> int | Shortfall | None:
        """Return what it takes off the line alone, or why it does not apply; None where it takes a search to tell."""
        basket = self.whole.with_lines((self.whole.lines[place],))
        offered = candidate(self.ready, basket, self.now, Running.of(basket), self.policy)
        if isinstance(offered, Candidate):
            offered = within_budget(offered, self.left, basket.currency)
        if isinstance(offered, Shortfall):
            return offered
        is_simple = offered.quick and not (self.ready.after or self.ready.gives)
        return offered.worth if is_simple and (not offered.worth or offered.touched == 1) else None


@dataclass(frozen=True, slots=True)
class _OffersAlone:
    """Offers by the lines that they may concern."""

    whole: Basket
    """All lines together."""
    start: Running
    everywhere: Sequence[_OnLines | _OnBasket]
    by_line: Mapping[int, Sequence[_OnLines | _OnBasket]]

    @classmethod
    def of(
        cls, whole: Basket, offer_set: OfferSet, now: int, policy: StackingPolicy, find_left: FindLeft | None
    ) -> _OffersAlone:
        """Make offers ready for the lines of a basket."""
        start, everywhere = Running.of(whole), list[_OnLines | _OnBasket]()
        by_line = dict[int, list[_OnLines | _OnBasket]]()
        for ready in offer_set.near(whole):
            left = None if find_left is None else find_left(ready.offer_id)
            alone = _on_lines(ready, start, now, policy, left)
            offer = alone or _OnBasket(ready.offer_id, ready, whole, now, policy, left)
            places = offer_set.places_of(ready, whole)
            if places is None:
                everywhere.append(offer)
            for place in places or ():
                by_line.setdefault(place, []).append(offer)
        return cls(whole, start, everywhere, by_line)

    def near(self, place: int) -> Iterator[_OnLines | _OnBasket]:
        """Yield the offers that may concern a line."""
        yield from self.everywhere
        yield from self.by_line.get(place, ())


def _on_lines(
    ready: Ready, start: Running, now: int, policy: StackingPolicy, left: OfferLeft | None
) -> _OnLines | None:
    """Return an offer where it looks only at the lines that it is about."""
    if len(ready.parts) != 1 or ready.after or _sees_basket(ready.offer.conditions):
        return None
    (effect, scope, others), basket = ready.parts[0], start.basket
    if others or type(effect) not in _ON_THEIR_LINES or effect.shipments_of(basket):
        return None
    units, missing = None, why_not_now(ready, basket, now)
    if missing is None and ready.limited:
        units = units_left(ready, basket)
    if isinstance(units, Shortfall):
        units, missing = None, units
    (claim,), lines = claims_of(ready, policy), frozenset(scope.lines(basket))
    return _OnLines(ready.offer_id, ready, effect, claim, policy.arithmetic, start, lines, missing, units, left)


def _sees_basket(conditions: Conditions) -> bool:
    """Whether conditions may look at lines that an offer is not about."""
    lines = conditions.contains, conditions.contains_not, conditions.measured_on
    return any(one is not None for one in lines) or bool(conditions.any_of or conditions.none_of)
