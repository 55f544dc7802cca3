"""A loop on a small simulated shop that is killed and begun again: `python stopped_loop.py URL PERIODS`."""

import sys
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from offerloop.commands.simulate.loop_policy import MarketShop, loop_settings
from offerloop.commands.simulate.shop_files import write_shop
from offerloop.config import load_config
from offerloop.engine import InMemoryEngine
from offerloop.events import prepare
from offerloop.loop import PlannedLoop, go_on
from offerloop.market import Market
from offerloop.market.periods import Setting, past
from offerloop.market.preset import load_preset
from offerloop.store import Journal

SEED = 7
SETTING = Setting(load_preset("fashion"), 120, 60, 6, 5, 3, 100)


@dataclass
class PlayedShop(MarketShop):
    """A simulated shop that lives through a week when its offers are given; the second time nothing happens."""

    market: Market
    first_day: int
    given: int = 0

    def give(self, period, assignments):
        if period == self.given:
            self.market.step(assignments.select("customer_id", "offer_id", "propensity"))
            self.given += 1
            self.catch_up(self.market, self.first_day + 7 * self.given)


@cache
def beginning():
    """The market before the first period, and what a loop sees of it."""
    market, _ = past(SETTING, [], SEED, learns=True)
    path = write_shop(market, Path(tempfile.mkdtemp()))
    config, engine = (
        loop_settings(load_config(path), SETTING.budget_minor, 0.05),
        InMemoryEngine(),
    )
    return market, config, engine, prepare(config, engine)


def begin():
    """The shop and the loop, as they are before the first period: the same each time."""
    market, config, engine, events = beginning()
    shop = PlayedShop(Path(tempfile.mkdtemp()), config, engine, events.as_of_day, market.branch(), events.as_of_day)
    shop.events = events
    return PlannedLoop(shop, config, engine, events.as_of_day)


def run(journal, periods):
    """All periods, from where the journal ends."""
    go_on(begin(), journal, periods, lambda _: None)


if __name__ == "__main__":
    run(Journal.open(sys.argv[1], "loop"), int(sys.argv[2]))
