"""Sources and columns that a shop need not give, and what each costs that it does not."""

from __future__ import annotations

from offerloop.config import Config, SourceName

_SOURCES: dict[SourceName, str] = {
    "products": "offers cannot be limited to a category, and the response to shelf prices cannot be estimated",
    "customers": "everybody counts as having agreed to personal offers, and no attribute audits the plan",
    "campaigns": "past campaigns cannot be judged",
    "redemptions": "profiles do not show who redeems coupons",
}
_COLUMNS: dict[SourceName, dict[str, str]] = {
    "order_lines": {"coupon": "what coupons paid is not part of a line, and profiles do not show who uses them"},
    "products": {
        "category": "offers cannot be limited to a category, and the response to shelf prices cannot be estimated",
        "brand": "profiles do not show who keeps to brands",
    },
    "customers": {"consent": "everybody counts as having agreed to personal offers"},
}
_INSTEAD = {"consent": "opt_out"}
"""Columns that another one may stand for."""
_LIST = ("list_price", "list_value", "discount")


def missing_sources(config: Config) -> list[str]:
    """Return one sentence for each source that is not configured."""
    return [f"no {name}: {cost}" for name, cost in _SOURCES.items() if name not in config.sources]


def missing_columns(config: Config) -> list[str]:
    """Return one sentence for each column that a configured source does not map."""
    found = []
    listed = "prices" in config.sources or (
        "products" in config.sources and "list_price" in config.sources["products"].columns
    )
    if not listed and not set(_LIST) & set(config.sources["order_lines"].columns):
        found.append(
            "no list_price, list_value or discount of order_lines: the response to shelf prices cannot be estimated, "
            "and what was paid counts as the list price"
        )
    for name, columns in _COLUMNS.items():
        if name in config.sources:
            mapped = config.sources[name].columns
            found += [
                f"no {column} of {name}: {cost}"
                for column, cost in columns.items()
                if not {column, _INSTEAD.get(column, column)} & set(mapped)
            ]
    return found
