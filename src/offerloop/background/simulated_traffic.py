"""A stretch of simulated traffic after a plan: customers buy again what they bought some weeks before, the service
decides on whoever comes, and offers work as the run forecast, or more often.

Nothing here is a fixture: orders come from the shop's own, effects from the run's tables, decisions from the served
policy. Every id begins with `simulated-`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from offerloop.events import EPOCH
from offerloop.offers import NO_OFFER
from offerloop.serving import Answer, DecisionInputs, Policy, ShopOffers, decide
from offerloop.store import DecisionRecord, instant
from offerloop.workspace import RunRead

PREFIX = "simulated-"
WEEK = 7
FIRST_HOUR, OPEN_SECONDS = 8, 12 * 3_600
"""Orders come between eight in the morning and eight at night."""
_LINE = ("product_id", "quantity", "revenue_minor", "list_value_minor", "coupon_minor", "reimbursed_minor")
Row = dict[str, Any]


@dataclass(frozen=True)
class Stretch:
    """The run and the days whose traffic is simulated."""

    run: RunRead
    policy: Policy
    first_day: int
    """The epoch day of the plan."""
    days: int
    zone: ZoneInfo
    redemption: float
    """How often offers are redeemed, as a multiple of the forecast."""
    margin: float
    """Share of list price that is left, by which the forecast's margin becomes sales."""
    seed: int

    @property
    def earlier(self) -> int:
        """Return how many days before the stretch the repeated orders lie: whole weeks, so that weekdays fit."""
        return 2 * WEEK * -(-self.days // WEEK)

    def second(self, day: int, seconds: float = 0.0) -> int:
        """Return an instant of a local day as an epoch second."""
        begins = datetime.combine(EPOCH + timedelta(days=day), datetime.min.time(), self.zone)
        return int(begins.timestamp() + FIRST_HOUR * 3_600 + seconds)


@dataclass(frozen=True)
class Redeemed:
    """An offer that a customer used."""

    campaign_id: str
    offer_id: str
    customer_id: str
    order_id: str
    at: int
    discount_minor: int
    own_minor: int
    """What of the discount the shop pays itself."""


@dataclass(frozen=True)
class Traffic:
    """All that happened in a stretch."""

    decisions: list[DecisionRecord]
    events: list[Row]
    """As `POST /v1/events` takes them."""
    redeemed: list[Redeemed]


def simulated_traffic(stretch: Stretch, lines: pl.DataFrame) -> Traffic:
    """Return what happens in a stretch; `lines` are the orders that are repeated, with their categories."""
    rng = np.random.default_rng(stretch.seed)
    orders, expected = _orders(stretch, lines), _expected(stretch.run, _favourites(lines))
    traffic, decided_on = Traffic([], [], []), set[str]()
    seconds = rng.integers(0, OPEN_SECONDS, len(orders))
    for number, (order, second) in enumerate(zip(orders, seconds.tolist(), strict=True)):
        at, customer = stretch.second(order["day"], second), str(order["customer_id"])
        order_id = f"{PREFIX}{stretch.policy.version}-{number:06}"
        if customer not in decided_on:
            decided_on.add(customer)
            answer = _decided(stretch, customer, at - 60)
            traffic.decisions.append(answer.record(answer.text()))
            traffic.events.append(_exposure(answer, at - 60))
            used = _redeemed(stretch, answer, expected.get(customer), order_id, at, rng.random())
            if used is not None:
                traffic.redeemed.append(used[0])
                traffic.events.append(_redemption(used[0]))
                order["lines"].append(used[1])
        traffic.events.append(_order(order, order_id, customer, at))
    return traffic


def _orders(stretch: Stretch, lines: pl.DataFrame) -> list[Row]:
    """Return the orders of the earlier stretch with the days of this one, in their order."""
    sold = lines.filter((pl.col("quantity") > 0) & (pl.col("list_value_minor") > 0) & (pl.col("revenue_minor") >= 0))
    day = (pl.col("order_day") + stretch.earlier).alias("day")
    gathered = sold.group_by("order_id", "customer_id", day).agg(pl.struct(_LINE).alias("lines"))
    return gathered.sort("day", "order_id").rows(named=True)


def _favourites(lines: pl.DataFrame) -> pl.DataFrame:
    """Return the product that is bought most in each category, and over all for offers on every product."""
    everything = lines.with_columns(pl.lit(None, pl.String).alias("category"))
    counted = pl.concat([lines, everything], how="vertical_relaxed").group_by("category", "product_id").len()
    ordered = counted.sort("len", "product_id", descending=[True, False])
    return ordered.group_by("category", maintain_order=True).agg(pl.col("product_id").first())


def _expected(run: RunRead, favourites: pl.DataFrame) -> dict[str, Row]:
    """Return the forecast of each customer's offer with a product that it is good for, by customer."""
    planned = run.table("assignments").filter(pl.col("offer_id") != NO_OFFER)
    keys = ["campaign_id", "customer_id", "offer_id"]
    effects = run.table("effects").select(*keys, "value_minor", "p_redeem", "cost_expected_micro", "discount_minor")
    offers = run.table("offers").select("campaign_id", "offer_id", "category", "funded_share", "cost_liability_minor")
    joined = planned.select(keys).join(effects, on=keys).join(offers, on=keys[::2])
    joined = joined.join(favourites.lazy(), on="category", nulls_equal=True)
    return {str(row["customer_id"]): row for row in joined.collect().iter_rows(named=True)}


def _decided(stretch: Stretch, customer: str, at: int) -> Answer:
    request = DecisionInputs(customer, context={"simulated": True})
    name = sha256(f"{stretch.policy.version} {stretch.seed} {customer}".encode()).hexdigest()[:24]
    decided = decide(stretch.policy, request, at)
    if decided.needs_minor:
        decided = decided.without_offer("simulated")  # a newcomer would take of a budget that others share
    return Answer.of(request, f"decision_{name}", 1000 * at, stretch.policy.version, decided, 0, ShopOffers())


def _redeemed(
    stretch: Stretch, answer: Answer, expected: Row | None, order_id: str, at: int, draw: float
) -> tuple[Redeemed, Row] | None:
    """Return a redemption with the line that it brings, where the customer uses the offer."""
    offer = None if answer.decided is None else answer.decided.offer
    if offer is None or expected is None or draw >= stretch.redemption * (chance := expected["p_redeem"]):
        return None
    discount = max(1, round(expected["discount_minor"] / chance))
    own = round(discount * (1 - expected["funded_share"]))
    sales = round(max(expected["value_minor"], 0.0) / chance / stretch.margin)
    worth = max(sales, discount)
    line = {
        "product_id": expected["product_id"], "quantity": 1.0, "revenue_minor": worth - own, "list_value_minor": worth,
        "coupon_minor": discount, "reimbursed_minor": discount - own,
    }  # fmt: skip
    customer = answer.request.customer_id
    return Redeemed(offer.campaign_id, offer.offer_id, customer, order_id, at, discount, own), line


def _exposure(answer: Answer, at: int) -> Row:
    decided = answer.decided
    offer = None if decided is None else decided.offer
    event = {
        "event_id": f"{PREFIX}{answer.decision_id}", "kind": "exposure", "customer_id": answer.request.customer_id,
        "at": instant(at), "offer_id": NO_OFFER if offer is None else offer.offer_id,
        "campaign_id": None if offer is None else offer.campaign_id,
        "propensity": None if decided is None else decided.propensity,
    }  # fmt: skip
    return {name: value for name, value in event.items() if value is not None}


def _redemption(used: Redeemed) -> Row:
    return {
        "event_id": f"{used.order_id}-used", "kind": "redemption", "customer_id": used.customer_id,
        "at": instant(used.at), "offer_id": used.offer_id, "campaign_id": used.campaign_id,
        "order_id": used.order_id, "amount_minor": used.discount_minor,
    }  # fmt: skip


def _order(order: Row, order_id: str, customer: str, at: int) -> Row:
    return {
        "event_id": order_id, "kind": "order", "customer_id": customer, "order_id": order_id, "at": instant(at),
        "lines": list(_lines(order["lines"])),
    }  # fmt: skip


def _lines(lines: list[Row]) -> Iterator[Row]:
    for line in lines:
        coupon, reimbursed = max(0, line["coupon_minor"] or 0), max(0, line["reimbursed_minor"] or 0)
        yield {
            "product_id": str(line["product_id"]), "quantity": float(line["quantity"]),
            "paid_minor": max(0, line["revenue_minor"] - reimbursed), "list_value_minor": line["list_value_minor"],
            "coupon_minor": coupon, "reimbursed_minor": reimbursed,
        }  # fmt: skip
