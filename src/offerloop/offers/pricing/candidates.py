"""The offers that could apply to a basket, each where it works, and what they do to prices when their turn comes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate

from offerloop.money import share
from offerloop.offers.conditions import NO_CONDITIONS
from offerloop.offers.pricing.basket import Basket
from offerloop.offers.pricing.claims import EACH, LINES, NO_CLAIM, SOME, TAKEN, UnitClaim, Uses
from offerloop.offers.pricing.effects.base import Effect, Place
from offerloop.offers.pricing.offer_set import UNIT_LIMITS, Ready
from offerloop.offers.pricing.running import Running, at_full_price
from offerloop.offers.pricing.sharing import Remainder
from offerloop.offers.shortfall import NotApplicable, Shortfall
from offerloop.offers.stacking import StackingChoice, StackingPolicy

_FEW_TIMES, _MANY_TIMES = 8, 24
"""Up to so many uses all numbers of them are tried, the second where skipping may lose something; chosen by thought,
not by results on baskets."""


@dataclass(slots=True)
class Candidate:
    """An offer on this basket."""

    ready: Ready
    places: list[tuple[Effect, Place]]
    touched: int
    """Lines that it may change as bits, and shipments as bits after the last line."""
    worth: int
    """What it takes off when it is alone."""
    most: int
    """The most that it takes off, whatever was applied before it."""
    offer_id: str
    stackable: bool
    quick: bool
    """Whether asking what it takes off costs little beside taking it off."""
    uses: Uses
    """What it does not share with others of its lane unless both stack."""
    left_minor: int | None = None
    """What is left of its budget; None where it has none."""
    rival_units: int = 0
    """Units that offers after it may use that want the same ones, all together; 0 where none does."""
    may_skip: bool = False
    """Whether nothing is lost by skipping numbers of uses where its units cost the same (see `numbers_of_uses`)."""
    by_line: Sequence[tuple[int, float]] = ()
    """What it takes off divided over the lines that it needs to itself, or the most that their units bear."""
    rates: Sequence[tuple[int, float]] = ()
    """The share that it takes off each line; nothing where it is no percentage."""
    by_rates: float = 0.0
    """What these come to at likely prices; a maximum discount below it says more."""
    rounding: float = 0.0
    """What rounding can add to it."""

    rearranged: Sequence[Candidate] = ()
    """The same offer taking lines that tie in each other order that differs."""

    def ways(self, now: Running) -> Iterator[Candidate]:
        """All ways to use it: lines that tie in any order, and less often than it could be."""
        for way in (self, *self.rearranged):
            yield way
            yield from way.fewer(now)

    @property
    def is_of_amounts(self) -> bool:
        """Whether what it does depends on what lines and shipments cost, whatever their units cost."""
        by_line = (Remainder.LARGEST, Remainder.LAST_LINE)
        return all(effect.uses is LINES and at.arithmetic.remainder in by_line for effect, at in self.places)

    def worth_now(self, now: Running) -> int:
        """What its one effect would take off at these prices."""
        (effect, at), (_, scope) = self.places[0], self.ready.effects[0]
        if scope.only_full_price and now.announced:
            at = replace(at, lines=at_full_price(at.lines, now))
        return effect.worth(at, now)

    def find_parts(self, start: Running, likely: Running) -> None:
        """Find what the bounds of the search need, at prices that are likely when its turn comes."""
        if len(self.places) == 1:
            effect, at = self.places[0]
            self.rates, self.rounding = effect.rates(at)
            amounts = likely.all_amounts
            self.by_rates = sum([rate * amounts[line] for line, rate in self.rates])
            if self.uses:
                self.by_line = effect.by_line(at, start)
                return
        amounts = start.all_amounts
        lines = [line for line in range(self.touched.bit_length()) if self.touched >> line & 1]
        total = sum([amounts[line] for line in lines])
        each = [amounts[line] / total for line in lines] if total else [1.0]
        self.by_line = [(line, self.most * part) for line, part in zip(lines, each, strict=False)]

    def equals(self, other: Candidate) -> bool:
        """Whether another offer takes off the same in the same way, whatever was applied before it."""
        own, others = self.ready, other.ready
        if own.after or own.named or others.after or others.named or own.announced != others.announced:
            return False
        if self.left_minor != other.left_minor:
            return False
        if self.stackable != other.stackable:
            return False
        return (own.effects == others.effects and self.places == other.places) or self._is_like(other)

    def _is_like(self, other: Candidate) -> bool:
        """Whether the one effect of another offer takes off the same, which is written in another way."""
        if len(self.places) != 1 or len(other.places) != 1 or self.ready.of_full_price or other.ready.of_full_price:
            return False
        (effect, at), (its, place) = self.places[0], other.places[0]
        if at.claim != place.claim or at.units_left != place.units_left:
            return False
        return self.touched == other.touched and effect.is_like(at, its, place)

    def conflicts(self, other: Candidate) -> bool:
        """Whether only one of the two may apply: in one lane, for the same line, and not both stackable."""
        if (self.ready.named or other.ready.named) and self.excludes(other):
            return True
        if self.ready.lane != other.ready.lane or not self.touched & other.touched:
            return False
        return not (self.stackable and other.stackable) and not shares_units(self.uses, other.uses)

    def excludes(self, other: Candidate) -> bool:
        """Whether one of the two rules out the other by name, in whatever lanes they are."""
        if not (self.ready.named or other.ready.named):
            return False
        ours, theirs = self.ready.offer.stacking, other.ready.offer.stacking
        return ours.excludes(other.offer_id, theirs) or theirs.excludes(self.offer_id, ours)

    def fewer(self, now: Running) -> Iterator[Candidate]:
        """The same offer, used less often than it could be, so that rivals find units; none without rivals."""
        if self.rival_units:
            effect, at = self.places[0]
            for times in self._fewer_times(effect.repeats(at, now), now):
                yield replace(self, places=[(effect, replace(at, times=times))])

    def is_used_often(self, now: Running) -> bool:
        """Whether it can be used so often that numbers of uses are skipped."""
        if not self.rival_units:
            return False
        effect, at = self.places[0]
        return effect.repeats(at, now) > self._all_times

    def leaves_out(self, now: Running) -> bool:
        """Whether numbers of uses are skipped of which one may be better than those that are tried."""
        if not self.is_used_often(now):
            return False
        effect, at = self.places[0]
        return not (self.may_skip and self._are_alike(now)) and effect.repeats(at, now) > _MANY_TIMES

    @property
    def _near(self) -> int:
        """How far from the ends numbers of uses are tried."""
        return max(self.rival_units, self.places[0][0].size)

    @property
    def _all_times(self) -> int:
        """Up to how many uses all numbers are tried."""
        return max(_FEW_TIMES, 2 * self._near)

    def _fewer_times(self, most: int, now: Running) -> Sequence[int]:
        """How often it may be used, the most often first.

        Where units cost differently, numbers near where the next price begins are tried too, which may leave out the
        best one.
        """
        near = self._near
        alike = self.may_skip and self._are_alike(now)
        if most <= self._all_times or (most <= _MANY_TIMES and not alike):
            return range(most - 1, 0, -1)
        size, counts = self.places[0][0].size, dict[int, int]()
        for line in places_of(self.touched):
            for count, price, _ in now.units(line):
                counts[price] = counts.get(price, 0) + count
        by_price = [counts[price] for price in sorted(counts)]
        ends = [end // size for some in (by_price, by_price[::-1]) for end in accumulate(some)]
        times = {one for end in (0, most, *ends) for one in range(end - near, end + near + 1)}
        return sorted([one for one in times if 0 < one < most], reverse=True)

    def _are_alike(self, now: Running) -> bool:
        """Whether all of its units that are free cost the same, and whoever finds one of them finds all."""
        units = [now.units(line) for line in places_of(self.touched)]
        return len({run[1:] for runs in units for run in runs if run[1] and not run[2] & TAKEN}) <= 1


def find_conflicts(order: Sequence[Candidate]) -> list[int]:
    """Return by position the offers that each rules out, as bits of their positions."""
    by_line: dict[tuple[int, int], list[int]] = {}
    keys = [[(one.ready.lane, line) for line in places_of(one.touched)] for one in order]
    for place, (candidate, touched) in enumerate(zip(order, keys, strict=True)):
        for key in touched:
            by_line.setdefault(key, [0] * 2 * len(Uses))[2 * candidate.uses + candidate.stackable] |= 1 << place
    conflicts = []
    for place, (candidate, touched) in enumerate(zip(order, keys, strict=True)):
        near, stacks = 0, (False,) if candidate.stackable else (False, True)
        kinds = [2 * uses + stack for uses in Uses if not shares_units(candidate.uses, uses) for stack in stacks]
        for key in touched:
            for kind in kinds:
                near |= by_line[key][kind]
        conflicts.append(near & ~(1 << place))
    if any(one.ready.named for one in order):
        for place, candidate in enumerate(order):
            conflicts[place] |= sum(
                [1 << other for other, its in enumerate(order) if other != place and candidate.excludes(its)]
            )
    return conflicts


def places_of(bits: int) -> Iterator[int]:
    """The positions of bits that are set."""
    while bits:
        low = bits & -bits
        yield low.bit_length() - 1
        bits ^= low


def shares_units(first: Uses, other: Uses) -> bool:
    """Whether two offers that do not stack compete for units and not for lines."""
    return bool(first and other) and SOME in (first, other)


@dataclass(slots=True)
class Placed:
    """What offers do on a basket that have the same effects."""

    places: list[tuple[Effect, Place]]
    about: Sequence[int]
    """The lines by which conditions are measured unless they say otherwise."""
    touched: int = 0
    worth: int | None = None
    """None where it was not asked for yet."""
    missing: Shortfall | None = None
    lacking: dict[int, Shortfall | None] = field(default_factory=dict)
    """What conditions that were asked for lack, by what offers share that have the same (`Ready.asks`)."""

    def lacks(self, ready: Ready, basket: Basket, amounts: Sequence[int]) -> Shortfall | None:
        """Why the conditions of an offer do not hold here."""
        asks = ready.asks
        if asks is None:
            return ready.offer.conditions.of_the_lines(basket, self.about, amounts)
        if asks not in self.lacking:
            self.lacking[asks] = ready.offer.conditions.of_the_lines(basket, self.about, amounts)
        return self.lacking[asks]

    def ask(self, start: Running) -> None:
        """Find what the one effect takes off, or why it does nothing."""
        ((effect, at),) = self.places
        self.missing = effect.missing(at, start)
        if self.missing is None:
            self.touched = _touched(effect, at)
        self.worth = effect.worth(at, start) if self.missing is None else 0


def candidate(
    ready: Ready,
    basket: Basket,
    now: int,
    start: Running,
    policy: StackingPolicy,
    alike: dict[int, Placed] | None = None,
) -> Candidate | Shortfall:
    """The offer on this basket at an epoch second, or why it cannot apply; `alike` is kept from offer to offer."""
    missing = why_not_now(ready, basket, now) if ready.of_the_moment or ready.offer.currency else None
    if missing is not None:
        return missing
    left = units_left(ready, basket) if ready.limited else None
    if isinstance(left, Shortfall):
        return left
    placed = None if alike is None or ready.like is None else alike.get(ready.like)
    if placed is None:
        places = []
        for (effect, scope, others), claim in zip(ready.parts, claims_of(ready, policy), strict=True):
            also = [other.lines(basket) for other in others] if others else ()
            places.append((effect, Place(basket, scope.lines(basket), policy.arithmetic, left, claim, None, also)))
        placed = Placed(places, _about(ready, places, basket))
        if alike is not None and len(places) == 1 and ready.like is not None:
            alike[ready.like] = placed
    if not placed.about and not any(at.lines for _, at in placed.places):
        return ready.absent
    if ready.offer.conditions is not NO_CONDITIONS:
        missing = placed.lacks(ready, basket, start.amounts)
        if missing is not None:
            return missing
    return _of_one(ready, placed, start, policy) if len(placed.places) == 1 else _of_many(ready, placed.places, start)


def why_not_now(ready: Ready, basket: Basket, now: int) -> Shortfall | None:
    """Return why an offer does not apply, whatever the lines of the basket are."""
    offer = ready.offer
    if offer.currency and offer.currency != basket.currency:
        return Shortfall(NotApplicable.CURRENCY)
    return offer.conditions.of_the_moment(basket, now, offer.offer_id) if ready.of_the_moment else None


def claims_of(ready: Ready, policy: StackingPolicy) -> Sequence[UnitClaim]:
    """Return what each effect leaves and marks under the rules of a shop."""
    if not policy.units_once:
        return [NO_CLAIM] * len(ready.claims)
    if policy.choice is StackingChoice.PRIORITY:
        return [one.of_units_alone for one in ready.claims]
    return ready.claims


def _about(ready: Ready, places: Sequence[tuple[Effect, Place]], basket: Basket) -> Sequence[int]:
    """The lines by which its conditions are measured unless they say otherwise."""
    if len(places) != 1:
        return ready.offer.covers.lines(basket)
    at = places[0][1]
    return sorted({*at.lines, *[line for lines in at.also for line in lines]}) if at.also else at.lines


def _of_many(ready: Ready, places: list[tuple[Effect, Place]], start: Running) -> Candidate:
    touched, worth, most = 0, 0, 0
    for effect, at in places:
        touched |= _touched(effect, at)
    if places:
        worth = start.total - _changed(ready, places, start).total
        most = sum(amount for line, amount in enumerate(start.all_amounts) if touched >> line & 1)
        if ready.quick:
            most = worth if _add_up_alike(places) else min(most, sum(effect.worth(at, start) for effect, at in places))
    return Candidate(ready, places, touched, worth, most, ready.offer_id, ready.stackable, False, LINES)


def _add_up_alike(places: Sequence[tuple[Effect, Place]]) -> bool:
    """Whether what parts take off together does not depend on which of their lines bear what cannot be divided."""
    if any(effect.uses is not LINES for effect, _ in places):
        return all(effect.uses is EACH for effect, _ in places)
    return all(at.lines == places[0][1].lines for _, at in places)


def _of_one(ready: Ready, placed: Placed, start: Running, policy: StackingPolicy) -> Candidate | Shortfall:
    if placed.worth is None:
        placed.ask(start)
    if placed.missing is not None:
        return placed.missing
    worth = placed.worth or 0
    return Candidate(
        ready, placed.places, placed.touched, worth, worth,
        ready.offer_id, ready.stackable, ready.quick, ready.uses if policy.units_once else LINES,
    )  # fmt: skip


def units_left(ready: Ready, basket: Basket) -> int | Shortfall:
    """Return how many units may still be sold at the price of an offer with a limit of units."""
    stock, per_customer, each = (getattr(ready.offer, name, None) for name in UNIT_LIMITS)
    usage = basket.usage.get(ready.offer_id)
    sold, by_customer = (0, 0) if usage is None else (usage.sold, usage.by_customer)
    if stock is not None and sold >= stock:
        return Shortfall(NotApplicable.SOLD_OUT)
    if per_customer is not None and by_customer >= per_customer:
        return Shortfall(NotApplicable.CUSTOMER_LIMIT)
    limits = ((stock, sold), (per_customer, by_customer), (each, 0))
    return min(left - used for left, used in limits if left is not None)


def _touched(effect: Effect, at: Place) -> int:
    basket = at.basket
    bits = basket.bits_of(at.lines) if effect.of_goods else 0
    for place in effect.shipments_of(basket):
        bits |= 1 << len(basket.lines) + place
    for lines in at.also:
        bits |= basket.bits_of(lines)
    return bits


def apply(candidate: Candidate, basket: Basket, now: Running, least: int) -> Running | Shortfall:
    """Prices after the offer's turn, or why it does nothing; the total never falls below `least`."""
    if candidate.ready.after:
        lines = _about(candidate.ready, candidate.places, basket)
        missing = candidate.ready.offer.conditions.of_the_lines(basket, lines, now.amounts)
        if missing is not None:
            return missing
    new = _changed(candidate.ready, candidate.places, now)
    if candidate.left_minor is not None and now.total - new.total > candidate.left_minor:
        return Shortfall(NotApplicable.BUDGET)
    if new.total < least:
        new = _partly(now, new, now.total - least)
    if candidate.ready.announced:
        new.announced = now.announced
        for line in places_of(candidate.touched & basket.live_bits):
            if new.amounts[line] < now.amounts[line]:
                new.announced |= 1 << line
    return new


def _changed(ready: Ready, places: Sequence[tuple[Effect, Place]], now: Running) -> Running:
    if len(places) == 1 and not now.announced:
        effect, at = places[0]
        return effect.apply(at, now, now)
    new = now
    for (effect, at), (_, scope) in zip(places, ready.effects, strict=True):
        place = at
        if scope.only_full_price and now.announced:
            place = replace(at, lines=at_full_price(at.lines, now))
        new = effect.apply(place, new, now)
    return new


def _partly(now: Running, new: Running, off: int) -> Running:
    """Prices after only so much of a discount: shared as the whole would be."""
    offs = [before - after for before, after in zip(now.all_amounts, new.all_amounts, strict=True)]
    parts, n = share(off, offs, offs), len(now.amounts)
    left = (price - part for price, part in zip(now.shipments, parts[n:], strict=True))
    return now.with_shipments(left).less(enumerate(parts[:n]))
