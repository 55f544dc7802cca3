"""The names of the cleaning rules, which tables hold in English."""

from __future__ import annotations

from offerloop.message import Message

RULE_NAMES = {
    str(name): name
    for name in (
        Message("all rows", context="name of a cleaning rule"),
        Message("filter 'where'", context="name of a cleaning rule"),
        Message("exact copy", context="name of a cleaning rule"),
        Message("scanned again", context="name of a cleaning rule"),
        Message("unreadable", context="name of a cleaning rule"),
        Message("incomplete", context="name of a cleaning rule"),
        Message("impossible time", context="name of a cleaning rule"),
        Message("before the window", context="name of a cleaning rule"),
        Message("after the window", context="name of a cleaning rule"),
        Message("other currency", context="name of a cleaning rule"),
        Message("test order", context="name of a cleaning rule"),
        Message("anonymous customer", context="name of a cleaning rule"),
        Message("after the plan", context="name of a cleaning rule"),
        Message("unit cost is 0", context="name of a cleaning rule"),
        Message("several texts", context="name of a cleaning rule"),
        Message("non-merchandise", context="name of a cleaning rule"),
        Message("marked as returned", context="name of a cleaning rule"),
        Message("nothing sold", context="name of a cleaning rule"),
        Message("return", context="name of a cleaning rule"),
        Message("return without a sale", context="name of a cleaning rule"),
        Message("returned in full", context="name of a cleaning rule"),
        Message("returned in part", context="name of a cleaning rule"),
        Message("quantity zero with money", context="name of a cleaning rule"),
        Message("quantity is a measure", context="name of a cleaning rule"),
        Message("quantity may be a count", context="name of a cleaning rule"),
        Message("paid below zero", context="name of a cleaning rule"),
        Message("worth less than nothing", context="name of a cleaning rule"),
        Message("category unknown", context="name of a cleaning rule"),
        Message("not on the product list", context="name of a cleaning rule"),
        Message("never ordered", context="name of a cleaning rule"),
        Message("no consent", context="name of a cleaning rule"),
        Message("retention", context="name of a cleaning rule"),
        Message("suppressed", context="name of a cleaning rule"),
        Message("bulk buyers", context="name of a cleaning rule"),
        Message("offers' discounts", context="name of a cleaning rule"),
    )
}
"""A message for each name of a rule."""
ACTION_NAMES = {
    "left out": Message("left out", context="what was done with a row"),
    "read": Message("read", context="what was done with a row"),
    "kept": Message("kept", context="what was done with a row"),
    "repaired": Message("repaired", context="what was done with a row"),
    "merged": Message("merged", context="what was done with a row"),
    "rejected": Message("rejected", context="what was done with a row"),
    "flagged": Message("flagged", context="what was done with a row"),
}
"""What cleaning does with a row."""
SOURCE_NAMES = {
    "order_lines": Message("order lines", context="source of data"),
    "products": Message("products", context="source of data"),
    "customers": Message("customers", context="source of data"),
    "campaigns": Message("campaigns", context="source of data"),
    "audiences": Message("audiences", context="source of data"),
    "redemptions": Message("redemptions", context="source of data"),
    "coupon_products": Message("coupon products", context="source of data"),
    "prices": Message("prices", context="source of data"),
    "events": Message("events", context="source of data"),
    "exposures": Message("exposures", context="source of data"),
    "offers": Message("offers", context="source of data"),
}
"""What the sources of a shop are called."""
