"""The periods of a loop on a shop's own tables: each is a run of its day, and what came of it is in later orders.

Periods are windows of `evaluate.window_days` from the day on which the loop began. A run sees the tables as they were
on the period's first day, with what the loop gave before as exposures; so it learns from them as from any log.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import narwhals as nw
import numpy as np
import polars as pl

from offerloop.arrays import Floats
from offerloop.commands.loop.packed import packed, unpacked
from offerloop.commands.run.task import run_period
from offerloop.config import Campaign, Config
from offerloop.decision import LoopPeriod, as_text
from offerloop.engine import Engine, collect
from offerloop.errors import ContractError
from offerloop.evaluation import Reading
from offerloop.events import EPOCH, Events, Given
from offerloop.flow import Run
from offerloop.loop import (
    BY_LOT,
    LINES,
    MORE,
    OF_PLAN,
    OPT_OUTS,
    WARY,
    Alarm,
    Drawn,
    Drift,
    Guardrails,
    NotYetError,
    Watched,
    pulse_of,
    watched,
)
from offerloop.money import DIGITS, MICRO, to_text
from offerloop.offers import NO_OFFER
from offerloop.report import iso_day
from offerloop.response import QUARTER_DAYS, customer_days, exposure_features, exposure_outcomes, known_margins
from offerloop.tables import EXPLORE, HOLDBACK, PLAN
from offerloop.workspace import write_whole

Decided = dict[str, Any]
"""What a journal holds of a decision."""
FORECAST = ("profit_minor", "low_minor", "high_minor")
"""What is recorded of a forecast: the profit and its interval, which may be unknown."""
OUTSIDE = ("no_consent", "outside")
"""Reasons of customers who may get no offer."""


@dataclass
class ShopCourse:
    """See `loop.periods.Course`."""

    path: Path
    """Of the configuration."""
    config: Config
    engine: Engine
    events: Events
    """As they are now."""
    folder: Path
    """For the files of the periods."""
    first_day: int
    """Epoch day on which period 0 begins."""
    drift: Drift = field(default_factory=Drift)
    alarms: list[int] = field(default_factory=list)
    """Epoch days before which things were different."""
    wary: int = 0
    """Periods in which more is explored."""
    reading: Reading | None = None
    """What guardrails said of the period before the last."""
    _given: dict[int, pl.DataFrame] = field(default_factory=dict)
    """By period, its assignments."""
    _last: tuple[int, Decided] | None = None
    """The period that guardrails read next: only after the following one is it known what came back of it."""

    def __post_init__(self) -> None:
        self.guardrails = Guardrails(self.config.experiment.holdback)

    def begins(self, period: int) -> int:
        """Epoch day."""
        return self.first_day + period * self.config.evaluate.window_days

    def file(self, period: int) -> Path:
        """Where the assignments of a period stand."""
        return self.folder / f"period-{period:04d}.csv"

    def decide(self, period: int) -> Decided:
        """Run the period. Raises ContractError for a plan beyond a budget."""
        day = self.begins(period)
        if self.events.as_of_day < day:
            raise NotYetError(f"period {period} begins on {iso_day(day)}, and the orders end before that day")
        if self.events.as_of_day >= self.begins(period + 1):
            return {"missed": True, "state": self.guardrails.state}
        rests = self.guardrails.state != "trial"
        history = Given(
            exposures(self._given, self.first_day, self.config.evaluate.window_days), self.first_day, tuple(self.alarms)
        )
        settings = self._settings(period, day)
        written, found = run_period(
            self.path, settings, self.engine, LoopPeriod(history, self.guardrails.held, rests)
        )  # fmt: skip
        _check_budgets(period, settings, found)
        return {"missed": False, "state": self.guardrails.state, "run": written.folder.name, **_decision(found)}

    def _settings(self, period: int, day: int) -> Config:
        """Return the settings of a period: other draws, the day's data, for a while after an alarm more exploration."""
        profiles = self.config.profiles.model_copy(update={"as_of": EPOCH + timedelta(days=day)})
        campaigns = self.config.campaigns
        if self.wary:
            campaigns = tuple(_exploring_more(self.config, one) for one in campaigns)
        update = {"seed": self.config.seed + period, "profiles": profiles, "campaigns": campaigns}
        return self.config.model_copy(update=update)

    def give(self, period: int, decided: Decided) -> None:
        """Write one file, which is there whole or not at all."""
        if decided["missed"]:
            return
        self._given[period] = unpacked(decided["assignments"])
        text = as_text(self._given[period].drop("contact_cost_minor"), DIGITS[self.config.shop.currency])
        write_whole(self.file(period), text.write_csv().encode())

    def learn(self, period: int, decided: Decided) -> dict[str, Any]:
        """Read the period before the last with guardrails, and look for drift in the last one."""
        until = self.begins(period + 1)
        if self.events.as_of_day < until:
            raise NotYetError(
                f"period {period} lasts until {iso_day(until)}; come back with the orders of all its days"
            )
        if decided["missed"]:
            return {"value_minor": 0.0, "cost_minor": 0.0, "guardrails": None, "reasons": [], "alarms": []}
        self.reading = None
        if self._last is not None:
            self.reading = self.guardrails.see(self._drawn(*self._last))
        self._last = period, decided
        done = self._outcome(period)
        alarms = self._look_for_drift(period, done, sent=bool(decided["sent"]))
        reasons = [] if self.reading is None else [f"{one.code} {one.subject}".strip() for one in self.reading.reasons]
        return {
            "value_minor": float(done["value_minor"].sum()), "cost_minor": float(done["paid_minor"].sum()),
            "guardrails": None if self.reading is None else self.reading.action, "reasons": reasons,
            "alarms": [{"sign": one.sign, "change": one.change, "p_value": one.p_value} for one in alarms],
        }  # fmt: skip

    @cached_property
    def _days(self) -> pl.DataFrame:
        lines, products = self.events.order_lines, self.events.products
        ids = self.engine.table(collect(lines.select("customer_id").unique(), "customer_id"))
        return customer_days(lines, products, known_margins(lines, products, self.config.shop.margin), ids)

    def _outcome(self, period: int) -> pl.DataFrame:
        """Of each customer: value_minor, profit_minor, usual_minor (value in such a period of the quarter before),
        spend_minor (the same of revenue), paid_minor and expected_minor (what offers that were given cost)."""
        table, day, until = self._given[period], self.begins(period), self.begins(period + 1)
        rows = table.select("customer_id").with_columns(shown_day=pl.lit(day), until_day=pl.lit(until))
        before = rows.with_columns(shown_day=pl.lit(day - QUARTER_DAYS), until_day=pl.lit(day))
        found, usual = exposure_outcomes(self._days, rows), exposure_outcomes(self._days, before)
        share = (until - day) / QUARTER_DAYS
        told = pl.col("offer_id") != NO_OFFER
        contact = pl.when(told).then(pl.col("contact_cost_minor")).otherwise(0)
        costs = table.with_columns(found).with_columns(
            paid_minor=pl.when(told).then("cost_minor").otherwise(0.0),
            expected_minor=pl.when(told).then(pl.col("cost_expected_micro") / MICRO - contact).otherwise(0.0),
            profit_minor=pl.col("value_minor") - pl.col("cost_minor") - contact,
            usual_minor=share * usual["value_minor"],
            spend_minor=share * exposure_features(self._days, rows)["spend_91"],
        )
        wanted = ("value_minor", "profit_minor", "usual_minor", "spend_minor", "paid_minor", "expected_minor")
        return costs.select("customer_id", "planned_offer_id", "arm", *wanted)

    def _drawn(self, period: int, decided: Decided) -> Drawn | None:
        """Whom guardrails compare; None where no plan went out."""
        if decided["missed"] or not decided["sent"] or not decided["held_back"]:
            return None
        done = self._outcome(period)
        mine = (pl.col("planned_offer_id") != NO_OFFER) & pl.col("arm").is_in([PLAN, HOLDBACK])
        drawn = done.filter(mine)
        profit = drawn["profit_minor"].to_numpy()
        seen = self._watched(period, drawn["customer_id"], profit)
        return Drawn(
            (drawn["arm"] == HOLDBACK).to_numpy(), profit, np.maximum(drawn["spend_minor"].to_numpy(), 0), seen
        )

    def _bought(self, period: int) -> pl.DataFrame:
        day, until = self.begins(period), self.begins(period + 1)
        lines = self.events.order_lines.filter(nw.col("order_day") >= day, nw.col("order_day") < until)
        return collect(lines.select(LINES))

    def _watched(self, period: int, ids: pl.Series, profit_minor: Floats) -> Watched:
        day, until = self.begins(period), self.begins(period + 1)
        seen, back = self.events.browsing, self.events.returned
        rated = seen.filter(nw.col("kind") == "rating", nw.col("event_day") >= day, nw.col("event_day") < until)
        ratings = collect(rated.select("customer_id", "value"))
        returned = back.filter((pl.col("order_day") >= day) & (pl.col("order_day") < until))
        refused = ids.is_in(self.events.no_consent["customer_id"].implode()).to_numpy().astype(np.float64)
        found = watched(self._bought(period), returned, ratings, ids, profit_minor)
        return {**found, OPT_OUTS: (refused, np.ones(len(ids)))}

    def _look_for_drift(self, period: int, done: pl.DataFrame, *, sent: bool) -> list[Alarm]:
        """Orders, cuts and price response; value beside the quarter before; costs beside what was expected."""
        self.wary = max(0, self.wary - 1)
        bought, of = self._bought(period), OF_PLAN if sent else BY_LOT
        pulse = pulse_of(bought, self._numbers)
        value, usual = (max(float(done[name].sum()), 1.0) for name in ("value_minor", "usual_minor"))
        signs = {"orders" + of: float(np.log(max(pulse.orders, 1))), "value": float(np.log(value / usual))}
        expected = done.filter(pl.col("expected_minor") > 0)
        if not expected.is_empty():
            paid, hoped = (float(expected[name].sum()) for name in ("paid_minor", "expected_minor"))
            unit = np.sqrt(max(hoped / expected.height, 1.0))
            signs["cost" + of] = float((np.sqrt(max(paid, 0.0)) - np.sqrt(hoped)) / unit)
        found = self.drift.see(pulse, signs)
        if found:
            self.wary = WARY
            self.alarms.append(self.begins(period + 1))
            if self.guardrails.state == "trial":
                self.guardrails.begin("trial")
        return found

    @cached_property
    def _numbers(self) -> pl.DataFrame:
        return collect(self.events.products.select("product_id")).unique().sort("product_id").with_row_index("number")


