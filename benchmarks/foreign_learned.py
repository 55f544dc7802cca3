"""A shop made by others with what a run learns from its log, and what plans for it are truly worth."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import polars as pl

from equal_spend import a_customer
from foreign import UNSTUDIED, Judged, everybody, given_offers, learned_log, read_shop
from offerloop.config import Config
from offerloop.decision import Allowed, Forecast, solve_campaigns
from offerloop.engine import Engine
from offerloop.events import Events
from offerloop.flow import estimate
from offerloop.response import Effects as LearnedEffects
from offerloop.response import ShownEffects


@dataclass(frozen=True, eq=False)
class LearnedShop:
    """A world, its files as a run reads them, and what their log says."""

    judged: Judged
    config: Config
    engine: Engine
    events: Events
    shown: ShownEffects

    @classmethod
    def of(cls, judged: Judged, folder: Path) -> LearnedShop:
        """Write the world's files and learn from them."""
        config, engine, events = read_shop(judged.shop(folder))
        shown = learned_log(config, engine, events)
        if not isinstance(shown, ShownEffects):
            raise TypeError(f"nothing is learned from the log: {shown}")
        return cls(judged, config, engine, events, shown)

    @cached_property
    def effects(self) -> LearnedEffects:
        """What a run plans with."""
        return self.effects_by(self.shown)

    def effects_by(self, shown: ShownEffects) -> LearnedEffects:
        """Return what a run would plan with if the log said this."""
        return estimate(self.events, UNSTUDIED, shown, self.config)

    @cached_property
    def allowed(self) -> Allowed:
        """All customers."""
        return everybody(self.config, self.events)

    @cached_property
    def planned(self) -> Forecast:
        """The plan of a run for all customers, sent or not."""
        return self.planned_by(self.effects)

    def planned_by(self, effects: LearnedEffects) -> Forecast:
        """Return the plan by these effects."""
        return solve_campaigns(effects, self.allowed, self.config).forecasts[0]

    def worth(self, plan: pl.DataFrame) -> dict[str, float]:
        """True profit and true spend of a plan, rows of customer_id and offer_id, a customer of the shop."""
        given, true = given_offers(plan, self.judged.world), self.judged.true
        return {"profit": a_customer(given, true.profit), "spend": a_customer(given, true.cost)}
