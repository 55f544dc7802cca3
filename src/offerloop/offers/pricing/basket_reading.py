"""Reading a basket that can be priced from JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from offerloop.errors import InputError
from offerloop.message import Message
from offerloop.money import is_currency
from offerloop.offers.pricing.basket import Basket, BasketLine, Customer, OfferUsage, Shipment
from offerloop.offers.terms import WrittenTerms

T = TypeVar("T")


def read_basket(written: object) -> Basket:
    """Read a basket from its fields. Raises InputError with a sentence that names the line and the field."""
    if not isinstance(written, Mapping):
        raise InputError(Message("a basket must be a table with 'currency' and 'lines'"))
    terms = WrittenTerms(
        written, known_currency(written.get("currency")), Message("the basket", context="subject of an error")
    )
    lines = terms.need("lines")
    if not isinstance(lines, list):
        raise InputError(Message("'lines' of the basket must be a list, not '{lines}'", lines=str(lines)))
    terms.get("currency")
    basket = Basket(
        currency=terms.currency,
        lines=tuple(_line(one, place, terms.currency) for place, one in enumerate(lines, 1)),
        shipping_minor=terms.amount("shipping") or 0,
        shipments=_shipments(terms),
        customer=_customer(terms),
        bought_in=_name(terms, "bought_in"),
        codes=terms.names("codes", may_be_empty=True),
        usage=_usage(terms),
        tax_included=terms.flag("tax_included", default=True),
        payment=_name(terms, "payment"),
        region=_name(terms, "region"),
        attributes=terms.attributes("attributes"),
    )
    terms.finish()
    return basket


def known_currency(written: object) -> str:
    """Return the currency code. Raises InputError for an unknown one."""
    if isinstance(written, str) and is_currency(written):
        return written
    raise InputError(Message("'currency' must be an ISO code such as \"EUR\", not '{value}'", value=str(written)))


def _line(written: object, place: int, currency: str) -> BasketLine:
    what = Message("line {number} of the basket", number=str(place))
    if not isinstance(written, Mapping):
        raise InputError(Message("{what} must be a table, not '{value}'", what=what, value=str(written)))
    return _read_at(WrittenTerms(written, currency, what), _read_line)


def _read_at(terms: WrittenTerms, read: Callable[[WrittenTerms], T]) -> T:
    """Return what is read from all fields of some terms. Raises InputError that says which they are."""
    try:
        content = read(terms)
        terms.finish()
    except InputError as error:
        is_said = str(error).startswith(str(terms.what))
        place = Message("{place}: {error}", context="error", place=terms.what, error=error.message)
        raise InputError(error.message if is_said else place) from None
    return content


def _read_line(terms: WrittenTerms) -> BasketLine:
    terms.need("product_id")
    unit = terms.amount("unit_price")
    if unit is None:
        terms.need("unit_price")
    categories = terms.get("categories", [])
    if not isinstance(categories, list) or not all(isinstance(one, str) and one for one in categories):
        raise InputError(
            Message("'categories' must be a list of names, not '{categories}'", categories=str(categories))
        )
    if terms.get("category") is not None:
        categories = [*categories, terms.text("category", "")]
    return BasketLine(
        product_id=terms.text("product_id", ""),
        quantity=terms.whole("quantity"),
        unit_minor=unit or 0,
        categories=tuple(categories),
        brand=_name(terms, "brand"),
        shop=_name(terms, "shop"),
        list_minor=terms.amount("list_price"),
        floor_minor=terms.amount("floor") or 0,
        lowest_minor=terms.amount("lowest_30_days"),
        tax=terms.share("tax"),
        selected=terms.flag("selected", default=True),
        attributes=terms.attributes("attributes"),
        gift=terms.flag("gift"),
    )


def _shipments(terms: WrittenTerms) -> tuple[Shipment, ...]:
    """Read the shipments, or one of which only the tax is known."""
    rows, tax = terms.get("shipments"), terms.get("shipping_tax")
    if rows is None:
        return () if tax is None else (Shipment(terms.amount("shipping") or 0, tax=terms.share("shipping_tax")),)
    if tax is not None:
        raise InputError(Message("'shipping_tax' goes with 'shipping'; shipments have a 'tax' each"))
    shipments = terms.rows("shipments", rows)
    for number, row in enumerate(shipments, 1):
        row.what = Message("shipment {number} of the basket", number=str(number))
    return tuple(_read_at(row, _read_shipment) for row in shipments)


def _read_shipment(terms: WrittenTerms) -> Shipment:
    terms.need("price")
    price = terms.amount("price") or 0
    return Shipment(price, _name(terms, "shop"), _name(terms, "method"), terms.share("tax"))


def _name(terms: WrittenTerms, field: str) -> str | None:
    return None if terms.get(field) is None else terms.text(field, "")


def _customer(terms: WrittenTerms) -> Customer:
    inner = terms.table("customer", Message("the customer", context="subject of an error"))
    if inner is None:
        return Customer()
    before = inner.get("orders_before")
    if before is not None and (type(before) is not int or before < 0):
        raise InputError(
            Message(
                "'orders_before' of the customer must be a whole number of at least 0, not {before}", before=str(before)
            )
        )
    customer = Customer(
        customer_id=_name(inner, "customer_id"),
        segments=inner.names("segments", may_be_empty=True),
        orders_before=before,
        loyalty_tier=_name(inner, "loyalty_tier"),
        lifetime_minor=inner.amount("lifetime_spend"),
    )
    inner.finish()
    return customer


def _usage(terms: WrittenTerms) -> dict[str, OfferUsage]:
    written: Any = terms.get("usage", {})
    if not isinstance(written, Mapping):
        raise InputError(Message("'usage' must be a table by offer, not '{value}'", value=str(written)))
    usage = {}
    for offer_id, counted in written.items():
        counts = dict(counted) if isinstance(counted, Mapping) else {"": counted}
        if not counts.keys() <= {"sold", "by_customer"} or any(type(n) is not int or n < 0 for n in counts.values()):
            raise InputError(
                Message(
                    "'usage' of '{offer_id}' must be like {example}, not '{value}'",
                    offer_id=str(offer_id),
                    example='{"sold": 90, "by_customer": 1}',
                    value=str(counted),
                )
            )
        usage[str(offer_id)] = OfferUsage(**counts)
    return usage
