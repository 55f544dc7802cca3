"""A loop on a small simulated shop that is killed and begun again: `python stopped_loop.py URL PERIODS`."""

import sys

from market_course import MarketCourse

from offerloop.loop.learning import Loop
from offerloop.loop.market_shop import MarketShop, learned_from, menu_of
from offerloop.loop.periods import go_on
from offerloop.market.periods import Setting, past
from offerloop.market.preset import load_preset
from offerloop.store.journal import Journal

SEED = 7


def begin():
    """The shop and the loop, as they are before the first period: the same each time."""
    setting = Setting(load_preset("fashion"), 120, 60, 6, 5, 3, 100)
    market, _ = past(setting, [], SEED, learns=True)
    loop = Loop(menu_of(market.terms), setting.budget_minor)
    return MarketCourse(MarketShop(market, purchases=learned_from(loop, market, setting.log)), loop, SEED)


def run(journal, periods):
    """All periods, from where the journal ends."""
    go_on(begin(), journal, periods, lambda _: None)


if __name__ == "__main__":
    run(Journal.open(sys.argv[1], "loop"), int(sys.argv[2]))
