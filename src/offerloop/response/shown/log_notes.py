"""What has to be said of a log of shown offers: which were used again, and where costs or cover are guessed."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from offerloop.message import Message
from offerloop.offers import Offer
from offerloop.response.shown.hidden_costs import offers_counted_at_most
from offerloop.response.shown.purchases.covered_lines import tells_scope


def notes_on_use(by_coupons: Sequence[str], by_orders: Sequence[str]) -> Iterator[Message]:
    """Say of which offers customers took off more than one order can, as coupons show or as orders are counted."""
    if by_coupons:
        yield Message(
            "with {offers}, customers took more off in one window than one order can, so they used it for several "
            "orders; expected costs count all of them",
            offers=_quoted(by_coupons),
        )
    if by_orders:
        yield Message(
            "no order line shows what {offers} cost, so each order that they hold for counts; where an offer is good "
            "for one order only, its expected cost is too high",
            offers=_quoted(by_orders),
        )


def notes_on_coverage(offers: Sequence[Offer], columns: Collection[str]) -> Iterator[Message]:
    """Say whose costs are counted too high, and what covers less than is counted."""
    if names := offers_counted_at_most(offers, columns):
        yield Message(
            "orders do not tell which of them {offers} held for, as that depends on more than the products that "
            "they cover and the least spend; each order that may have had one counts at its full cost, so that "
            "what they bring is shown too low",
            offers=_quoted(names),
        )
    if names := sorted(one.offer_id for one in offers if not tells_scope(columns, one.covers)):
        yield Message(
            "no column tells all that {offers} are limited to, such as shops, attributes or only_full_price, so "
            "they count as if they covered more; map 'store_id' and 'coupon' of the order lines and name 'attributes' "
            "of the products where the shop has them",
            offers=_quoted(names),
        )


def _quoted(offer_ids: Sequence[str]) -> list[str]:
    return [f"'{name}'" for name in offer_ids]
