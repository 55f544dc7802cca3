"""A log of past exposures as the rows that estimators read: what was shown to whom, and what they then bought.

For every exposure whose window is over, the outcomes are what was bought in it at list prices, what was left of that,
and the discount that was redeemed. What is known of a customer is from the days before, and for an offer on a category
also what the customer usually buys there.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import narwhals as nw
import numpy as np
import polars as pl

from offerloop.arrays import Floats, Ints
from offerloop.engine import Engine, Frame, collect, distinct
from offerloop.response.encoding import ColumnEncoding
from offerloop.response.evidence import Evidence
from offerloop.response.margins import Margins
from offerloop.response.shown.customer_attributes import CustomerAttributes
from offerloop.response.shown.growth.carry_over import LAGS
from offerloop.response.shown.hidden_costs import NEVER_IN_ORDERS, hidden_costs
from offerloop.response.shown.logged_decisions import decided, earlier_offers, earlier_rows, finished_exposures
from offerloop.response.shown.personal_days import PersonalDays
from offerloop.response.shown.purchases.category_shares import ShareScale
from offerloop.response.shown.purchases.covered_lines import columns_of_tables
from offerloop.response.shown.purchases.customer_margins import MarginScale
from offerloop.response.shown.purchases.exposure_windows import YEAR_DAYS, exposure_outcomes, list_value
from offerloop.response.shown.purchases.sales_before import Before
from offerloop.response.shown.purchases.usual_week import UsualWeek
from offerloop.response.terms import OfferTerms

OUTCOMES = ("value_minor", "coupon_minor", "redeemed")
"""What offers change: profit before the discount, the discount, and whether there was one, by whole windows."""


@dataclass(frozen=True)
class ShownLog:
    """The log of past exposures, and the purchases that followed them."""

    exposures: Frame
    order_lines: Frame
    products: Frame
    first_day: int
    as_of_day: int
    window_days: int
    margins: Margins
    rarely_drawn: frozenset[str] = frozenset()
    """Ids of offers whose exposures without a propensity do not count, by the whole log; see `rarely_drawn`."""
    attributes: Frame | None = None
    """customer_id, and attributes of customers that do not follow from purchases; None where there are none."""
    coupons_apart: bool = False
    """Whether the discount of order lines is what was off at the shelf."""

    @cached_property
    def columns(self) -> frozenset[str]:
        """Names of the columns that may tell what offers cover."""
        return columns_of_tables(self.order_lines, self.products, coupons_apart=self.coupons_apart)


@dataclass(frozen=True, eq=False)
class LoggedRows:
    """The exposures whose windows are over, a row each, with what customers bought in them."""

    rows: pl.DataFrame
    evidence: Evidence
    """The evidence of what is bought, at list prices."""
    outcomes: dict[str, Floats]
    """Each of OUTCOMES (n,) by its name."""
    coupon_seen: Floats
    """(n,): what order lines say was taken off in each row's window."""
    hidden: Floats
    """(n,): what the offer cost in it at most where order lines do not say so."""
    personal: PersonalDays
    usual: UsualWeek
    """Before the rows."""

    def of(self, name: str) -> Evidence:
        """Return the evidence of one outcome."""
        return replace(self.evidence, outcome=self.outcomes[name], customer=self.customer)

    @property
    def customer(self) -> Ints:
        """(n,): the customer of each row, numbered from 0."""
        return (self.rows["customer_id"].rank("dense").cast(pl.Int64) - 1).to_numpy()


@dataclass(frozen=True, eq=False)
class LogScale:
    """What a log says of all of its customers, on which any of them are described."""

    first_day: int
    """The first day of the data."""
    shares: ShareScale
    attributes: ColumnEncoding | None
    days: pl.DataFrame
    """Propensities by day; see `day_propensities`."""
    personal: PersonalDays
    past: UsualWeek
    """Before finished exposures."""
    now: UsualWeek
    margins: MarginScale
    rarely_drawn: frozenset[str]


