"""What `offerloop price --json` printed, read again: as much of it as a refund with kept discounts needs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from offerloop.errors import InputError
from offerloop.message import Message
from offerloop.money import is_currency
from offerloop.offers import BasketLine, Priced, PricedLine, PricedShipment, Shipment


def is_printed(document: object) -> bool:
    """Whether a document is a priced basket and not a basket."""
    return isinstance(document, Mapping) and {"total_minor", "goods_minor", "lines"} <= document.keys()


def read_printed(document: Mapping[str, Any]) -> Priced:
    """Return the priced basket. Raises InputError for one that was changed or is not whole."""
    try:
        lines = tuple(_line(one) for one in document["lines"])
        priced = Priced(
            currency=document["currency"],
            lines=lines,
            shipping_before_minor=document["shipping_before_minor"],
            shipping_minor=document["shipping_minor"],
            shipping_adjustments=(),
            applied=(),
            find_rejected=tuple,
            tax_included=document["tax_included"],
            shipments=tuple(map(_shipment, document["shipments"])),
        )
        units_are_whole = all(type(one.line.quantity) is int for one in lines)
        is_whole = units_are_whole and is_currency(priced.currency) and priced.total_minor == document["total_minor"]
    except (KeyError, TypeError, AttributeError, ZeroDivisionError):
        is_whole = False
    if not is_whole:
        raise InputError(
            Message("the priced basket does not add up; take what 'offerloop price --json' printed as it is")
        )
    return priced


def _shipment(written: Mapping[str, Any]) -> PricedShipment:
    return PricedShipment(Shipment(written["before_minor"]), written["paid_minor"], (), written["tax_minor"])


def _line(written: Mapping[str, Any]) -> PricedLine:
    quantity, before = written["quantity"], written["before_minor"]
    counts = {"selected": written["selected"], "gift": written["gift"]}
    line = BasketLine(written["product_id"], quantity, before // quantity, **counts)
    return PricedLine(line, written["paid_minor"], (), (), written["announced_minor"], written["tax_minor"])
