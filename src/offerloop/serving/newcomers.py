"""Customers whom a run does not know, by what they did since: they get what its plan gives to customers like them.

Their profiles are made by the stage that makes those of a run, from their orders in the store. Alike are customers with
the same category of highest spend and as many orders (3 stands for more); who has only looked is like those of the
category that was looked at most.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import narwhals as nw
import polars as pl

from offerloop.serving.policy import Policy
from offerloop.store import Database, StoredEvent, customers_reported_since, events_of, product_categories

MOST = 100_000
"""Newcomers who are remembered; beyond them the oldest are forgotten."""
MANY_ORDERS = 3
OVERLAP_SECONDS = 5
"""How far back a look goes behind the last one, for transactions that were under way."""
_DAY = 86_400
_LINES = {
    "customer_id": pl.String, "order_id": pl.String, "product_id": pl.String, "order_day": pl.Int64,
    "quantity": pl.Float64, "revenue_minor": pl.Int64, "discount_minor": pl.Int64, "coupon_minor": pl.Int64,
    "list_value_minor": pl.Int64,
}  # fmt: skip
_BROWSING = {"customer_id": pl.String, "kind": pl.String, "event_day": pl.Int64}
_PRODUCTS = {"product_id": pl.String, "category": pl.String, "brand": pl.String}
_OFFER = {"customer_id": pl.String, "offer_id": pl.String, "shown_day": pl.Int64}


def alike(category: str | None, n_orders: int) -> str:
    """Return the name of the customers who are alike."""
    return f"{min(n_orders, MANY_ORDERS)} {category or ''}"


@dataclass
class ReportedNewcomers:
    """The newcomers of one policy, as one worker knows them from the events of the store."""

    database: Database
    policy: Policy
    like: dict[str, str] = field(default_factory=dict)
    """The name of the customers who are like each newcomer, by `Privacy.in_its_case` of the newcomer's id."""
    _since: int = -1
    _spellings: dict[str, set[str]] = field(default_factory=dict)
    _categories: dict[str, tuple[int, str, str]] = field(default_factory=dict)
    _categories_since: int = -1

    def find(self, customer_id: str) -> str | None:
        """Return the name of the customers who are like a newcomer; None for one of whom nothing was reported."""
        return self.like.get(self.policy.privacy.in_its_case(customer_id))

    def follow(self) -> None:
        """Look at what was reported since the last look."""
        since = self.policy.as_of if self._since < 0 else self._since - OVERLAP_SECONDS
        now, names = self.database.read(partial(customers_reported_since, since=since))
        self._since = now
        new = [one for one in names if self.policy.find(self.policy.known_as(one)) is None]
        if not new:
            return
        self.like |= likeness(self._events_of(new), self._read_categories(now))
        for name in list(self.like)[: max(0, len(self.like) - MOST)]:
            del self.like[name]
            del self._spellings[name]

    def _events_of(self, names: Sequence[str]) -> list[StoredEvent]:
        """Return the events of customers under all spellings of their ids, each as those of one customer."""
        in_its_case = self.policy.privacy.in_its_case
        for name in names:
            self._spellings.setdefault(in_its_case(name), set()).add(name)
        spellings = [one for name in {in_its_case(name) for name in names} for one in sorted(self._spellings[name])]
        events = self.database.read(partial(events_of, customers=spellings))
        return [replace(one, customer_id=in_its_case(one.customer_id or "")) for one in events]

    def _read_categories(self, now: int) -> dict[str, str]:
        """Return the newest category of each product, of which those reported since the last look are read."""
        for product, reported in self.database.read(partial(product_categories, since=self._categories_since)).items():
            self._categories[product] = max(reported, self._categories.get(product, reported))
        self._categories_since = now - OVERLAP_SECONDS
        return {product: category for product, (_, _, category) in self._categories.items()}


def likeness(events: Sequence[StoredEvent], categories: dict[str, str]) -> dict[str, str]:
    """Return for each customer of orders and views the name of customers who are alike."""
    orders = [one for one in events if one.kind == "order"]
    likeness_by_customer = {name: alike(category, n) for name, category, n in _bought(orders, categories)}
    looked: dict[str, Counter[str]] = {}
    for event in events:
        category = categories.get(event.body.get("product_id", ""))
        if event.kind != "order" and event.customer_id is not None and event.customer_id not in likeness_by_customer:
            looked.setdefault(event.customer_id, Counter()).update([] if category is None else [category])
    most = {name: max(sorted(counted), key=counted.__getitem__, default=None) for name, counted in looked.items()}
    return likeness_by_customer | {name: alike(category, 0) for name, category in most.items()}


def _bought(orders: Sequence[StoredEvent], categories: dict[str, str]) -> Iterable[tuple[str, str | None, int]]:
    """Yield customer, category of highest spend and number of orders, as a run's profiles have them."""
    if not orders:
        return
    from offerloop.profiles import PastEvents, build_profiles  # loads SciPy, which no service needs to start

    products = [{"product_id": name, "category": category} for name, category in sorted(categories.items())]
    offers = _frame([], _OFFER)
    past = PastEvents(
        lines=_frame((line for one in orders for line in _lines(one)), _LINES),
        products=_frame(products, _PRODUCTS),
        audiences=_frame([], {"customer_id": pl.String, "campaign_id": pl.String}),
        redemptions=_frame([], {"customer_id": pl.String, "redeemed_day": pl.Int64}),
        browsing=_frame([], _BROWSING),
        exposures=offers,
    )
    campaigns = _frame([], {"campaign_id": pl.String, "starts_day": pl.Int64})
    tomorrow = int(time.time()) // _DAY + 2  # orders of today count, by whatever clock
    nobody = pl.Series("customer_id", [], pl.String)
    profiles = build_profiles(past, campaigns, tomorrow, nobody)
    yield from profiles.select("customer_id", "top_category", "n_orders").iter_rows()


def _lines(order: StoredEvent) -> Iterable[dict[str, Any]]:
    for line in order.body["lines"]:
        paid = line["paid_minor"]
        yield {
            "customer_id": order.customer_id, "order_id": order.body["order_id"], "product_id": line["product_id"],
            "order_day": order.at // _DAY, "quantity": float(line["quantity"]), "revenue_minor": paid,
            "discount_minor": line.get("discount_minor", 0), "coupon_minor": line.get("coupon_minor", 0),
            "list_value_minor": line.get("list_value_minor", paid),
        }  # fmt: skip


def _frame(rows: Iterable[dict[str, Any]], schema: dict[str, Any]) -> Any:  # noqa: ANN401 - a frame of narwhals
    return nw.from_native(pl.DataFrame(list(rows), schema=schema).lazy())