def exposures(given: Mapping[int, pl.DataFrame], first_day: int, days: int) -> pl.DataFrame:
    """Assignments by period as exposures: customer_id, offer_id, shown_day, propensity."""
    rows = [
        table.filter(~pl.col("reasons").is_in(OUTSIDE)).select(
            "customer_id", "offer_id", pl.lit(first_day + period * days, pl.Int64).alias("shown_day"), "propensity"
        )
        for period, table in sorted(given.items())
    ]
    schema = {"customer_id": pl.Null, "offer_id": pl.String, "shown_day": pl.Int64, "propensity": pl.Float64}
    return pl.concat(rows) if rows else pl.DataFrame(schema=schema)


def exposures_of(recorded: Sequence[tuple[int, str, Decided]], begun: Mapping[str, int]) -> pl.DataFrame:
    """Of the decisions in a journal."""
    given = {
        period: unpacked(body["assignments"])
        for period, step, body in recorded
        if step == "decide" and not body["missed"]
    }
    return exposures(given, begun["first_day"], begun["days"])


def _exploring_more(config: Config, campaign: Campaign) -> Campaign:
    """Return the campaign with MORE times as much of its whole budget for exploration."""
    plan, random = (config.minor(one, campaign) for one in (campaign.budget, campaign.explore_budget))
    more = min(int(MORE * random), plan + random)
    unit = config.unit(campaign)
    return campaign.model_copy(
        update={"budget": to_text(plan + random - more, unit), "explore_budget": to_text(more, unit)}
    )  # fmt: skip


