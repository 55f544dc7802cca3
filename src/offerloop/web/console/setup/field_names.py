"""What people call the columns that a shop's files are read into."""

from __future__ import annotations

from offerloop.config import SourceName
from offerloop.message import Message

_CUSTOMER = Message("customer", context="column of a file")
_PRODUCT = Message("product", context="column of a file")
_LIST_PRICE = Message("list price of one unit")
FIELD_NAMES: dict[SourceName, dict[str, Message]] = {
    "order_lines": {
        "order_id": Message("order to which the line belongs"),
        "customer_id": _CUSTOMER,
        "product_id": _PRODUCT,
        "quantity": Message("units bought", context="column of a file"),
        "paid": Message("amount paid for the line, after all discounts"),
        "at": Message("date and time of the order"),
        "list_price": _LIST_PRICE,
        "list_value": Message("list price of the whole line"),
        "discount": Message("price reduction at the shelf, for everyone"),
        "coupon": Message("reduction by a coupon of the customer"),
        "order_discount": Message("reduction of the whole order, which is divided over its lines"),
        "reimbursed": Message("amount that a supplier pays back"),
        "coupon_id": Message("coupon that was used", context="column of a file"),
        "store_id": Message("store", context="column of a file"),
        "channel": Message("channel, such as online", context="column of a file"),
        "returned": Message("whether the line was returned"),
        "currency": Message("currency", context="column of a file"),
        "text": Message("name of the product", context="column of a file"),
        "line": Message("number of the line in its order"),
    },
    "products": {
        "product_id": _PRODUCT,
        "category": Message("category", context="column of a file"),
        "subcategory": Message("subcategory", context="column of a file"),
        "brand": Message("brand", context="column of a file"),
        "list_price": _LIST_PRICE,
        "unit_cost": Message("what one unit costs the shop"),
        "text": Message("name of the product", context="column of a file"),
        "stock": Message("units in stock", context="column of a file"),
    },
    "customers": {
        "customer_id": _CUSTOMER,
        "consent": Message("whether the customer agreed to get offers"),
        "opt_out": Message("whether the customer wants no offers"),
        "segment": Message("segment", context="column of a file"),
    },
}
"""Words for each column of the sources that can be uploaded."""
