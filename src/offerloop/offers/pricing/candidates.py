"""The offers that could apply to a basket, each where it works, and what they do to prices when their turn comes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from offerloop.money import share
from offerloop.offers.conditions import NO_CONDITIONS, Missing, NotApplicable
from offerloop.offers.pricing.basket import Basket
from offerloop.offers.pricing.effects import Effect, OffFrom, OffShipping, Place
from offerloop.offers.pricing.offer_set import UNIT_LIMITS, Ready
from offerloop.offers.pricing.running import Running, at_full_price
from offerloop.offers.stacking import StackingPolicy


@dataclass(slots=True)
class Candidate:
    """An offer on this basket."""

    ready: Ready
    places: list[tuple[Effect, Place]]
    touched: int
    """Lines that it may change as bits, shipping as the bit after the last line."""
    worth: int
    """What it takes off when it is alone."""
    most: int
    """The most that it takes off, whatever was applied before it."""
    ratio: float
    """The same as a share of what everything costs."""

    offer_id: str
    stackable: bool
    quick: bool
    """Whether asking what it takes off costs little beside taking it off."""

    def worth_now(self, now: Running) -> int:
        """What its one effect would take off at these prices."""
        effect, at = self.places[0]
        return effect.worth(at, now)

    def conflicts(self, other: Candidate) -> bool:
        """Whether the two compete: in one lane, for the same line, and not both stackable."""
        if self.ready.lane != other.ready.lane or not self.touched & other.touched:
            return False
        return not (self.stackable and other.stackable)


def candidate(ready: Ready, basket: Basket, now: int, start: Running, policy: StackingPolicy) -> Candidate | Missing:
    """The offer on this basket at an epoch second, or why it cannot apply."""
    offer = ready.offer
    if offer.currency and offer.currency != basket.currency:
        return Missing(NotApplicable.CURRENCY)
    conditions = offer.conditions
    missing = None if conditions is NO_CONDITIONS else conditions.of_the_moment(basket, now, offer.offer_id)
    if missing is not None:
        return missing
    left = units_left(ready, basket) if ready.limited else None
    if isinstance(left, Missing):
        return left
    places = [(effect, Place(basket, scope.lines(basket), policy.arithmetic, left)) for effect, scope in ready.effects]
    lines = _about(ready, places, basket)
    if not lines and not any(at.lines for _, at in places):
        return Missing(NotApplicable.NOT_IN_BASKET, names=names_of(ready))
    missing = conditions.of_the_lines(basket, lines, start.amounts)
    if missing is not None:
        return missing
    return _placed(ready, places, start)


def names_of(ready: Ready) -> tuple[str, ...]:
    """What an offer is about."""
    scopes = [scope for _, scope in ready.effects] or [ready.offer.scope]
    return tuple(dict.fromkeys(name for scope in scopes for name in scope.names))


def _about(ready: Ready, places: Sequence[tuple[Effect, Place]], basket: Basket) -> Sequence[int]:
    """The lines by which its conditions are measured unless they say otherwise."""
    if len(places) != 1:
        return ready.offer.scope.lines(basket)
    effect, at = places[0]
    if not effect.also:
        return at.lines
    return sorted({*at.lines, *(line for scope in effect.also for line in scope.lines(basket))})


def _placed(ready: Ready, places: list[tuple[Effect, Place]], start: Running) -> Candidate | Missing:
    touched, ratio = 0, 0.0
    for effect, at in places:
        missing = effect.missing(at, start)
        if missing is not None and len(places) == 1:
            return missing
        touched |= _touched(effect, at)
        ratio += effect.ratio
    offer, quick = ready.offer, len(places) == 1 and places[0][0].quick
    found = Candidate(ready, places, touched, 0, 0, min(ratio, 1.0), offer.offer_id, offer.stacking.stackable, quick)
    if len(places) == 1:
        found.worth = places[0][0].worth(places[0][1], start)
    elif places:
        found.worth = start.total - _changed(found, start).total
    found.most = found.worth
    if not all(effect.quick for effect, _ in places):
        found.most = sum(amount for line, amount in enumerate(start.amounts) if touched >> line & 1) + start.shipping
    return found


def units_left(ready: Ready, basket: Basket) -> int | Missing:
    """Return how many units may still be sold at the price of an offer with a limit of units."""
    stock, per_customer = (getattr(ready.offer, name) for name in UNIT_LIMITS)
    usage = basket.usage.get(ready.offer.offer_id)
    sold, mine = (0, 0) if usage is None else (usage.sold, usage.by_customer)
    if stock is not None and sold >= stock:
        return Missing(NotApplicable.SOLD_OUT)
    if per_customer is not None and mine >= per_customer:
        return Missing(NotApplicable.CUSTOMER_LIMIT)
    return min(left - used for left, used in ((stock, sold), (per_customer, mine)) if left is not None)


def _touched(effect: Effect, at: Place) -> int:
    if isinstance(effect, OffShipping):
        return 1 << len(at.basket.lines)
    bits = _bits(at.basket, at.lines)
    for scope in effect.also:
        bits |= _bits(at.basket, scope.lines(at.basket))
    if isinstance(effect, OffFrom) and effect.frees_shipping:
        bits |= 1 << len(at.basket.lines)
    return bits


def _bits(basket: Basket, lines: Sequence[int]) -> int:
    if lines is basket.live:
        return basket.live_bits
    bits = 0
    for line in lines:
        bits |= 1 << line
    return bits


def apply(one: Candidate, basket: Basket, now: Running, least: int) -> Running | Missing:
    """Prices after the offer's turn, or why it does nothing; the total never falls below `least`."""
    if one.ready.after:
        lines = _about(one.ready, one.places, basket)
        missing = one.ready.offer.conditions.of_the_lines(basket, lines, now.amounts)
        if missing is not None:
            return missing
    new = _changed(one, now)
    if new.total < least:
        new = _partly(now, new, now.total - least)
    if one.ready.announced:
        new.announced = now.announced
        for line, amount in enumerate(new.amounts):
            if amount < now.amounts[line]:
                new.announced |= 1 << line
    return new


def _changed(one: Candidate, now: Running) -> Running:
    new = now
    for (effect, at), (_, scope) in zip(one.places, one.ready.effects, strict=True):
        place = at
        if scope.only_full_price and now.announced:
            place = replace(at, lines=at_full_price(at.lines, now))
        new = effect.apply(place, new, now)
    return new


def _partly(now: Running, new: Running, off: int) -> Running:
    """Prices after only so much of a discount: shared as the whole would be."""
    offs = [before - after for before, after in zip(now.amounts, new.amounts, strict=True)]
    parts = share(off, [*offs, now.shipping - new.shipping], [*offs, now.shipping - new.shipping])
    return now.with_shipping(now.shipping - parts[-1]).less(enumerate(parts[:-1]))
