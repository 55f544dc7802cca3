"""The price of a basket under offers: one pure function."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from operator import itemgetter

from offerloop.offers.base import Offer
from offerloop.offers.computed import Computed
from offerloop.offers.pricing.basket import Basket
from offerloop.offers.pricing.budgets import FindLeft, within_budget
from offerloop.offers.pricing.candidates import Candidate, Placed, apply, candidate, places_of
from offerloop.offers.pricing.choosing import choose, turn_of
from offerloop.offers.pricing.claims import SOME
from offerloop.offers.pricing.offer_set import OfferSet, Ready
from offerloop.offers.pricing.priced import Adjustment, Applied, Priced, PricedLine, PricedShipment, RejectedOffer
from offerloop.offers.pricing.running import Running, unit_prices
from offerloop.offers.pricing.search.chosen import Chosen
from offerloop.offers.pricing.search.greedy import has_units
from offerloop.offers.pricing.taxes import Taxed, taxes
from offerloop.offers.pricing.ties import by_content, by_membership
from offerloop.offers.shortfall import NotApplicable, Shortfall
from offerloop.offers.stacking import DEFAULT_POLICY, StackingChoice, StackingPolicy


def price(
    basket: Basket,
    offers: OfferSet | Iterable[Offer],
    now: int,
    policy: StackingPolicy = DEFAULT_POLICY,
    find_left: FindLeft | None = None,
) -> Priced:
    """Return what the basket costs at an epoch second, which offers apply, and why the others do not.

    The result depends on nothing else: neither on the order of the offers nor on that of the lines, unless the policy
    gives what cannot be divided to the first unit or the last line; and the total not on what products are called.
    Make an `OfferSet` once to price many baskets. `find_left` says what is left of the budget and the limits of an
    offer; one that does not suffice does not apply, and none does where the policy has amounts, but not in the basket's
    currency.
    """
    offer_set = (offers if isinstance(offers, OfferSet) else OfferSet.of(offers)).in_currency(basket.currency)
    policy = policy.in_currency(basket.currency)
    if policy.limits_units:
        return _with_maximum(basket, offer_set, now, policy, find_left)
    order = by_content(basket, policy)
    in_order = basket.in_order(order)
    near = offer_set.near(in_order)
    ties = by_membership(in_order, near, policy)
    order = order if isinstance(ties, range) else [order[place] for place in ties]
    return _priced(in_order.in_order(ties), order, offer_set, near, now, policy, find_left)


def _with_maximum(
    basket: Basket, offer_set: OfferSet, now: int, policy: StackingPolicy, find_left: FindLeft | None
) -> Priced:
    """The price where a maximum discount gives each unit a floor, beside the lines as they were."""
    floors = (max(line.floor_minor, policy.least_of_unit(line.unit_minor)) for line in basket.lines)
    lines = tuple(replace(line, floor_minor=floor) for line, floor in zip(basket.lines, floors, strict=True))
    without = replace(policy, most_line_share=None, most_unit_minor=None)
    priced = price(basket.with_lines(lines), offer_set, now, without, find_left)
    return replace(
        priced, lines=tuple(replace(one, line=line) for one, line in zip(priced.lines, basket.lines, strict=True))
    )


def _priced(
    basket: Basket,
    order: Sequence[int],
    offer_set: OfferSet,
    near: Sequence[Ready],
    now: int,
    policy: StackingPolicy,
    find_left: FindLeft | None,
) -> Priced:
    """The price of a basket whose lines stand in this order, or as they were given."""
    start = Running.of(basket)
    candidates, not_now = _candidates(basket, start, near, now, policy, find_left)
    chosen = choose(candidates, basket, start, policy)
    gifts = _gifts(candidates, chosen, basket, policy)
    lines, shipments = _lines(basket, chosen, policy)
    return Priced(
        currency=basket.currency,
        lines=lines if isinstance(order, range) else _as_given(lines, order),
        shipments=shipments,
        shipping_before_minor=basket.shipping_minor,
        shipping_minor=chosen.after[-1].shipping,
        shipping_adjustments=tuple(
            Adjustment(taken.offer_id, new.shipping - old.shipping)
            for taken, old, new in _steps(chosen)
            if new.shipping != old.shipping
        ),
        applied=_applied(chosen, gifts),
        find_rejected=lambda: _rejected(offer_set, not_now, candidates, chosen, gifts, basket, policy),
        tax_included=basket.tax_included,
        find_gap=lambda: chosen.gap,
    )


def _candidates(
    basket: Basket,
    start: Running,
    near: Sequence[Ready],
    now: int,
    policy: StackingPolicy,
    find_left: FindLeft | None,
) -> tuple[list[Candidate], dict[str, Shortfall]]:
    """Return the offers that can apply to a basket, and by its id why each other one cannot."""
    candidates: list[Candidate] = []
    not_now: dict[str, Shortfall] = {}
    alike: dict[int, Placed] = {}
    holds = policy.holds_in(basket.currency)
    for ready in near:
        tried = candidate(ready, basket, now, start, policy, alike) if holds else _OTHER_CURRENCY
        if find_left is not None and isinstance(tried, Candidate):
            tried = within_budget(tried, find_left(tried.offer_id), basket.currency)
        if isinstance(tried, Shortfall):
            not_now[ready.offer_id] = tried
        else:
            candidates.append(tried)
    return candidates, not_now


_OTHER_CURRENCY = Shortfall(NotApplicable.CURRENCY)


def _as_given(lines: Sequence[PricedLine], order: Sequence[int]) -> tuple[PricedLine, ...]:
    """Lines that stand in some order as they stood before."""
    return tuple([line for _, line in sorted(zip(order, lines, strict=True), key=itemgetter(0))])


def _steps(chosen: Chosen) -> Iterable[tuple[Candidate, Running, Running]]:
    return zip(chosen.taken, chosen.after, chosen.after[1:], strict=False)


def _lines(
    basket: Basket, chosen: Chosen, policy: StackingPolicy
) -> tuple[tuple[PricedLine, ...], tuple[PricedShipment, ...]]:
    """Lines and shipments with what each offer took off them, and their tax."""
    changes: list[list[Adjustment]] = [[] for _ in (*basket.lines, *basket.all_shipments)]
    announced, funded = list(basket.amounts), [_0] * len(changes)
    amounts = [one.all_amounts for one in chosen.after]
    for taken, old, new in zip(chosen.taken, amounts, amounts[1:], strict=False):
        share = taken.ready.offer.funded_share if policy.tax.before_funded else 0
        for place in places_of(taken.touched):
            change = new[place] - old[place]
            if change:
                changes[place].append(Adjustment(taken.offer_id, change))
                if share:
                    funded[place] -= change * share
                if taken.ready.announced and place < len(announced):
                    announced[place] += change
    last = chosen.after[-1]
    tax = _taxes(basket, last, funded, policy)
    lines = []
    for place, line in enumerate(basket.lines):
        units = unit_prices(last.units(place)) if line.counts else ()
        paid = last.amounts[place]
        lines.append(PricedLine(line, paid, units, tuple(changes[place]), announced[place], tax[place]))
    n = len(lines)
    shipments = (
        PricedShipment(shipment, last.shipments[place], tuple(changes[n + place]), tax[n + place])
        for place, shipment in enumerate(basket.all_shipments)
    )
    return tuple(lines), tuple(shipments)


_0 = Fraction(0)


def _taxes(basket: Basket, last: Running, funded: Sequence[Fraction], policy: StackingPolicy) -> Sequence[int]:
    """The tax of lines and then of shipments."""
    rates = [line.tax for line in basket.lines] + [one.tax for one in basket.all_shipments]
    if not any(rates):
        return [0] * len(rates)
    bases = zip(last.all_amounts, funded, rates, strict=True)
    parts = [Taxed(Fraction(paid) + more, rate) for paid, more, rate in bases]
    return taxes(parts, policy.tax, included=basket.tax_included)


def _applied(chosen: Chosen, gifts: Sequence[Candidate]) -> tuple[Applied, ...]:
    discounts = [
        Applied(
            step.offer_id, step.ready.label, old.total - new.total,
            _funded(step.ready.offer.funded_share, old.total - new.total), step.ready.gives,
        )
        for step, old, new in _steps(chosen)
    ]  # fmt: skip
    return (*discounts, *[Applied(one.offer_id, one.ready.label, 0, 0, one.ready.gives) for one in gifts])


def _funded(share: Fraction, off: int) -> int:
    return int(off * share) if share else 0


def _gifts(
    candidates: Sequence[Candidate], chosen: Chosen, basket: Basket, policy: StackingPolicy
) -> Sequence[Candidate]:
    """The offers that change no price and hold when their turn comes, none of which another of those applied bars."""
    giving = [one for one in candidates if _only_gives(one)]
    if not giving:
        return ()
    turns, applied = _Turns(chosen, policy), list(chosen.taken)
    for gift in sorted(giving, key=turns.turn):
        if _barred_by(gift, applied) is None and not isinstance(apply(gift, basket, turns.of(gift), 0), Shortfall):
            applied.append(gift)
    return applied[len(chosen.taken) :]


def _only_gives(candidate: Candidate) -> bool:
    """Whether an offer changes no price of the basket, so that the search for the lowest total does not choose it."""
    return bool(candidate.ready.gives) and not candidate.worth


def _barred_by(candidate: Candidate, applied: Iterable[Candidate]) -> Candidate | None:
    """The first offer beside which one that changes no price does not apply."""
    if candidate.ready.exclusive:
        return next(iter(applied), None)
    return next((other for other in applied if other.ready.exclusive or candidate.excludes(other)), None)


def _rejected(
    offer_set: OfferSet,
    not_now: dict[str, Shortfall],
    candidates: list[Candidate],
    chosen: Chosen,
    gifts: Sequence[Candidate],
    basket: Basket,
    policy: StackingPolicy,
) -> tuple[RejectedOffer, ...]:
    applied = {one.offer_id for one in (*chosen.taken, *gifts)}
    others = [one for one in candidates if one.offer_id not in applied]
    reasons = {offer_id: RejectedOffer.of(offer_id, missing) for offer_id, missing in not_now.items()}
    for gift in filter(_only_gives, others):
        if (barred_by := _barred_by(gift, (*chosen.taken, *gifts))) is not None:
            reasons[gift.offer_id] = RejectedOffer(gift.offer_id, NotApplicable.EXCLUDED, by=barred_by.offer_id)
    others = [one for one in others if one.offer_id not in reasons]
    for rejected in _unchosen(others, chosen, basket, policy, names=offer_set.has_names):
        reasons[rejected.offer_id] = rejected
    return tuple(
        [
            reasons.get(ready.offer_id) or (why_far(ready, basket) if ready.segments else ready.rejected)
            for ready in offer_set.ready
            if ready.offer_id not in applied
        ]
    )


def why_far(ready: Ready, basket: Basket) -> RejectedOffer:
    """Why an offer that is filed elsewhere does not concern the basket."""
    if ready.segments and not ready.segments & basket.customer.segments:
        return RejectedOffer(ready.offer_id, NotApplicable.SEGMENT, names=tuple(sorted(ready.segments)))
    return ready.rejected


def _unchosen(
    candidates: list[Candidate], chosen: Chosen, basket: Basket, policy: StackingPolicy, *, names: bool
) -> Iterator[RejectedOffer]:
    """Why offers that could apply are not among the chosen; `names` where offers may exclude each other by name."""
    alone = next((one for one in chosen.taken if one.ready.exclusive), None)
    if not candidates:
        return
    rivals, turns = dict[int, list[tuple[int, Candidate]]](), _Turns(chosen, policy)
    if policy.choice is StackingChoice.BEST:
        for candidate in chosen.taken:
            rivals.setdefault(candidate.ready.lane, []).append((candidate.touched, candidate))
    named = chosen.taken if names else []
    for candidate in candidates:
        rival = alone or _rival(candidate, rivals.get(candidate.ready.lane, ()))
        rival = rival or next((other for other in named if candidate.excludes(other)), None)
        if rival is not None:
            yield RejectedOffer(
                candidate.offer_id, NotApplicable.BEATEN if alone is None else NotApplicable.EXCLUDED, by=rival.offer_id
            )
        elif policy.choice is StackingChoice.BEST and candidate.ready.exclusive and candidate.worth:
            yield RejectedOffer(candidate.offer_id, NotApplicable.BEATEN)
        else:
            yield _without_gain(candidate, chosen, basket, policy, turns)


def _rival(candidate: Candidate, chosen: Iterable[tuple[int, Candidate]]) -> Candidate | None:
    """The first one that it conflicts with, of some with the lines that they touch."""
    touched = candidate.touched
    for lines, other in chosen:
        if lines & touched and candidate.conflicts(other):
            return other
    return None


def _without_gain(
    candidate: Candidate, chosen: Chosen, basket: Basket, policy: StackingPolicy, turns: _Turns
) -> RejectedOffer:
    """Why an offer without a rival is not among the chosen."""
    turn = turns.of(candidate)
    new = apply(candidate, basket, turn, 0) if has_units(candidate, turn) else turn
    if isinstance(new, Shortfall):
        return RejectedOffer.of(candidate.offer_id, new)
    if new.total == turn.total:
        user = turns.user_of(candidate) if candidate.uses and candidate.worth else None
        if user is not None:
            return RejectedOffer(candidate.offer_id, NotApplicable.USED, by=user.offer_id)
        return RejectedOffer(candidate.offer_id, NotApplicable.NO_GAIN)
    most = policy.most(sum(basket.amounts))
    reached = most is not None and chosen.total <= chosen.after[0].total - most
    return RejectedOffer(candidate.offer_id, NotApplicable.MOST if reached else NotApplicable.RAISES)


class _Turns:
    """Prices when the turn of an offer comes, or would come, and what has used units by then."""

    def __init__(self, chosen: Chosen, policy: StackingPolicy) -> None:
        self.taken, self.after = chosen.taken, chosen.after
        self.turn = turn_of(policy)

    @Computed
    def turns(self) -> list[tuple[int, int, bool, int, str]]:
        """The turns of the chosen."""
        return [self.turn(one) for one in self.taken]

    @Computed
    def users(self) -> list[Candidate]:
        """Those of the chosen that use single units."""
        return [one for one in self.taken if one.uses is SOME]

    def user_of(self, candidate: Candidate) -> Candidate | None:
        """The first offer that uses units of the same lines."""
        touched = candidate.touched
        for user in self.users:
            if user.touched & touched:
                return user
        return None

    def of(self, candidate: Candidate) -> Running:
        """Prices before it."""
        return self.after[bisect_left(self.turns, self.turn(candidate))]