def finished_rows(log: ShownLog, exposures: pl.DataFrame) -> tuple[pl.DataFrame, dict[str, int]]:
    """Return what `finished_exposures` does, less rows without a propensity: these only end the windows before them."""
    rows, left_out = finished_exposures(exposures, log.first_day, log.as_of_day, log.window_days)
    return rows.drop_nulls("propensity"), left_out


def coming_rows(log: ShownLog, active: pl.DataFrame) -> pl.DataFrame:
    """Return customer_id and shown_day of the customers to predict for."""
    return active.with_columns(shown_day=pl.lit(log.as_of_day))


def active_customers(log: ShownLog) -> pl.DataFrame:
    """Return customer_id of who ordered lately, sorted."""
    recent = nw.col("order_day") >= log.as_of_day - YEAR_DAYS
    return collect(distinct(log.order_lines.filter(recent), "customer_id"), "customer_id")


def before_of(
    log: ShownLog, active: pl.DataFrame, rows: pl.DataFrame, engine: Engine, terms: tuple[OfferTerms, ...],
    scale: LogScale | None = None,
) -> Before:  # fmt: skip
    """Return what those who are active or stand in rows did before."""
    ids = engine.table(pl.concat([active, rows.select("customer_id")]).unique())
    first_day, shares, encoding = (
        (log.first_day, None, None) if scale is None else (scale.first_day, scale.shares, scale.attributes)
    )
    attributes = None if log.attributes is None else CustomerAttributes.of(log.attributes, ids, encoding)
    return Before.of(
        log.order_lines, log.products, log.margins, ids, terms, first_day, shares, attributes,
        coupons_apart=log.coupons_apart,
    )  # fmt: skip


def logged_rows(
    log: ShownLog, rows: pl.DataFrame, days: pl.DataFrame, before: Before, terms: tuple[OfferTerms, ...],
    scale: LogScale | None = None,
) -> LoggedRows:  # fmt: skip
    """Return what estimators read; `days` has the propensities of days, `scale` what is known of the whole log."""
    drawn = decided(days, rows, [one.offer_id for one in terms], None if scale is None else scale.personal)
    kept, action = drawn.rows, drawn.action
    outcomes, part = exposure_outcomes(before.days, kept), _part_of_window(kept, log.window_days)
    coupon_seen = outcomes["coupon_minor"].to_numpy()
    hidden = hidden_costs(coupon_seen, kept, action, before, terms)
    is_hidden = np.array([one.kind in NEVER_IN_ORDERS for one in terms])[action]
    table = {
        "value_minor": outcomes["value_minor"].to_numpy() / part,
        "coupon_minor": (coupon_seen + hidden) / part,
        "redeemed": (np.where(is_hidden, hidden, coupon_seen + hidden) > 0).astype(np.float64),
    }
    alone = kept.filter(pl.Series(action == 0))
    usual = before.with_weeks(before.usual_week(kept), alone) if scale is None else scale.past
    covered, orders = before.covered(kept, usual)
    evidence = Evidence(
        before.features(kept),
        action,
        list_value(before.days, kept) / part,
        drawn.propensity,
        terms,
        covered=covered,
        orders=orders,
        below_maximum=before.below_maximum(kept, usual),
        further=before.further(kept),
        newness=before.newness(kept),
        usual_propensity=drawn.usual_propensity,
        weight=drawn.weight,
        age=(log.as_of_day - kept["shown_day"]).cast(pl.Float64).to_numpy(),
        part=part,
    )
    return LoggedRows(kept, evidence, table, coupon_seen, hidden, drawn.personal, usual)


def _part_of_window(rows: pl.DataFrame, window_days: int) -> Floats:
    """(n,): how much of a whole window each row has; in so much less the same comes of it."""
    return np.asarray((rows["until_day"] - rows["shown_day"]).to_numpy() / window_days, dtype=np.float64)


def with_earlier(evidence: LoggedRows, exposures: pl.DataFrame, names: list[str], window_days: int) -> Evidence:
    """Return the evidence of what is bought with the offers that each row's customer was given before."""
    return replace(
        evidence.evidence,
        customer=evidence.customer,
        earlier=earlier_offers(exposures, evidence.rows, names, window_days, LAGS),
        earlier_rows=earlier_rows(exposures, evidence.rows, window_days, LAGS),
    )
