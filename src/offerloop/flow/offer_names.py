"""Offers about products, brands or stores that the shop's tables do not have."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import narwhals as nw

from offerloop.config import Config
from offerloop.engine import collect, distinct
from offerloop.events import Events
from offerloop.message import Message


def unknown_names(config: Config, events: Events) -> list[Message]:
    """Say which products, brands and stores offers name that the tables do not have; where they have none, nothing."""
    places = {
        "products": (events.products, "product_id"), "brands": (events.products, "brand"),
        "shops": (events.order_lines, "store_id"),
    }  # fmt: skip
    written = [*(offer for one in config.campaigns for offer in one.offers), *events.offers]
    messages = []
    for field, (table, column) in places.items():
        named = [(str(offer.get("id", offer.get("kind"))), set(_names(offer.get(field)))) for offer in written]
        if not any(names for _, names in named) or column not in table.collect_schema().names():
            continue
        rows = distinct(table.select(nw.col(column).cast(nw.String)), column)
        existing = set(collect(rows)[column].drop_nulls()) - {"unknown"}
        wrong = ((offer, sorted(names - existing)) for offer, names in named if existing and names - existing)
        messages += [_message(field, column, offer, names) for offer, names in wrong]
    return messages


def _names(written: Any) -> Iterator[str]:  # noqa: ANN401 - whatever TOML holds
    """Yield one name or several; what is neither is refused where offers are read."""
    yield from (one for one in (written if isinstance(written, list) else [written]) if isinstance(one, str))


def _message(field: str, column: str, offer: str, names: list[str]) -> Message:
    return Message(
        "'{field}' of offer '{offer}' has names that are no {column} in the shop's tables, so it does not hold for "
        "them: {names}; correct them",
        field=field,
        offer=offer,
        column=column,
        names=[f"'{name}'" for name in names],
    )
