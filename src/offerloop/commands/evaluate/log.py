"""The log of an evaluation: shown offers with their propensities, and what each customer then bought."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from offerloop.arrays import Floats, Ints
from offerloop.commands.evaluate.outcomes import FIRST, facts_of
from offerloop.config import Config
from offerloop.engine import Engine, collect
from offerloop.errors import EvidenceError, InputError
from offerloop.evaluation import LAGS, Log, fnv1a
from offerloop.events import Events, has_coupons, prepare
from offerloop.flow import product_names
from offerloop.message import Message, Value
from offerloop.offers import NO_OFFER
from offerloop.report import iso_day, period_text
from offerloop.response import (
    EXPOSURE_FEATURES,
    daily_sums,
    earlier_exposures,
    finished_exposures,
    known_margins,
    randomised_propensities,
)

FOLDS = 5
"""Parts of the customers for predictions that have not seen the outcome."""
_REMEDY = Message("log with each exposure the probability with which its offer was chosen ('offerloop run' writes it)")


@dataclass(frozen=True)
class Decisions:
    """Exposures whose window is over, one row each, sorted by customer and day."""

    rows: pl.DataFrame
    """customer_id, offer_id ('none' for nothing), shown_day, until_day (the first after the window), propensity,
    value_minor, cost_minor and the features."""
    left_out: Mapping[str, int]
    """Exposures left out: `unreadable`, `no_customer`, `early`, `same_day`, `not_over`."""
    n_clipped: int
    """Windows cut short by the customer's next exposure."""
    window_days: int
    maps_coupon: bool
    splits_discounts: bool
    """Whether coupons are what was off beyond usual shelf discounts."""
    maps_reimbursed: bool
    by_unit_costs: bool
    everything: pl.DataFrame
    """offer_id, shown_day, propensity of all exposures, those left out too."""
    earlier: Ints
    """(n, LAGS): rows of `everything` that each row's customer was shown before, the latest first; -1 for none."""
    product_names: Sequence[str]
    first_features: Floats
    """(n, p): what the shop knew before the oldest of them, or before the row itself where there was none."""

    @property
    def knows_cost(self) -> bool:
        """Whether the data tell what offers cost."""
        return self.maps_coupon or self.splits_discounts

    @property
    def shown(self) -> list[str]:
        """Offers of the rows, without nothing."""
        return [name for name in self.rows["offer_id"].unique().sort() if name != NO_OFFER]

    def log(self, wanted: set[str]) -> Log:
        """The log over nothing, the offers shown, and those that only a policy wants; customers are numbered."""
        names = (NO_OFFER, *self.shown, *sorted(wanted - {NO_OFFER, *self.shown}))
        place = {name: position for position, name in enumerate(names)}
        rows = self.rows
        return Log(
            action=rows["offer_id"].replace_strict(place, return_dtype=pl.Int64).to_numpy(),
            propensity=rows["propensity"].to_numpy(),
            value=rows["value_minor"].to_numpy(),
            names=names,
            cost=rows["cost_minor"].to_numpy() if self.knows_cost else None,
            propensities=randomised_propensities(self.everything, rows["shown_day"], names),
            customer=(rows["customer_id"].rank("dense").cast(pl.Int64) - 1).to_numpy(),
        )

    @property
    def features(self) -> Floats:
        """(n, p): what the shop knew before each exposure."""
        return self.rows.select(EXPOSURE_FEATURES).to_numpy()

    @property
    def fold(self) -> Ints:
        """(n,): part of each row's customer, by the order of a hash of the id; there are two or more."""
        ids = sorted(self.rows["customer_id"].unique(), key=lambda one: (fnv1a(f"evaluate {one}"), one))
        folds = {one: place % FOLDS for place, one in enumerate(ids)}
        return self.rows["customer_id"].replace_strict(folds, return_dtype=pl.Int64).to_numpy()


