"""Orders as they were priced, so that what comes back is repriced under the offers of that day."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace

from sqlalchemy import Connection, select, update

from offerloop.store.connect import StaleError, inserting
from offerloop.store.reported.erased import erased_among, hold_off_erasures
from offerloop.store.schema import offer_texts, purchases


@dataclass(frozen=True)
class Purchase:
    """One order, and what was given back of it."""

    order_id: str
    bought_at: int
    version: str | None
    campaign_id: str | None
    offer_id: str | None
    """The offer that the customer had been given."""
    offers_hash: str
    basket: str
    """The basket as JSON without the customer, with a hash of what was sent and what was left of offers with limits."""
    total_minor: int
    rule: str | None = None
    """The rule by which refunds of this order are counted; None before the first."""
    returned: Mapping[int, int] | None = None
    """Units that came back by position of the line."""
    given_back_minor: int = 0


def add_purchase(
    connection: Connection, purchase: Purchase, offers_text: str, customer_id: str | None
) -> Purchase | None:
    """Enter an order, and return it as it stands: one that is there stays as it was.

    Nothing is entered for a customer who was erased, and None returned.
    """
    hold_off_erasures(connection)
    if customer_id is not None and erased_among(connection, [customer_id]):
        return None
    keep_offers_text(connection, purchase.offers_hash, offers_text)
    row = {**vars(purchase), "returned": _written(purchase.returned or {})}
    connection.execute(inserting(connection, purchases).values(row).on_conflict_do_nothing())
    return find_purchase(connection, purchase.order_id) or purchase


def keep_offers_text(connection: Connection, offers_hash: str, text: str) -> None:
    """Keep a file of offers under its hash, once."""
    row = {"hash": offers_hash, "body": text}
    connection.execute(inserting(connection, offer_texts).values(row).on_conflict_do_nothing())


def find_purchase(connection: Connection, order_id: str) -> Purchase | None:
    """Return an order; None where it was not entered."""
    row = connection.execute(select(purchases).where(purchases.c.order_id == order_id)).one_or_none()
    if row is None:
        return None
    purchase = Purchase(**row._asdict())
    return replace(purchase, returned={int(place): count for place, count in json.loads(row.returned).items()})


def offers_text(connection: Connection, offers_hash: str) -> str:
    """Return the file of offers under which an order was priced."""
    return str(connection.execute(select(offer_texts.c.body).where(offer_texts.c.hash == offers_hash)).scalar_one())


def add_refund(
    connection: Connection, before: Purchase, rule: str, returned: Mapping[int, int], given_back_minor: int
) -> None:
    """Record what has come back of an order in all. Raises StaleError where another refund was faster."""
    unchanged = (purchases.c.order_id == before.order_id) & (purchases.c.returned == _written(before.returned or {}))
    values = {"rule": rule, "returned": _written(returned), "given_back_minor": given_back_minor}
    changed = update(purchases).where(unchanged).values(values).returning(purchases.c.order_id)
    if connection.execute(changed).one_or_none() is None:
        raise StaleError


def _written(returned: Mapping[int, int]) -> str:
    return json.dumps({str(place): returned[place] for place in sorted(returned)})
