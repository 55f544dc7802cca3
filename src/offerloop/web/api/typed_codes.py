"""Codes that a customer typed into a basket: of the shop's list, and of coupons in the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from offerloop.offers import Basket, CodesOfCustomer, OfferSet, RefusalReason
from offerloop.serving import OwnOffers
from offerloop.store import CheckoutUse, PresentedCoupon, open_codes, presented_coupons
from offerloop.web.limits import Guesses
from offerloop.web.worker import NO_USE, Worker

_GUESSES = Guesses()
"""Unknown codes in baskets: for who names too many, codes that could be guessed are not looked up for a while."""
_OF_THE_OFFER = (None, RefusalReason.TOTAL_LIMIT, RefusalReason.CUSTOMER_LIMIT, RefusalReason.BUDGET)
"""What does not depend on the code: the price says it of the offer."""


@dataclass(frozen=True)
class TypedCodes:
    """A basket with offers in place of the codes that its customer typed, and what came of these."""

    basket: Basket
    codes: CodesOfCustomer
    refused: Mapping[str, str] = field(default_factory=dict)
    """Why the ledger would refuse a code now, by what was typed."""


def read_typed_codes(
    worker: Worker,
    actor: str,
    basket: Basket,
    own: OwnOffers,
    use: CheckoutUse = NO_USE,
) -> TypedCodes:
    """Read the codes of a basket; `own` are the offers that a decision would give its customer."""
    held, customer_id = worker.offers_held(), basket.customer.customer_id
    listed, codes = held.codes.read(basket)
    offers = held.for_customer(own)
    typed = listed.codes - offers.ids
    if typed and not _GUESSES.are_left(actor, customer_id or ""):
        typed = _open_ones(worker, actor, typed, customer_id)
    if not typed:
        return TypedCodes(listed, codes)
    coupons = worker.database.read(lambda one: presented_coupons(one, typed, customer_id, use))
    for _ in typed - coupons.keys():
        _GUESSES.take(actor, customer_id or "")
    return _with_coupons(listed, codes, coupons, offers, own)


def _open_ones(worker: Worker, actor: str, typed: frozenset[str], customer_id: str | None) -> frozenset[str]:
    """Return the codes that are looked up although too many unknown ones were named."""
    looked_up = frozenset[str]()
    if _GUESSES.are_left_to(actor, customer_id or ""):
        looked_up = worker.database.read(lambda one: open_codes(one, typed, customer_id))
    if looked_up != typed:
        worker.metrics.count("offerloop_refused_total")
        _GUESSES.warn(actor)
    return looked_up


def _with_coupons(
    basket: Basket,
    codes: CodesOfCustomer,
    coupons: Mapping[str, PresentedCoupon],
    offers: OfferSet,
    own: OwnOffers,
) -> TypedCodes:
    """Put offers in place of the codes of coupons."""
    offer_of = {one: _offer_of(its.template_id, offers, own) for one, its in coupons.items()}
    of_others = {one for one, its in coupons.items() if its.refusal is RefusalReason.OF_ANOTHER_CUSTOMER}
    refused = {
        code: str(its.refusal)
        for code, its in coupons.items()
        if its.refusal not in _OF_THE_OFFER and code not in of_others
    }
    ids = {offer for one, offer in offer_of.items() if offer is not None and one not in of_others | refused.keys()}
    recognised = {one for one, offer in offer_of.items() if offer is not None} | of_others | refused.keys()
    unknown = sorted(basket.codes - offers.ids - recognised)
    said = replace(codes, unknown=tuple(unknown), of_others=(*codes.of_others, *sorted(of_others)))
    return TypedCodes(replace(basket, codes=(basket.codes - coupons.keys()) | ids), said, refused)


def _offer_of(template_id: str, offers: OfferSet, own: OwnOffers) -> str | None:
    """Return the offer of a coupon template: the one of its id, or the customer's own where the template is that of its
    campaign."""
    if template_id in offers.ids:
        return template_id
    return next((offer for campaign, offer in own if f"{template_id}/".startswith(f"{campaign}/")), None)
