"""What is given back when units of a priced basket are returned, by one of two rules.

**Kept**: the discounts stay as they were, and every unit of a line is worth the same share of what the line cost,
whatever single units were priced at: after k of n units are back, ``floor(k * paid / n)`` has been given back for the
line. **Repriced**: what stays is priced again with the offers and at the time of the purchase, and the customer gets
back what was paid less that; a threshold that is no longer reached is lost, and nothing is ever asked of the customer.
Under both, shipping is given back only when nothing stays, and never more than was paid.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from offerloop.errors import InputError
from offerloop.message import Message
from offerloop.offers.pricing.basket import Basket
from offerloop.offers.pricing.priced import Priced

NONE: Mapping[int, int] = {}


@dataclass(frozen=True)
class Refund:
    """What to give back now, in minor units."""

    lines: Mapping[int, int]
    """The refund by position of the line."""
    shipping_minor: int

    @property
    def total_minor(self) -> int:
        """Lines and shipping."""
        return sum(self.lines.values()) + self.shipping_minor


def refund_kept(priced: Priced, returned: Mapping[int, int], before: Mapping[int, int] = NONE) -> Refund:
    """Return the refund for units returned now, by position of the line, after those that came back before.

    Refunds one after another add up to the refund of all at once. InputError for more units than there are.
    """
    now = _in_all(priced, returned, before)
    lines = {
        place: _share(priced, place, now[place]) - _share(priced, place, before.get(place, 0)) for place in returned
    }
    everything, earlier = (not _stays(priced, units) for units in (now, before))
    return Refund(lines, _shipping(priced) if everything and not earlier else 0)


def basket_kept(
    priced: Priced, basket: Basket, returned: Mapping[int, int], before: Mapping[int, int] = NONE
) -> Basket:
    """Return the basket without the units that come back, now or before. InputError for more units than there are."""
    now = _in_all(priced, returned, before)
    kept = tuple(
        replace(line, quantity=line.quantity - now.get(place, 0))
        for place, line in enumerate(basket.lines)
        if line.counts and line.quantity > now.get(place, 0)
    )
    return replace(basket, lines=kept)


def refund_repriced(
    priced: Priced,
    basket: Basket,
    returned: Mapping[int, int],
    reprice: Callable[[Basket], Priced],
    before: Mapping[int, int] = NONE,
    given_back_minor: int = 0,
) -> int:
    """Return the refund for units returned now, in minor units, when so much has been given back before.

    `reprice` prices a basket as on the day of the purchase. Its shipping costs no less than was paid, also where
    another offer would now save it. InputError for more units than there are.
    """
    kept = basket_kept(priced, basket, returned, before)
    costs = _with_shipping_paid(reprice(kept), priced) if kept.lines else 0
    return max(0, priced.total_minor - costs - given_back_minor)


def _with_shipping_paid(kept: Priced, priced: Priced) -> int:
    return kept.total_minor + max(0, _shipping(priced) - _shipping(kept))


def _shipping(priced: Priced) -> int:
    """What is to be paid for shipping, with tax."""
    return priced.shipping_minor + (0 if priced.tax_included else priced.shipping_tax_minor)


def _in_all(priced: Priced, returned: Mapping[int, int], before: Mapping[int, int]) -> dict[int, int]:
    now = {place: before.get(place, 0) + returned.get(place, 0) for place in {*before, *returned}}
    for place, count in now.items():
        if not 0 <= place < len(priced.lines):
            raise InputError(Message("the basket has no line {place}, counted from 0", place=place))
        line = priced.lines[place].line
        most = line.quantity if line.counts else 0
        if min(returned.get(place, 0), before.get(place, 0)) < 0 or count > most:
            raise InputError(
                Message(
                    "{count} units of '{product}' cannot come back: the basket has {most}",
                    count=str(count),
                    product=line.product_id,
                    most=str(most),
                )
            )
    return now


def _share(priced: Priced, place: int, count: int) -> int:
    line = priced.lines[place]
    paid = line.paid_minor + (0 if priced.tax_included else line.tax_minor)
    return count * paid // line.line.quantity


def _stays(priced: Priced, returned: Mapping[int, int]) -> int:
    units = sum(one.line.quantity for one in priced.lines if one.line.counts)
    return units - sum(returned.values())
