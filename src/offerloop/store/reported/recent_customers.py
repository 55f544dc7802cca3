"""Customers of whom something was reported lately, and what is reported of them."""

from __future__ import annotations

import json
from collections.abc import Sequence

from sqlalchemy import Connection, select

from offerloop.store.connect import clock
from offerloop.store.reported.event_log import StoredEvent, stored_event
from offerloop.store.schema import events

HEARD = ("order", "view", "cart")
IN_ONE = 400
MOST_CUSTOMERS = 100_000
"""Customers of one look, so that it takes no long time."""


def customers_reported_since(connection: Connection, since: int) -> tuple[int, list[str]]:
    """Return up to when was looked, and the customers who bought or looked at something reported from `since` on."""
    now = clock(connection)
    arrived = (events.c.received_at >= since) & events.c.kind.in_(HEARD) & events.c.customer_id.is_not(None)
    query = select(events.c.customer_id, events.c.received_at).where(arrived).order_by(events.c.received_at)
    names: dict[str, None] = {}
    for row in connection.execution_options(yield_per=1_000).execute(query):
        if len(names) >= MOST_CUSTOMERS and row.customer_id not in names:
            return row.received_at, list(names)
        names[row.customer_id] = None
    return now, list(names)


def events_of(connection: Connection, customers: Sequence[str]) -> list[StoredEvent]:
    """Return what some customers bought and looked at."""
    events_read = list[StoredEvent]()
    for start in range(0, len(customers), IN_ONE):
        is_theirs = events.c.customer_id.in_(customers[start : start + IN_ONE]) & events.c.kind.in_(HEARD)
        events_read += [stored_event(row) for row in connection.execute(select(events).where(is_theirs))]
    return events_read


def product_categories(connection: Connection, since: int) -> dict[str, tuple[int, str, str]]:
    """Return the newest category of each product of which one was reported from `since` on, behind the time and the id
    of the event: of several, the greatest counts."""
    arrived = (events.c.kind == "product") & (events.c.received_at >= since)
    query = select(events.c.at, events.c.event_id, events.c.body).where(arrived)
    categories: dict[str, tuple[int, str, str]] = {}
    for at, event_id, text in connection.execution_options(yield_per=1_000).execute(query):
        body = json.loads(text)
        product, category = body["product_id"], body.get("category")
        if category is not None:
            reported = (at, event_id, category)
            categories[product] = max(reported, categories.get(product, reported))
    return categories
