"""A week of the simulated loop is decided as a period of `offerloop loop` is: the same customers, offers and draws."""

import polars as pl
import pytest

from offerloop.commands.loop.shop import TableShop
from offerloop.commands.simulate.loop_policy import MarketShop, loop_settings
from offerloop.commands.simulate.shop_files import write_shop
from offerloop.config import load_config
from offerloop.decision import LoopPeriod
from offerloop.engine import ENGINES
from offerloop.events import LoopExposures, prepare, read_all
from offerloop.market.periods import Setting, past
from offerloop.market.preset import load_preset

NOTHING_YET = pl.DataFrame(
    schema={"customer_id": pl.Null, "offer_id": pl.String, "shown_day": pl.Int64, "propensity": pl.Float64}
)


@pytest.mark.slow
def test_the_simulated_loop_decides_as_the_command_does(tmp_path):
    setting = Setting(load_preset("fashion"), 150, 60, 8, 1, 6, 100)
    market, _ = past(setting, [], 3, learns=True)
    path = write_shop(market, tmp_path)
    config, engine = (
        loop_settings(load_config(path), 20 * setting.budget_minor, 0.5),
        ENGINES.load("duckdb")(),
    )
    read = read_all(config, engine)
    events = prepare(config, engine, read=read)
    period = LoopPeriod(LoopExposures(NOTHING_YET, events.as_of_day), 0.05, paused=frozenset())
    command = TableShop(path, engine, read, events, tmp_path, config.shop.currency).plan(config, period)
    simulated = MarketShop(tmp_path, config, engine, events.as_of_day).plan(config, period)
    wanted = ["customer_id", "arm", "offer_id", "planned_offer_id", "propensity"]
    assert command.assignments.select(wanted).equals(simulated.assignments.select(wanted))
    assert (command.assignments["offer_id"] != "none").any()
    assert [one.send for one in command.forecasts] == [one.send for one in simulated.forecasts]