def _decision(found: Run) -> Decided:
    """What a run decided."""
    table = found.tables["assignments"]
    contact = found.tables["offers"].select("campaign_id", "offer_id", "contact_cost_minor")
    kept = table.join(contact, on=["campaign_id", "offer_id"], how="left", maintain_order="left")
    arms = dict(table.group_by("arm").len().iter_rows())
    inside = table.filter(~pl.col("reasons").is_in(OUTSIDE))
    given = table.filter(pl.col("offer_id") != NO_OFFER)
    return {
        "customers": inside.height, "offered": given.height,
        "explorers": arms.get(EXPLORE, 0), "held_back": arms.get(HOLDBACK, 0),
        "sent": [one.campaign_id for one in found.forecasts if one.send],
        "forecasts": [_forecast(one.campaign_id, one.comparison) for one in found.forecasts],
        "liability_minor": int(given["cost_liability_minor"].fill_null(0).sum()),
        "gaps": [str(one) for one in found.gaps], "assignments": packed(kept),
    }  # fmt: skip


def _forecast(campaign_id: str, comparison: pl.DataFrame) -> dict[str, Any]:
    """The profit of a campaign's plan, sent or not, minor units."""
    names = ("profit_minor", "profit_low_minor", "profit_high_minor")
    found = comparison.filter(pl.col("rule") == PLAN).select(names).row(0)
    return {"campaign": campaign_id, **dict(zip(FORECAST, found, strict=True))}


def _check_budgets(period: int, config: Config, found: Run) -> None:
    """Raises ContractError where what a campaign's plan or its random offers count is beyond their budget."""
    table = found.tables["assignments"].filter(pl.col("offer_id") != NO_OFFER)
    for one in config.campaigns:
        mine = table.filter(pl.col("campaign_id") == one.id)
        plan, random = mine.filter(pl.col("arm") == PLAN), mine.filter(pl.col("arm") == EXPLORE)
        expected = one.budget_basis == "expected"
        counted = plan["cost_expected_micro"].sum() / MICRO if expected else plan["cost_liability_minor"].sum()
        budget, for_exploring = (config.minor(amount, one) for amount in (one.budget, one.explore_budget))
        drawn = random["cost_liability_minor"].sum()
        if counted > budget or drawn > for_exploring + (budget if plan.is_empty() else 0):
            plan_text, random_text = (to_text(round(cost), config.unit(one)) for cost in (counted, drawn))
            raise ContractError(
                f"period {period}: campaign '{one.id}' would spend up to {plan_text} on its plan and {random_text} on "
                f"random offers, more than its budgets {one.budget} and {one.explore_budget}"
            )
