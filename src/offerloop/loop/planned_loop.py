"""What each period of a loop decides and learns: it is planned like a run of its day, and outcomes are in later orders.

Periods are windows of `evaluate.window_days` from the day on which the loop began. A plan sees the tables as they were
on the period's first day, with what the loop gave before as exposures; so it learns from them as from any log. The
shop may be real or simulated (`LoopShop`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from typing import Any, Protocol

import numpy as np
import polars as pl

from offerloop.config import Campaign, Config
from offerloop.decision import LoopPeriod
from offerloop.engine import Engine
from offerloop.evaluation import ExperimentReading
from offerloop.events import EPOCH, Events, LoopExposures
from offerloop.loop.drift import AT_RANDOM, OF_PLAN, Alarm, Drift
from offerloop.loop.guardrails import Guardrails, RandomisedCustomers
from offerloop.loop.journal_records import (
    COSTS,
    UNSEEN_COSTS,
    JournalDecision,
    PeriodPlan,
    check_budgets,
    decision_of,
    exposures,
    unpacked,
)
from offerloop.loop.journalled_steps import NotYetError
from offerloop.loop.outcomes import Outcomes, cost_indicator, value_indicator
from offerloop.message import Message
from offerloop.money import to_text
from offerloop.offers import NO_OFFER
from offerloop.report import iso_day
from offerloop.response import QUARTER_DAYS, UnseenCost, columns_of_tables, offers_of_unseen_cost
from offerloop.tables import HOLDBACK, PLAN

BEFORE = 12
"""Windows before the loop began that drift is compared with."""
PERIODS_AFTER_ALARM, MORE = 4, 2.0
"""Periods after an alarm in which so many times more is explored."""
NO_CAMPAIGN = Message("no campaign runs; the loop goes on when one of the store is started")
"""What is awaited where the configuration has no campaign."""


class LoopShop(Protocol):
    """A shop that a loop decides for, real or simulated."""

    @property
    def events(self) -> Events:
        """Its tables as they are now."""
        ...

    def plan(self, config: Config, period: LoopPeriod) -> PeriodPlan:
        """Plan and draw a period with these settings."""
        ...

    def give(self, period: int, assignments: pl.DataFrame) -> None:
        """Carry out what was decided; the second time for a period nothing happens."""
        ...


@dataclass
class PlannedLoop:
    """Decides, carries out and evaluates each period of a loop on a shop's tables."""

    shop: LoopShop
    config: Config
    engine: Engine
    first_day: int
    """Epoch day on which period 0 begins."""
    drift: Drift = field(default_factory=Drift)
    alarms: list[int] = field(default_factory=list)
    """Epoch days before which offers did something else."""
    periods_after_alarm: int = 0
    """Periods in which more is explored."""
    reading: ExperimentReading | None = None
    """What guardrails said of the period before the last."""
    _assigned: dict[int, pl.DataFrame] = field(default_factory=dict)
    """The assignments of each period."""
    _unseen_costs: dict[int, tuple[UnseenCost, ...]] = field(default_factory=dict)
    """What offers of each period cost of which order lines show nothing."""
    _campaigns: set[str] = field(default_factory=set)
    """Ids of the campaigns of all periods so far."""
    _stopped: set[str] = field(default_factory=set)
    """Ids of campaigns that are not sent any more, as arms were not those that were drawn."""
    _read_outcomes: Outcomes | None = None
    _last_decided: tuple[int, JournalDecision] | None = None
    """The period that guardrails read next: only after the following one is it known what came back of it."""

    def __post_init__(self) -> None:
        self.guardrails = Guardrails(self.config.experiment.holdback)

    def begins(self, period: int) -> int:
        """Return the epoch day on which a period begins."""
        return self.first_day + period * self.config.evaluate.window_days

    def decide(self, period: int) -> JournalDecision:
        """Plan the period. Raises ContractError for a plan beyond a budget."""
        day = self.begins(period)
        if self.shop.events.as_of_day < day:
            raise NotYetError(
                Message(
                    "period {period} begins on {day}, and the orders end before that day",
                    period=period,
                    day=iso_day(day),
                )
            )
        state, paused = self._paused()
        if self.shop.events.as_of_day >= self.begins(period + 1):
            return {"missed": True, "state": state}
        if not self.config.campaigns:
            raise NotYetError(NO_CAMPAIGN)
        holdback = self.config.experiment.holdback
        history = LoopExposures(
            exposures(self._assigned, self.first_day, self.config.evaluate.window_days),
            self.first_day,
            tuple(self.alarms),
        )
        settings = self._settings(period, day)
        plan = self.shop.plan(settings, LoopPeriod(history, holdback, paused))
        check_budgets(period, settings, plan)
        unseen = [asdict(one) for one in self._configured_costs()]
        how = {"missed": False, "state": state, "holdback": holdback, UNSEEN_COSTS: unseen}
        return {**how, **decision_of(plan)}

    def _paused(self) -> tuple[str, frozenset[str]]:
        """Return the state of the guardrails, and the ids of the campaigns that are not sent."""
        campaigns = frozenset(one.id for one in self.config.campaigns)
        if campaigns and campaigns <= self._stopped:
            return "stopped", campaigns
        is_trial = self.guardrails.state == "trial"
        return self.guardrails.state, campaigns & self._stopped if is_trial else campaigns

    def _configured_costs(self) -> tuple[UnseenCost, ...]:
        """Return what offers cost of which order lines show nothing, as they are configured now."""
        events = self.shop.events
        columns = columns_of_tables(events.order_lines, events.products, coupons_apart=events.coupons_apart)
        unseen = offers_of_unseen_cost(self.config, events.products, events.offers)
        return tuple(UnseenCost.of(one, columns) for one in unseen)

    def _settings(self, period: int, day: int) -> Config:
        """Return the settings of a period: other draws, the day's data, for a while after an alarm more exploration."""
        profiles = self.config.profiles.model_copy(update={"as_of": EPOCH + timedelta(days=day)})
        campaigns = self.config.campaigns
        if self.periods_after_alarm:
            campaigns = tuple(_exploring_more(self.config, one) for one in campaigns)
        update = {"seed": self.config.seed + period, "profiles": profiles, "campaigns": campaigns}
        return self.config.model_copy(update=update)

    def give(self, period: int, decided: JournalDecision) -> None:
        """Hand what was decided to the shop."""
        if decided["missed"]:
            return
        self._campaigns.update(one["campaign"] for one in decided["forecasts"])
        self._assigned[period] = unpacked(decided["assignments"])
        unseen = decided.get(UNSEEN_COSTS)  # an earlier version did not record them
        self._unseen_costs[period] = self._configured_costs() if unseen is None else tuple(map(UnseenCost.read, unseen))
        self.shop.give(period, self._assigned[period].drop(COSTS, strict=False))

    def learn(self, period: int, decided: JournalDecision) -> dict[str, Any]:
        """Read the period before the last with guardrails, and look for drift in the last one."""
        until = self.begins(period + 1)
        if self.shop.events.as_of_day < until:
            raise NotYetError(
                Message(
                    "period {period} ends on {end}, and the orders reach to {last}; come back with those of all its "
                    "days",
                    period=period,
                    end=iso_day(until - 1),
                    last=iso_day(self.shop.events.as_of_day - 1),
                )
            )
        if decided["missed"]:
            return {"value_minor": 0.0, "cost_minor": 0.0, "guardrails": None, "reasons": [], "alarms": []}
        self.reading = None
        if self._last_decided is not None:
            self.reading = self.guardrails.add_period(self._randomised(*self._last_decided))
            if self.reading is not None and self.reading.action == "stop":
                self._stopped |= self._campaigns
        self._last_decided = period, decided
        done = self._outcome(period)
        alarms = self._look_for_drift(period, done, sent=bool(decided["sent"]))
        reasons = [] if self.reading is None else [f"{one.code} {one.subject}".strip() for one in self.reading.reasons]
        return {
            "value_minor": float(done["value_minor"].sum()), "cost_minor": float(done["paid_minor"].sum()),
            "guardrails": None if self.reading is None else self.reading.action, "reasons": reasons,
            "alarms": [{"indicator": one.indicator, "change": one.change, "p_value": one.p_value} for one in alarms],
        }  # fmt: skip

    def _randomised(self, period: int, decided: JournalDecision) -> RandomisedCustomers | None:
        """Return the customers whom guardrails compare; None where no plan was sent but of campaigns that stopped.

        A period without anybody in the holdback counts too, as small plans have some: without these, the holdback of
        all others would be larger than its share.
        """
        if decided["missed"] or self._stopped.issuperset(decided["sent"]):
            return None
        done = self._outcome(period)
        is_randomised = (pl.col("planned_offer_id") != NO_OFFER) & pl.col("arm").is_in([PLAN, HOLDBACK])
        randomised = done.filter(is_randomised)
        if randomised.is_empty():
            return None
        profit = randomised["profit_minor"].to_numpy()
        sums = self._outcomes.metric_sums(randomised, *self._span(period))
        return RandomisedCustomers(
            (randomised["arm"] == HOLDBACK).to_numpy(), profit, np.maximum(randomised["spend_minor"].to_numpy(), 0),
            sums, float(decided.get("holdback", self.guardrails.held)),
        )  # fmt: skip

    @property
    def _outcomes(self) -> Outcomes:
        """What the shop's tables say now; read anew when they have changed."""
        if self._read_outcomes is None or self._read_outcomes.events is not self.shop.events:
            self._read_outcomes = Outcomes(self.shop.events, self.engine, self.config.shop.margin)
        return self._read_outcomes

    def offers_without_cost(self) -> list[str]:
        """Return the ids of offers that were given and cost us what nobody can count in orders."""
        costs = ((period, cost) for period, of_period in self._unseen_costs.items() for cost in of_period)
        unknown = [(period, cost.offer_id) for period, cost in costs if cost.minor is None]
        return sorted({name for period, name in unknown if (self._assigned[period]["offer_id"] == name).any()})

    def _span(self, period: int) -> tuple[int, int]:
        return self.begins(period), self.begins(period + 1)

    def _outcome(self, period: int) -> pl.DataFrame:
        return self._outcomes.of_offers(self._assigned[period], *self._span(period), self._unseen_costs[period])

    def _look_for_drift(self, period: int, done: pl.DataFrame, *, sent: bool) -> list[Alarm]:
        """Look at orders, cuts and price response, at value beside the quarter before, at costs beside the forecast."""
        if not self.drift.sales:
            self._add_earlier_windows()
        self.periods_after_alarm = max(0, self.periods_after_alarm - 1)
        regime = OF_PLAN if sent else AT_RANDOM
        alarms = self._add_to_drift(period, done, regime, cost_indicator(done, regime))
        if alarms:
            self.periods_after_alarm = PERIODS_AFTER_ALARM
            if any(one.is_of_effects for one in alarms):
                self.alarms.append(self.begins(period + 1))
            if self.guardrails.state == "trial":
                self.guardrails.begin("trial")
        return alarms

    def _add_earlier_windows(self) -> None:
        """Add the windows of the data from before the loop began."""
        for period in range(-BEFORE, 0):
            if self.begins(period) >= self.shop.events.first_day:
                self._add_to_drift(period, self._outcomes.of_earlier_customers(*self._span(period)), AT_RANDOM, {})

    def _add_to_drift(self, period: int, done: pl.DataFrame, regime: str, costs: Mapping[str, float]) -> list[Alarm]:
        """Add to drift how the shop ran, and the margin of purchases where a quarter of data gives the baseline."""
        sales = self._outcomes.period_sales(*self._span(period))
        has_usual = self.begins(period) >= self.shop.events.first_day + QUARTER_DAYS
        value = {"value": value_indicator(done)} if has_usual else {}
        return self.drift.add_period(sales, {"orders" + regime: float(np.log(max(sales.orders, 1))), **value, **costs})


def _exploring_more(config: Config, campaign: Campaign) -> Campaign:
    """Return the campaign with MORE times as much of its whole budget for exploration."""
    plan, random = (config.minor(one, campaign) for one in (campaign.budget, campaign.explore_budget))
    more = min(int(MORE * random), plan + random)
    unit = config.unit(campaign)
    return campaign.model_copy(
        update={"budget": to_text(plan + random - more, unit), "explore_budget": to_text(more, unit)}
    )  # fmt: skip
