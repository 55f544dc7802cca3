"""The loop as a policy of a simulated shop: `offerloop loop`'s planned, played week by week on the shop's tables.

Each week is planned by the same stages as a run: effects of what was shown, all limits, launch decision, random draw.
Left out is what shown offers do not need: recommenders, and the study of shelf prices. No customer is in a holdout, as
the truth of a simulated shop is known.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any
from weakref import finalize

import numpy as np
import polars as pl

from offerloop.commands.simulate.shop_files import write_shop
from offerloop.config import Config, load_config
from offerloop.decision import LoopPeriod
from offerloop.engine import Engine, InMemoryEngine
from offerloop.events import EPOCH, Events, epoch_day, prepare
from offerloop.flow import MissingEvidence, at_once, audiences, decide, learn_effects, profile
from offerloop.loop import PeriodPlan, PlannedLoop, decide_once, learn_once, unpacked
from offerloop.market import Logged, Market, OfferDraw
from offerloop.message import Message
from offerloop.money import to_text

if TYPE_CHECKING:
    from offerloop.store import Journal

EXPLORE = 0.02
"""Share of the budget for offers to customers drawn at random."""
UNSTUDIED = MissingEvidence(Message("shelf prices are not studied in a simulated loop"))


@dataclass
class MarketShop:
    """A simulated shop as a loop sees it; see `offerloop.loop.LoopShop`."""

    folder: Path
    config: Config
    engine: Engine
    as_of_day: int
    """Epoch day on which the coming week begins."""

    @cached_property
    def events(self) -> Events:
        """The tables as they are now."""
        profiles = self.config.profiles.model_copy(update={"as_of": EPOCH + timedelta(days=self.as_of_day)})
        return prepare(self.config.model_copy(update={"profiles": profiles}), self.engine)

    def catch_up(self, market: Market, as_of_day: int) -> None:
        """Read what the market shows before this day."""
        for name, table in market.observe().items():
            table.write_parquet(self.folder / f"{name}.parquet")
        self.as_of_day = as_of_day
        self.__dict__.pop("events", None)

    def plan(self, config: Config, period: LoopPeriod) -> PeriodPlan:
        """Plan a week by the stages of a run."""
        events = replace(self.events, exposures=period.exposures.beside(self.events.exposures, self.engine))
        profiles, _ = profile(events, self.engine)
        allowed = audiences(events, profiles, config)
        learned = learn_effects(events, allowed, UNSTUDIED, UNSTUDIED, config, self.engine, at_once)
        decided = decide(profiles, allowed, learned, events.as_of_day, config, self.engine, at_once, period)
        return PeriodPlan(
            "",
            decided.assigned.offers,
            decided.assigned.further_planned,
            learned.effects.offers,
            decided.planned.forecasts,
            learned.gaps_of_shown,
        )

    def give(self, period: int, assignments: pl.DataFrame) -> None:
        """Do nothing: the market is played by who asks the policy."""


@dataclass(frozen=True)
class _Loop:
    """A loop that has begun."""

    shop: MarketShop
    planned: PlannedLoop
    journal: Journal

    @classmethod
    def begin(cls, market: Market, budget: int, explore: float, folder: Path) -> _Loop:
        """Write the shop, and begin on its next day. Raises InputError where SQLAlchemy is not installed."""
        from offerloop.store import Journal  # late: other policies do without a database

        path = write_shop(market, folder / "shop")
        config, engine = loop_settings(load_config(path), budget, explore), InMemoryEngine()
        shop = MarketShop(path.parent, config, engine, epoch_day(market.today))
        journal = Journal.open(f"sqlite:///{folder / 'journal.db'}", "simulated")
        return cls(shop, PlannedLoop(shop, config, engine, shop.as_of_day), journal)


@dataclass
class LoopRule:
    """A loop that decides on one week after the other; see `offerloop.market.Rule`."""

    explore: float = EXPLORE
    decided: list[dict[str, Any]] = field(default_factory=list)
    """What the journal holds of each week's decision."""
    learned: list[dict[str, Any]] = field(default_factory=list)
    """What was learned of each week that is over."""
    _loop: _Loop | None = None

    def __call__(self, market: Market, budget: int, rng: np.random.Generator) -> OfferDraw:
        """Learn from the week before, if it was ours, and decide on the coming one."""
        del rng  # draws follow from the configuration's seed and the week
        if self._loop is None:
            self._loop = self._begin(market, budget)
        else:
            self.catch_up(market)
        decided = decide_once(self._loop.planned, self._loop.journal, len(self.decided))
        self.decided.append(decided)
        return _draw_of(market, unpacked(decided["assignments"]))

    def catch_up(self, market: Market) -> None:
        """Learn from the last week, if it was ours and nothing was learned from it yet."""
        loop, weeks = self._loop, len(self.decided)
        if loop is None:
            return
        loop.shop.catch_up(market, loop.planned.begins(weeks))
        if len(self.learned) < weeks:
            self.learned.append(learn_once(loop.planned, loop.journal, weeks - 1, self.decided[-1]))

    def _begin(self, market: Market, budget: int) -> _Loop:
        """Begin in a folder that lasts as long as the rule."""
        folder = Path(mkdtemp())
        loop = _Loop.begin(market, budget, self.explore, folder)
        finalize(self, _clear, loop.journal, folder)
        return loop


def _clear(journal: Journal, folder: Path) -> None:
    journal.engine.dispose()
    rmtree(folder, ignore_errors=True)


def loop_policy(market: Market, log: Sequence[Logged], budget: int, explore: float = EXPLORE) -> LoopRule:
    """Return a loop that learns from the exposures in the market's tables, and then from its own."""
    del market, log, budget  # all of them are in the tables
    return LoopRule(explore)


def loop_settings(config: Config, budget: int, explore: float) -> Config:
    """Return the configuration with the budget split, and nobody in a holdout."""
    campaign = config.campaigns[0]
    random = int(explore * budget)
    unit = config.unit(campaign)
    split = {"budget": to_text(budget - random, unit), "explore_budget": to_text(random, unit), "send": "likely"}
    experiment = config.experiment.model_copy(update={"holdout": 0.0})
    return config.model_copy(update={"campaigns": (campaign.model_copy(update=split),), "experiment": experiment})


def _draw_of(market: Market, assignments: pl.DataFrame) -> OfferDraw:
    table = assignments.with_columns(pl.col("customer_id").cast(pl.Int64))
    propensity = np.ones(market.customers)
    propensity[table["customer_id"].to_numpy() - market.first] = table["propensity"].to_numpy()
    return OfferDraw(market.positions(table), propensity)