def read_decisions(config: Config, engine: Engine, window_days: int) -> Decisions:
    """Read and clean the sources, and take outcomes after each exposure.

    Raises InputError where there are no exposures, EvidenceError where propensities are missing or impossible or where
    no window is over, and what reading raises.
    """
    _check_sources(config)
    events = prepare(config, engine)
    exposures = collect(events.exposures.select("customer_id", "offer_id", "shown_day", "propensity"))
    name = pl.col("offer_id").cast(pl.String).str.strip_chars()
    named = exposures.with_columns(
        pl.when(name != "").then(name).fill_null(NO_OFFER).alias("offer_id"), pl.col("propensity").cast(pl.Float64)
    )
    _check_propensities(named)
    rows, left_out = finished_exposures(
        named.sort("customer_id", "shown_day", "offer_id"), events.first_day, events.as_of_day, window_days
    )
    left_out["unreadable"] = _unreadable(events)
    if rows.height < 2:
        raise EvidenceError(_why_none(left_out, window_days, events.as_of_day))
    margins = known_margins(events.order_lines, events.products, config.shop.margin)
    ids = engine.table(rows.select("customer_id").unique())
    if not collect(events.order_lines.join(ids, on="customer_id", how="semi").head(1)).height:
        raise InputError(
            Message("no customer of the exposures is in the order lines; use the same customer ids in both")
        )
    columns = config.sources["order_lines"].columns
    earlier = earlier_exposures(named, rows, window_days, LAGS)
    daily = daily_sums(events.order_lines, events.products, ids)
    facts = facts_of(daily, rows.with_columns(first_day=_first_days(rows, named, earlier)), margins, engine)
    return Decisions(
        rows=rows.hstack(facts.drop(FIRST.values())),
        left_out={reason: count for reason, count in left_out.items() if count},
        n_clipped=rows.filter(pl.col("until_day") < pl.col("shown_day") + window_days).height,
        window_days=window_days,
        maps_coupon=has_coupons(columns),
        splits_discounts=events.splits_discounts,
        maps_reimbursed="reimbursed" in columns,
        by_unit_costs=None in margins.by_category,
        everything=named.select("offer_id", "shown_day", "propensity"),
        earlier=earlier,
        product_names=product_names(events),
        first_features=facts.select(FIRST.values()).to_numpy(),
    )


def _first_days(rows: pl.DataFrame, exposures: pl.DataFrame, earlier: Ints) -> pl.Series:
    """The day of the oldest of each row's earlier exposures, or its own."""
    shown = exposures["shown_day"].to_numpy()[np.maximum(earlier, 0)]
    own = rows["shown_day"].to_numpy()
    first = np.where(earlier >= 0, shown, own[:, None]).min(axis=1, initial=own.max())
    return pl.Series(np.minimum(first, own), dtype=rows.schema["shown_day"])


def _check_sources(config: Config) -> None:
    if "exposures" not in config.sources:
        raise InputError(
            Message(
                "there is no [sources.exposures], the log of who was shown which offer; map its customer_id, "
                "offer_id (empty where deliberately nothing was shown), at and propensity, and {remedy}",
                remedy=_REMEDY,
            )
        )
    source = config.sources["exposures"]
    if "propensity" not in source.columns:
        raise EvidenceError(
            Message(
                "the exposures '{place}' have no propensity, and without it nobody knows what another policy "
                "would have shown; {remedy}, and map it in [sources.exposures.columns]",
                place=source.place,
                remedy=_REMEDY,
            )
        )


def _check_propensities(rows: pl.DataFrame) -> None:
    empty = rows.filter(pl.col("propensity").is_null())
    if empty.height:
        raise EvidenceError(
            Message(
                "{n_missing} of {n_exposures} exposures have no propensity, such as {place}; {remedy}, or leave "
                "these exposures out with 'where' if chance decided that they are not logged",
                n_missing=empty.height,
                n_exposures=rows.height,
                place=_place(empty),
                remedy=_REMEDY,
            )
        )
    wrong = rows.filter(~((pl.col("propensity") > 0) & (pl.col("propensity") <= 1)))
    if wrong.height:
        raise InputError(
            Message(
                "{place} has the propensity {propensity}; a probability of what was shown is above 0 and at "
                "most 1, so correct the log",
                place=_place(wrong),
                propensity=f"{wrong['propensity'][0]:g}",
            )
        )


def _place(rows: pl.DataFrame) -> Message:
    row = rows.sort("shown_day", "customer_id").row(0, named=True)
    return Message(
        "the exposure of customer {customer} to '{offer}' on {day}",
        customer=str(row["customer_id"]),
        offer=row["offer_id"],
        day=iso_day(row["shown_day"]),
    )


def _unreadable(events: Events) -> int:
    rule = (pl.col("table") == "exposures") & (pl.col("rule") == "unreadable")
    return int(events.quality.filter(rule)["rows"].sum())


_LEFT_OUT = {
    "no_customer": Message("{n} without a customer", context="exposures left out"),
    "early": Message("{n} before the first order", context="exposures left out"),
    "same_day": Message("{n} several of a customer on one day", context="exposures left out"),
    "not_over": Message("{n} whose window of {period} is not over before {day}", context="exposures left out"),
    "unreadable": Message("{n} unreadable", context="exposures left out"),
}


def _why_none(left_out: Mapping[str, int], window_days: int, as_of_day: int) -> Message:
    limits: dict[str, Value] = {"period": period_text(window_days), "day": iso_day(as_of_day)}
    counts = [
        _LEFT_OUT[reason].with_values(n=count, **(limits if reason == "not_over" else {}))
        for reason, count in left_out.items()
        if count
    ]
    return Message(
        "the log has fewer than two exposures whose outcome is known (left out: {counts}); give older exposures, later "
        "orders or a shorter --window",
        counts=counts or Message("none, there are no others"),
    )
