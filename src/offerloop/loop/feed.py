"""A real shop for the loop: its configured tables say what came of each period, and files say what to give.

Periods are windows of `evaluate.window_days` from the day on which the loop began. What is seen of customers is from
before a period, what came of it is in the order lines of its days.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import narwhals as nw
import numpy as np
import polars as pl

from offerloop.engine import Engine, collect
from offerloop.errors import InputError
from offerloop.evaluation.assignment import in_holdout
from offerloop.events import Events
from offerloop.loop.decide import Decision
from offerloop.loop.shop import LATELY, Floats, Ints, Menu, NotYetError, Period, Pulse, Sight
from offerloop.loop.watch import LINES, OPT_OUTS, Watched, pulse_of, watched
from offerloop.offers import NO_OFFER, NOTHING, Offer
from offerloop.offers.base import liability_minor
from offerloop.offers.spend_and_save import SpendAndSave
from offerloop.response import Margins
from offerloop.response.days import QUARTER, customer_days, features, outcomes, scope, scope_days
from offerloop.response.decisions import decided, finished, read_exposures

EPOCH = date(1970, 1, 1)
WEEK = 7
DECIDED = ("explorers", "held", "sent", "state", "missed", "p_gain", "shown", "hoped", "liability_minor")
"""What a decision says of itself."""


def menu_of(offers: Sequence[Offer], *, by_expected: bool) -> Menu:
    """Offers as arrays. Raises InputError for one that could cost without limit where the budget counts liabilities."""
    liability = [liability_minor(one) for one in offers]
    for one, most in zip(offers, liability, strict=True):
        if most is None and not by_expected:
            raise InputError(
                f"the offer '{one.offer_id}' may cost any amount; give it a 'max_discount', or the campaign "
                'budget_basis = "expected"'
            )
    alike = [(one.kind, one.share_off, one.threshold_minor, _off(one)) for one in offers]
    places = {key: place for place, key in enumerate(dict.fromkeys(alike))}
    return Menu(
        ids=tuple(one.offer_id for one in offers),
        group=np.array([places[key] for key in alike], dtype=np.int64),
        share_off=np.array([float(one.share_off or 0) for one in offers]),
        threshold_minor=np.array([float(one.threshold_minor) for one in offers]),
        off_minor=np.array([_off(one) for one in offers], dtype=np.float64),
        most_minor=np.array([np.inf if one.most_minor is None else float(one.most_minor) for one in offers]),
        own_share=np.array([float(1 - one.funded_share) for one in offers]),
        liability_minor=np.array([most or 0 for most in liability], dtype=np.int64),
        contact_minor=np.array([float(one.contact.cost_minor) for one in offers]),
        by_expected=by_expected,
    )


def _off(offer: Offer) -> int:
    if offer.share_off is not None:
        return 0
    return offer.off_minor if isinstance(offer, SpendAndSave) else offer.most_minor or 0


@dataclass
class FeedShop:
    """See `periods.Shop`."""

    events: Events
    margins: Margins
    offers: Sequence[Offer]
    allowed: pl.Series
    """customer_id of those who may get offers at all."""
    holdout: tuple[str, float]
    """Seed and share of the customers who never get any."""
    engine: Engine
    folder: Path
    first_day: int
    """Epoch day on which period 0 begins."""
    days: int
    """Of a period."""

    def __post_init__(self) -> None:
        ids = self.engine.table(collect(self.events.order_lines.select("customer_id").unique(), "customer_id"))
        self._told: dict[int, set[str]] = {}
        self._contact = np.array([float(one.contact.cost_minor) for one in self.offers])
        lines, products = self.events.order_lines, self.events.products
        categories = sorted({one.category for one in self.offers if one.category is not None})
        self._days = customer_days(lines, products, self.margins, ids)
        self._scopes = scope_days(lines, products, ids, categories)
        self._type = self._days.schema["customer_id"]
        self._numbers = collect(products.select("product_id")).unique().sort("product_id").with_row_index("number")

    def begins(self, period: int) -> int:
        """Epoch day."""
        return self.first_day + period * self.days

    def sight(self, period: int, customers: Sequence[str] | None) -> Sight:
        """See `Shop.sight`."""
        day = self.begins(period)
        if self.events.as_of_day < day:
            raise NotYetError(f"period {period} begins on {_date(day)}, and the orders end before that day")
        ids = self._active(day) if customers is None else pl.Series("customer_id", list(customers)).cast(self._type)
        return self._seen(pl.DataFrame({"customer_id": ids}).with_columns(shown_day=pl.lit(day)), period)

    def _seen(self, rows: pl.DataFrame, period: int) -> Sight:
        """What was known of the customers of rows (customer_id, shown_day) of a period before their day."""
        known = features(self._days, rows)
        weeks = self.days / WEEK
        whole = known["spend_91"].to_numpy() * WEEK / QUARTER * weeks
        by = {name: scope(of, rows)["list_week"].to_numpy() * weeks for name, of in self._scopes.items()}
        covered = np.stack([whole if one.category is None else by[one.category] for one in self.offers], axis=1)
        names = tuple(rows["customer_id"].cast(pl.String).to_list())
        return Sight(
            np.maximum(whole, 0.0), np.maximum(covered, 0.0), known.to_numpy(), self._told_lately(period, names), names
        )

    def _told_lately(self, period: int, names: Sequence[str]) -> Floats:
        """(customers,): by what was given before."""
        found = np.zeros(len(names))
        for before, told in self._told.items():
            if before < period:
                found += LATELY ** (period - 1 - before) * np.array([name in told for name in names], dtype=np.float64)
        return found

    def logged(self) -> list[Period]:
        """Return the periods before the loop began, of whoever was in the log then; their windows were over by then.

        Raises EvidenceError where the log has no propensities.
        """
        exposures = read_exposures(self.events.exposures)
        number = (pl.col("shown_day") - self.first_day).floordiv(self.days).alias("period")
        exposures = exposures.filter(pl.col("shown_day") < self.first_day).with_columns(number)
        told = exposures.filter(pl.col("offer_id") != NO_OFFER).select("period", pl.col("customer_id").cast(pl.String))
        for period, customer in told.drop_nulls().iter_rows():
            self._told.setdefault(period, set()).add(customer)
        rows, _ = finished(exposures, self.events.first_day, self.first_day, self.days)
        rows = rows.filter(pl.col("until_day") - pl.col("shown_day") == self.days)
        rows, action, chance = decided(exposures, rows, [NO_OFFER, *(one.offer_id for one in self.offers)])
        numbers = rows["period"].to_numpy()
        parts = [np.flatnonzero(numbers == one) for one in np.unique(numbers)]
        return [self._logged(rows[one], action[one] - 1, chance[one, 1:]) for one in parts]

    def _logged(self, rows: pl.DataFrame, given: Ints, chance: Floats) -> Period:
        found = outcomes(self._days, rows)
        cost = np.where(given != NOTHING, found["cost_minor"].to_numpy(), 0.0)
        return Period(self._seen(rows, int(rows["period"][0])), given, chance, found["value_minor"].to_numpy(), cost)

    def _active(self, day: int) -> pl.Series:
        """Who ordered in the quarter before, may get offers and is not in the holdout; sorted."""
        recent = self._days.filter((pl.col("order_day") < day) & (pl.col("order_day") >= day - QUARTER))
        ids = recent["customer_id"].unique().sort()
        ids = ids.filter(ids.is_in(self.allowed.implode()))
        seed, share = self.holdout
        return ids.filter(pl.Series([not in_holdout(str(one), seed, share) for one in ids], dtype=pl.Boolean))

    def missed(self, period: int) -> bool:
        """See `Shop.missed`."""
        return self.events.as_of_day >= self.begins(period + 1)

    def path(self, period: int) -> Path:
        """Where the offers of a period stand."""
        return self.folder / f"period-{period:04d}.csv"

    def give(self, period: int, sight: Sight, decision: Decision) -> None:
        """See `Shop.give`: one file, which is there whole or not at all."""
        told = np.flatnonzero(decision.given != NOTHING)
        self._told[period] = {sight.customers[place] for place in told}
        names = [*(one.offer_id for one in self.offers), NO_OFFER]
        table = pl.DataFrame(
            {
                "customer_id": list(sight.customers),
                "offer_id": [names[k] for k in decision.given],
                "propensity": decision.propensity,
                "arm": decision.arm,
                "starts_on": [_date(self.begins(period))] * len(decision.given),
            }
        )
        self.folder.mkdir(parents=True, exist_ok=True)
        content, path = table.write_csv().encode(), self.path(period)
        if not path.exists() or path.read_bytes() != content:
            draft = path.with_suffix(f".{os.getpid()}.tmp")
            draft.write_bytes(content)
            draft.replace(path)

    def outcome(self, period: int, sight: Sight, decision: Decision) -> Period:
        """See `Shop.outcome`."""
        day, until = self.begins(period), self.begins(period + 1)
        if self.events.as_of_day < until:
            raise NotYetError(f"period {period} lasts until {_date(until)}; come back with the orders of all its days")
        ids = pl.Series("customer_id", list(sight.customers)).cast(self._type)
        rows = pl.DataFrame({"customer_id": ids}).with_columns(shown_day=pl.lit(day), until_day=pl.lit(until))
        found = outcomes(self._days, rows)
        told = decision.given != NOTHING
        value, coupons = found["value_minor"].to_numpy(), found["cost_minor"].to_numpy()
        contact = np.where(told, self._contact[decision.given], 0.0)
        done = (decision.given, decision.chance, value, np.where(told, coupons, 0.0), decision.planned, decision.arm)
        profit = value - coupons - contact
        return Period(sight, *done, decision.held, profit, *self._signs(ids, profit, day, until))

    def _signs(self, ids: pl.Series, profit_minor: Floats, day: int, until: int) -> tuple[Watched, Pulse]:
        """What guardrails and drift read off the days from `day` to before `until`."""
        lines, seen, back = self.events.order_lines, self.events.browsing, self.events.returned
        bought = collect(lines.filter(nw.col("order_day") >= day, nw.col("order_day") < until).select(LINES))
        rated = seen.filter(nw.col("kind") == "rating", nw.col("event_day") >= day, nw.col("event_day") < until)
        ratings = collect(rated.select("customer_id", "value"))
        returned = back.filter((pl.col("order_day") >= day) & (pl.col("order_day") < until))
        refused = ids.is_in(self.events.no_consent["customer_id"].implode()).to_numpy().astype(np.float64)
        shown = watched(bought, returned, ratings, ids, profit_minor)
        return {**shown, OPT_OUTS: (refused, np.ones(len(ids)))}, pulse_of(bought, self._numbers)


def _date(day: int) -> str:
    return (EPOCH + timedelta(days=day)).isoformat()


def facts_of(recorded: Sequence[tuple[int, str, Any]]) -> list[dict[str, Any]]:
    """A row for each period of a journal."""
    rows: dict[int, dict[str, Any]] = {}
    for period, step, body in recorded:
        row = rows.setdefault(period, {"period": period})
        if step == "decide":
            given = np.array(body["given"])
            row |= {"customers": len(given), "offered": int((given != NOTHING).sum())}
            row |= {name: body[name] for name in DECIDED}
        elif step == "learn":
            row |= body
    return [rows[period] for period in sorted(rows)]
