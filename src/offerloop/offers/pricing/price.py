"""The price of a basket under offers: one pure function."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

from offerloop.money import gross_of, net_of
from offerloop.offers.base import Offer
from offerloop.offers.conditions import Missing, NotApplicable
from offerloop.offers.pricing.basket import Basket, BasketLine
from offerloop.offers.pricing.candidates import Candidate, apply, candidate, names_of
from offerloop.offers.pricing.choosing import choose, turn_of
from offerloop.offers.pricing.claims import Uses
from offerloop.offers.pricing.offer_set import OfferSet, Ready
from offerloop.offers.pricing.priced import Adjustment, Applied, Priced, PricedLine, RejectedOffer
from offerloop.offers.pricing.running import Running, unit_prices
from offerloop.offers.pricing.search import Chosen
from offerloop.offers.pricing.sharing import Remainder
from offerloop.offers.stacking import DEFAULT_POLICY, StackingChoice, StackingPolicy


def price(
    basket: Basket, offers: OfferSet | Iterable[Offer], now: int, policy: StackingPolicy = DEFAULT_POLICY
) -> Priced:
    """Return what the basket costs at an epoch second, which offers apply, and why the others do not.

    The result depends on nothing else: neither on the order of the offers nor on that of the lines, unless the policy
    gives what cannot be divided to the first unit or the last line. Make an `OfferSet` once to price many baskets.
    """
    known = offers if isinstance(offers, OfferSet) else OfferSet.of(offers)
    order = canonical_order(basket, policy)
    if order is None:
        return _priced(basket, known, now, policy)
    found = _priced(replace(basket, lines=tuple([basket.lines[place] for place in order])), known, now, policy)
    lines = [found.lines[0]] * len(order)
    for line, place in zip(found.lines, order, strict=True):
        lines[place] = line
    return replace(found, lines=tuple(lines))


def canonical_order(basket: Basket, policy: StackingPolicy) -> list[int] | None:
    """Return the lines in an order that depends only on what they are; None where they stand in it, or as they stand.

    Ties, such as which of two units of one price is the cheapest, go by this order.
    """
    if policy.arithmetic.remainder in (Remainder.FIRST_UNIT, Remainder.LAST_LINE):
        return None
    keys = [_content(line) for line in basket.lines]
    order = sorted(range(len(keys)), key=keys.__getitem__)
    return None if all(one < other for one, other in pairwise(order)) else order


def _content(line: BasketLine) -> tuple[object, ...]:
    """What a line is, to be compared with others; what is seldom given comes last, as text."""
    rest: tuple[object, ...] = (line.brand, line.shop, line.list_minor, line.lowest_minor, line.tax)
    return (
        line.product_id, line.unit_minor, line.quantity, line.floor_minor, line.selected, line.categories,
        "" if rest == _NOTHING else repr(rest),
    )  # fmt: skip


_NOTHING: tuple[object, ...] = (None, None, None, None, 0)


def _priced(basket: Basket, known: OfferSet, now: int, policy: StackingPolicy) -> Priced:
    start = Running.of(basket)
    found: list[Candidate] = []
    not_now: dict[str, Missing] = {}
    for ready in known.near(basket):
        one = candidate(ready, basket, now, start, policy)
        if isinstance(one, Missing):
            not_now[ready.offer.offer_id] = one
        else:
            found.append(one)
    chosen = choose(found, basket, start, policy)
    return Priced(
        currency=basket.currency,
        lines=_lines(basket, chosen),
        shipping_before_minor=basket.shipping_minor,
        shipping_minor=chosen.after[-1].shipping,
        shipping_adjustments=tuple(
            Adjustment(one.offer_id, new.shipping - old.shipping)
            for one, old, new in _steps(chosen)
            if new.shipping != old.shipping
        ),
        applied=(applied := _applied(found, chosen, basket, policy)),
        find_rejected=lambda: _rejected(known, not_now, found, chosen, basket, policy, applied),
        tax_included=basket.tax_included,
        find_gap=lambda: chosen.gap,
    )


def _steps(chosen: Chosen) -> Iterable[tuple[Candidate, Running, Running]]:
    return zip(chosen.taken, chosen.after, chosen.after[1:], strict=False)


def _lines(basket: Basket, chosen: Chosen) -> tuple[PricedLine, ...]:
    changes: list[list[Adjustment]] = [[] for _ in basket.lines]
    announced = list(basket.amounts)
    for one, old, new in _steps(chosen):
        if new.amounts is not old.amounts:
            for place in basket.live:
                change = new.amounts[place] - old.amounts[place]
                if change:
                    changes[place].append(Adjustment(one.offer_id, change))
                    announced[place] += change if one.ready.announced else 0
    last, found = chosen.after[-1], []
    for place, line in enumerate(basket.lines):
        paid = last.amounts[place]
        tax = _tax(paid, line.tax, included=basket.tax_included) if line.tax else 0
        units = tuple(unit_prices(last.units(place))) if line.selected else ()
        found.append(PricedLine(line, paid, units, tuple(changes[place]), announced[place], tax))
    return tuple(found)


def _tax(paid: int, rate: Fraction, *, included: bool) -> int:
    return paid - net_of(paid, rate) if included else gross_of(paid, rate) - paid


def _applied(found: list[Candidate], chosen: Chosen, basket: Basket, policy: StackingPolicy) -> tuple[Applied, ...]:
    done = [
        Applied(
            one.offer_id, one.ready.label, old.total - new.total,
            int((old.total - new.total) * one.ready.offer.funded_share), tuple(one.ready.offer.gives()),
        )
        for one, old, new in _steps(chosen)
    ]  # fmt: skip
    if not any(one.ready.offer.stacking.exclusive for one in chosen.taken):
        for one in found:
            gives = one.ready.offer.gives()
            if gives and not one.worth and _may_give(one, chosen, basket, policy):
                done.append(Applied(one.offer_id, one.ready.label, 0, 0, tuple(gives)))
    return tuple(done)


def _may_give(one: Candidate, chosen: Chosen, basket: Basket, policy: StackingPolicy) -> bool:
    """Whether an offer that changes no price holds when its turn comes; an exclusive one only beside nothing else."""
    alone = not one.ready.offer.stacking.exclusive or not chosen.taken
    return alone and not isinstance(apply(one, basket, _turn(one, chosen, policy), 0), Missing)


def _rejected(
    known: OfferSet,
    not_now: dict[str, Missing],
    found: list[Candidate],
    chosen: Chosen,
    basket: Basket,
    policy: StackingPolicy,
    done: tuple[Applied, ...],
) -> tuple[RejectedOffer, ...]:
    applied = {one.offer_id for one in done}
    others = [one for one in found if one.offer_id not in applied]
    reasons = {one.offer_id: one for one in _unchosen(others, chosen, basket, policy)}
    out = []
    for ready in known.ready:
        offer_id = ready.offer.offer_id
        if offer_id in reasons:
            out.append(reasons[offer_id])
        elif offer_id not in applied:
            out.append(_missed(offer_id, not_now.get(offer_id) or _far(ready, basket)))
    return tuple(out)


def _missed(offer_id: str, one: Missing) -> RejectedOffer:
    return RejectedOffer(offer_id, one.why, one.minor, one.count, names=one.names, at=one.at)


def _far(ready: Ready, basket: Basket) -> Missing:
    """Why an offer that is filed elsewhere does not concern the basket."""
    segments = ready.offer.conditions.segments
    if segments and not segments & basket.customer.segments:
        return Missing(NotApplicable.SEGMENT, names=tuple(sorted(segments)))
    return Missing(NotApplicable.NOT_IN_BASKET, names=names_of(ready))


def _unchosen(
    found: list[Candidate], chosen: Chosen, basket: Basket, policy: StackingPolicy
) -> Iterator[RejectedOffer]:
    """Why offers that could apply are not among the chosen."""
    alone = next((one for one in chosen.taken if one.ready.offer.stacking.exclusive), None)
    rivals: dict[int, list[Candidate]] = {}
    if policy.choice is StackingChoice.BEST:
        for one in chosen.taken:
            rivals.setdefault(one.ready.lane, []).append(one)
    for one in found:
        rival = alone or next((other for other in rivals.get(one.ready.lane, ()) if one.conflicts(other)), None)
        if rival is not None:
            yield RejectedOffer(
                one.offer_id, NotApplicable.BEATEN if alone is None else NotApplicable.EXCLUDED, by=rival.offer_id
            )
        elif policy.choice is StackingChoice.BEST and one.ready.offer.stacking.exclusive and one.worth:
            yield RejectedOffer(one.offer_id, NotApplicable.BEATEN)
        else:
            yield _without_gain(one, chosen, basket, policy)


def _without_gain(one: Candidate, chosen: Chosen, basket: Basket, policy: StackingPolicy) -> RejectedOffer:
    """Why an offer without a rival is not among the chosen."""
    turn = _turn(one, chosen, policy)
    new = apply(one, basket, turn, 0)
    if isinstance(new, Missing):
        return _missed(one.offer_id, new)
    if new.total == turn.total:
        used = one.uses and one.worth and next((other for other in chosen.taken if _uses_units_of(other, one)), None)
        if used:
            return RejectedOffer(one.offer_id, NotApplicable.USED, by=used.offer_id)
        return RejectedOffer(one.offer_id, NotApplicable.NO_GAIN)
    most = policy.most(sum(basket.amounts))
    reached = most is not None and chosen.total <= chosen.after[0].total - most
    return RejectedOffer(one.offer_id, NotApplicable.MOST if reached else NotApplicable.RAISES)


def _uses_units_of(other: Candidate, one: Candidate) -> bool:
    return other.uses is Uses.SOME and bool(other.touched & one.touched)


def _turn(one: Candidate, chosen: Chosen, policy: StackingPolicy) -> Running:
    """Prices when the turn of an offer would come."""
    turn = turn_of(policy)
    return chosen.after[bisect_left(chosen.taken, turn(one), key=turn)]
