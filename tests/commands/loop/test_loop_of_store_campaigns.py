"""A loop of campaigns that people start and end in the service, from one period to the next."""

import json
import re
from datetime import date, timedelta

import polars as pl
import pytest
from small_shop import write_small_shop

from offerloop.commands.loop.shop import TableShop
from offerloop.commands.loop.task import OF_STORE, take_steps
from offerloop.errors import StoppedError
from offerloop.store import (
    CampaignState,
    CampaignText,
    Database,
    Editor,
    Journal,
    add_campaign,
    find_campaign,
    move_campaign,
)
from offerloop.workspace import planned_revisions

SAVED = {"kind": "spend_and_save", "spend": "20.00", "save": "2.00", "assumed": {"p_redeem": 0.1, "incremental": 0.6}}
BEGAN = date(2024, 5, 20)
"""The day after the last order of the small shop."""


class Shop:
    """A small shop that goes on week after week, and whose campaigns stand in a store."""

    def __init__(self, folder):
        path = write_small_shop(folder)
        text = path.read_text()
        path.write_text(text[: text.index("[[campaigns]]")] + '[data]\nsource = "store"\n')
        self.folder, self.weeks = folder, 0
        self.url = f"sqlite:///{folder / 'offerloop.db'}"
        self.database = Database.open(self.url)

    def write(self, name, state):
        offer = SAVED | {"id": f"{name}-offer"}
        body = {"title": name, "budget": "30.00", "explore_budget": "20.00", "offers": [offer]}

        def enter(connection):
            add_campaign(connection, name, CampaignText(body, None, None), Editor("ada", "ada"))
            move_campaign(connection, find_campaign(connection, name), state, {"ben"})

        self.database.change(enter)

    def move(self, name, state):
        self.database.change(lambda one: move_campaign(one, find_campaign(one, name), state, {"ben"}))

    def week(self):
        """Live through a week in which everybody buys once."""
        lines = pl.read_csv(self.folder / "lines.csv")
        days = [(BEGAN + timedelta(days=7 * self.weeks + one % 7)).isoformat() for one in range(60)]
        more = lines.head(60).with_columns(
            order=pl.format("later-{}-{}", pl.lit(self.weeks), pl.int_range(pl.len())),
            who=pl.Series([f"c{one:03}" for one in range(60)]), when=pl.Series(days),
        )  # fmt: skip
        pl.concat([lines, more]).write_csv(self.folder / "lines.csv")
        self.weeks += 1

    def step(self):
        return take_steps(self.folder, None, once=True)

    def assigned(self, period):
        return pl.read_csv(self.folder / "loop" / f"period-{period:04d}.csv")


@pytest.fixture
def shop(tmp_path):
    found = Shop(tmp_path)
    yield found
    found.database.close()


def test_each_period_has_the_campaigns_that_run_when_it_is_decided(shop, monkeypatch):
    nothing = shop.step()
    assert (nothing.periods, "no campaign runs" in nothing.awaited) == ([], True)
    for name, state in (("spring", "running"), ("summer", "approved"), ("autumn", "draft")):
        shop.write(name, CampaignState(state))
    first = shop.step().periods
    assert [one["campaigns"] for one in first] == [{"spring": 1}]
    assert planned_revisions(shop.folder / "runs" / first[0]["run"]) == {"spring": 1}
    assert set(shop.assigned(0)["offer_id"]) == {"none", "spring-offer"}
    given = shop.assigned(0)

    shop.week()
    shop.move("spring", CampaignState.ENDED)
    shop.move("summer", CampaignState.RUNNING)
    monkeypatch.setattr(TableShop, "give", _killed)
    with pytest.raises(StoppedError):
        shop.step()
    monkeypatch.undo()
    shop.move("summer", CampaignState.PAUSED)
    resumed = shop.step().periods
    assert [one["campaigns"] for one in resumed] == [{"spring": 1}, {"summer": 1}]
    assert set(shop.assigned(1)["offer_id"]) == {"none", "summer-offer"}
    assert shop.assigned(0).equals(given)

    shop.week()
    waiting = shop.step()
    assert "no campaign runs" in waiting.awaited
    assert ["cost_minor" in one for one in waiting.periods] == [True, True]
    shop.move("summer", CampaignState.RUNNING)
    third = shop.step().periods[2]
    assert third["campaigns"] == {"summer": 1}
    journal = Journal.open(shop.url, OF_STORE)
    recorded = journal.recorded()
    journal.engine.dispose()
    assert [body["run"] for _, step, body in recorded if step == "decide"] == [
        one["run"] for one in (*resumed, third)
    ]  # fmt: skip
    _check_learned(shop, third["run"])


def _killed(_, period, __):
    """Be killed when the second period was decided, and before it is given."""
    if period == 1:
        raise KeyboardInterrupt


def _check_learned(shop, run):
    """The third run learned from what both periods before gave, whichever campaigns these had."""
    summary = json.loads((shop.folder / "runs" / run / "summary.json").read_text())
    (windows,) = re.findall(r"hold ([0-9]+) finished windows in which deliberately nothing", " ".join(summary["gaps"]))
    assert int(windows) == sum((shop.assigned(period)["offer_id"] == "none").sum() for period in (0, 1))
