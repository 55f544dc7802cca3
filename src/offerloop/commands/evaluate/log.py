"""The log of an evaluation: shown offers with their propensities and what each customer bought, on the engine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import narwhals as nw
import polars as pl

from offerloop.commands.evaluate.decisions import SHOWN, DecisionReader, rows_on_engine
from offerloop.commands.evaluate.facts import LogFacts
from offerloop.config import Config
from offerloop.engine import SHARD_CUSTOMERS, Engine, Frame, Shards, collect, distinct
from offerloop.errors import EvidenceError, InputError
from offerloop.events import Events, has_coupons, prepare
from offerloop.flow import product_names, shop_margins
from offerloop.message import Message
from offerloop.offers import NO_OFFER
from offerloop.report import iso_day
from offerloop.response import all_categories, daily_sums, offers_of_unseen_cost, randomised_days

_REMEDY = Message("log with each exposure the probability with which its offer was chosen ('offerloop run' writes it)")

EXPOSURES_OF_A_CUSTOMER = 4
"""Exposures that count as a customer where shards are counted, so that few customers with many make no large shard."""
LEAST_CUSTOMERS = 1_000
"""Customers of a shard, or half as many at least, however many exposures they have: they predict each other."""


@dataclass(frozen=True)
class LoggedShop:
    """The exposures of a shop and what their customers bought, which stay on the engine."""

    engine: Engine
    exposures: Frame
    """customer_id and the columns of SHOWN, 'none' for nothing."""
    daily: Frame
    """Daily sums of what their customers bought."""
    n_exposures: int
    n_customers: int
    """The customers who were shown anything."""
    ids: pl.DataType
    """The type of their ids."""
    reader: DecisionReader
    days: pl.DataFrame
    """shown_day, offer_id and propensity of days on which these were the same for everybody."""
    all_days: pl.Series
    """The days of all exposures."""
    not_read: Mapping[str, int]
    """Exposures left out before they are looked at: `no_customer` and `unreadable`."""
    maps_coupon: bool
    splits_discounts: bool
    """Whether coupons are what was off beyond usual shelf discounts."""
    maps_reimbursed: bool
    unseen_costs: frozenset[str]
    """Ids of offers whose cost no order line shows."""
    not_in_money: tuple[tuple[str, frozenset[str]], ...]
    """Titles and ids of offers of the campaigns whose budget is not money."""
    product_names: Sequence[str]

    @property
    def knows_cost(self) -> bool:
        """Whether the data tell what offers cost."""
        return self.maps_coupon or self.splits_discounts

    def shards(self, policies: Sequence[Frame]) -> Shards:
        """Exposures, purchases and the rows of policies, in shards of customers."""
        return Shards.of(rows_on_engine(self.exposures, self.daily, policies), self.engine, self.weight)

    @property
    def weight(self) -> int:
        """How many customers with a usual number of exposures the log is as large as, for the number of shards."""
        most = self.n_customers * SHARD_CUSTOMERS // LEAST_CUSTOMERS
        return max(self.n_customers, min(self.n_exposures // EXPOSURES_OF_A_CUSTOMER, most))

    def left_out(self, facts: LogFacts) -> dict[str, int]:
        """Return how many exposures were left out for which reason."""
        counts = {"no_customer": self.not_read["no_customer"], **facts.left_out,
                  "unreadable": self.not_read["unreadable"]}  # fmt: skip
        return {reason: count for reason, count in counts.items() if count}


def read_log(config: Config, engine: Engine, window_days: int) -> LoggedShop:
    """Read and clean the sources.

    Raises InputError where there are no exposures or none of a customer who bought, EvidenceError where propensities
    are missing or impossible, and what reading raises.
    """
    _check_sources(config)
    events = prepare(config, engine)
    exposures = _named(events.exposures)
    n_exposures, n_customers, n_empty = _checked(exposures)
    ids = distinct(exposures.filter(~nw.col("customer_id").is_null()), "customer_id")
    _check_ids(events, exposures, window_days)
    margins = shop_margins(events, config.shop.margin)
    own = nw.col("propensity")
    by_day = exposures.group_by("shown_day", "offer_id").agg(propensity=own.min(), largest=own.max())
    extremes, columns = collect(by_day, "shown_day", "offer_id"), config.sources["order_lines"].columns
    return LoggedShop(
        engine=engine,
        exposures=exposures,
        daily=daily_sums(events.order_lines, events.products, ids),
        n_exposures=n_exposures,
        n_customers=n_customers,
        ids=collect(exposures.select("customer_id").head(0)).schema["customer_id"],
        reader=DecisionReader(window_days, events.first_day, events.as_of_day, margins),
        days=randomised_days(extremes),
        all_days=extremes["shown_day"].unique(),
        not_read={"no_customer": n_empty, "unreadable": _unreadable(events)},
        maps_coupon=has_coupons(columns),
        splits_discounts=events.splits_discounts,
        maps_reimbursed="reimbursed" in columns,
        unseen_costs=frozenset(one.offer_id for one in offers_of_unseen_cost(config, events.products, events.offers)),
        not_in_money=tuple(_offers_not_in_money(config, events)),
        product_names=product_names(events),
    )


def _offers_not_in_money(config: Config, events: Events) -> Iterator[tuple[str, frozenset[str]]]:
    """Yield the title and the ids of the offers of each campaign whose budget is not money."""
    campaigns = [one for one in config.campaigns if one.budget_unit]
    categories = all_categories(events.products) if campaigns else []
    for campaign in campaigns:
        offers = config.offers_of(campaign, categories, events.offers)
        yield campaign.title, frozenset(one.offer_id for one in offers)


def _check_ids(events: Events, exposures: Frame, window_days: int) -> None:
    """Raise InputError where no customer of an exposure whose window is over has bought anything."""
    day = nw.col("shown_day")
    over = exposures.filter((day >= events.first_day) & (day <= events.as_of_day - window_days))
    customers = over.filter(~nw.col("customer_id").is_null()).select("customer_id")
    bought = events.order_lines.select("customer_id").join(customers, on="customer_id", how="semi")
    if collect(customers.head(1)).height and not collect(bought.head(1)).height:
        raise InputError(
            Message("no customer of the exposures is in the order lines; use the same customer ids in both")
        )


def _named(exposures: Frame) -> Frame:
    """Exposures with 'none' where deliberately nothing was shown."""
    name = nw.col("offer_id").cast(nw.String).str.strip_chars()
    named = nw.when((name != "") & ~name.is_null()).then(name).otherwise(nw.lit(NO_OFFER))
    frame = exposures.with_columns(offer_id=named, shown_day=nw.col("shown_day").cast(nw.Int64))
    return frame.select("customer_id", *SHOWN).with_columns(propensity=nw.col("propensity").cast(nw.Float64))


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


def _checked(exposures: Frame) -> tuple[int, int, int]:
    """The numbers of exposures, of customers, and of exposures without one, where all propensities can be believed."""
    own, customer = nw.col("propensity"), nw.col("customer_id")
    possible = (own > 0) & (own <= 1)
    counts = collect(exposures.select(
        rows=nw.len(), missing=_count(own.is_null()), wrong=_count(~possible),
        empty=_count(customer.is_null()), customers=customer.n_unique(),
    )).row(0, named=True)  # fmt: skip
    if counts["missing"]:
        raise EvidenceError(
            Message(
                "{n_missing} of {n_exposures} exposures have no propensity, such as {place}; {remedy}, or leave "
                "these exposures out with 'where' if chance decided that they are not logged",
                n_missing=counts["missing"],
                n_exposures=counts["rows"],
                place=_place(_first(exposures.filter(own.is_null()))),
                remedy=_REMEDY,
            )
        )
    if counts["wrong"]:
        wrong = _first(exposures.filter(~possible))
        raise InputError(
            Message(
                "{place} has the propensity {propensity}; a probability of what was shown is above 0 and at "
                "most 1, so correct the log",
                place=_place(wrong),
                propensity=f"{wrong['propensity'][0]:g}",
            )
        )
    empty = counts["empty"] or 0
    return counts["rows"], (counts["customers"] or 0) - bool(empty), empty


def _count(condition: nw.Expr) -> nw.Expr:
    return condition.cast(nw.Int64).sum()


def _first(exposures: Frame) -> pl.DataFrame:
    return collect(exposures.sort("shown_day", "customer_id").head(1))


def _place(rows: pl.DataFrame) -> Message:
    row = rows.row(0, named=True)
    return Message(
        "the exposure of customer {customer} to '{offer}' on {day}",
        customer=str(row["customer_id"]),
        offer=row["offer_id"],
        day=iso_day(row["shown_day"]),
    )


def _unreadable(events: Events) -> int:
    rule = (pl.col("table") == "exposures") & (pl.col("rule") == "unreadable")
    return int(events.quality.filter(rule)["rows"].sum())
