"""The price of each of many products alone, as a list of products shows them before there is a basket."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from offerloop.offers.base import Offer
from offerloop.offers.pricing.basket import Basket, BasketLine
from offerloop.offers.pricing.budgets import FindLeft, within_budget
from offerloop.offers.pricing.candidates import Candidate, candidate
from offerloop.offers.pricing.offer_set import OfferSet
from offerloop.offers.pricing.price import price, why_far
from offerloop.offers.pricing.running import Running
from offerloop.offers.shortfall import NotApplicable
from offerloop.offers.stacking import DEFAULT_POLICY, StackingPolicy


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

    A line for which at most one offer counts needs no search for the best set, which takes most of the time.
    """
    offer_set = (offers if isinstance(offers, OfferSet) else OfferSet.of(offers)).in_currency(basket.currency)
    has_maximum = policy.limits_units or policy.most(0) is not None
    for line in lines:
        alone = basket.with_lines((line,))
        simple = None if has_maximum else _by_one_offer(alone, offer_set, now, policy, explained_id, find_left)
        yield simple or _by_search(alone, offer_set, now, policy, explained_id, find_left)


def _by_one_offer(
    basket: Basket,
    offer_set: OfferSet,
    now: int,
    policy: StackingPolicy,
    explained_id: str | None,
    find_left: FindLeft | None,
) -> PricedAlone | None:
    """Return the price where at most one offer counts; None where it takes a search."""
    start, counts, why = Running.of(basket), list[Candidate](), None
    for ready in offer_set.near(basket):
        offered = candidate(ready, basket, now, start, policy)
        if find_left is not None and isinstance(offered, Candidate):
            offered = within_budget(offered, find_left(offered.offer_id), basket.currency)
        if isinstance(offered, Candidate):
            counts.append(offered)
        elif ready.offer_id == explained_id:
            why = offered.why
    if len(counts) > 1 or not all(_is_simple(one) for one in counts):
        return None
    applied = tuple([one.offer_id for one in counts])
    if explained_id is not None and explained_id not in applied and why is None:
        why = _why_far(offer_set, basket, explained_id)
    paid = start.total - start.shipping - sum([one.worth for one in counts])
    return PricedAlone(basket.lines[0], paid, applied, why)


def _is_simple(candidate: Candidate) -> bool:
    """Whether what an offer takes off alone is all that it does."""
    ready = candidate.ready
    return candidate.quick and candidate.worth > 0 and not (ready.after or ready.gives) and candidate.touched == 1


def _why_far(offer_set: OfferSet, basket: Basket, offer_id: str) -> NotApplicable | None:
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
