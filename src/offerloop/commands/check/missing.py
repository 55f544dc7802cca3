"""Sources and columns that a shop need not give, and what each costs that it does not."""

from __future__ import annotations

from offerloop.config import Config, SourceName
from offerloop.message import Message

_SOURCES: dict[SourceName, Message] = {
    "products": Message("offers cannot be limited to a category, and the response to shelf prices cannot be estimated"),
    "customers": Message("everybody counts as having agreed to personal offers, and no attribute audits the plan"),
    "campaigns": Message("past campaigns cannot be judged"),
    "redemptions": Message("profiles do not show who redeems coupons"),
}
_COLUMNS: dict[SourceName, dict[str, Message]] = {
    "order_lines": {
        "coupon": Message("what coupons paid is not part of a line, and profiles do not show who uses them")
    },
    "products": {
        "category": Message(
            "offers cannot be limited to a category, and the response to shelf prices cannot be estimated"
        ),
        "brand": Message("profiles do not show who keeps to brands"),
    },
    "customers": {"consent": Message("everybody counts as having agreed to personal offers")},
}
_INSTEAD = {"consent": "opt_out", "coupon": "order_discount"}
"""Columns that another one may stand for."""
_LIST = ("list_price", "list_value", "discount")


def missing_sources(config: Config) -> list[Message]:
    """Return one sentence for each source that is not configured."""
    return [
        Message("no {source}: {cost}", context="missing data", source=name, cost=cost)
        for name, cost in _SOURCES.items()
        if name not in config.sources
    ]


def list_price_sources(config: Config) -> list[str]:
    """Return the columns, as `source.column`, and the source that tell list prices; none where nothing does."""
    names = {"order_lines": _LIST, "products": _LIST[:1]}
    columns = [
        f"{source}.{name}"
        for source, of_source in names.items()
        if source in config.sources
        for name in of_source
        if name in config.sources[source].columns
    ]
    return [*columns, *(["prices"] if "prices" in config.sources else [])]


def missing_columns(config: Config) -> list[Message]:
    """Return one sentence for each column that a configured source does not map."""
    messages = list[Message]()
    if not list_price_sources(config):
        messages.append(
            Message(
                "no list_price, list_value or discount of order_lines: the response to shelf prices "
                "cannot be estimated, and what was paid plus coupons counts as the list price"
            )
        )
    for name, columns in _COLUMNS.items():
        if name in config.sources:
            mapped = config.sources[name].columns
            messages += [
                Message(
                    "no {column} of {source}: {cost}", context="missing data", column=column, source=name, cost=cost
                )
                for column, cost in columns.items()
                if not {column, _INSTEAD.get(column, column)} & set(mapped)
            ]
    return messages
