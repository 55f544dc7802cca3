"""`offerloop loop`: on the tables of a shop that goes on week after week."""

import json

import numpy as np
import polars as pl
import pytest

from offerloop.commands.simulate.shop_files import write_shop
from offerloop.evaluation.assignment import in_holdout
from offerloop.market.policies import lottery
from offerloop.market.preset import load_preset
from offerloop.market.simulation import Market


class Shop:
    """A simulated shop whose tables lie on disk, and which carries out what the loop's files say."""

    def __init__(self, folder):
        self.folder = folder
        self.market = Market(load_preset("grocery"), 150, 60, 1, 8)
        write_shop(self.market, folder)

    def week(self, file):
        """Give the offers of a file, live through the week, and write all orders so far."""
        told = pl.read_csv(file).with_columns(pl.col("customer_id").cast(pl.Int64))
        self.market.step(told.select("customer_id", "offer_id", "propensity"))
        for name, table in self.market.observe().items():
            table.write_parquet(self.folder / f"{name}.parquet")

    def log(self, weeks):
        """Live through weeks in which half of the customers get an offer at random."""
        rng = np.random.default_rng(1)
        for _ in range(weeks):
            given = lottery(self.market, rng)
            self.market.advance(given.offer, given.propensity)
        for name, table in self.market.observe().items():
            table.write_parquet(self.folder / f"{name}.parquet")
        write_shop(self.market, self.folder)


@pytest.fixture
def shop(tmp_path):
    return Shop(tmp_path / "shop")


def once(command, shop, *more):
    code, out, err = command("loop", shop.folder, "--once", "--json", *more)
    assert (code, err) == (0, "")
    return json.loads(out)


def test_it_decides_waits_learns_and_decides_again(command, shop):
    found = once(command, shop)
    assert [one["period"] for one in found["periods"]] == [0]
    assert "period 0 lasts until" in found["awaited"]
    told = pl.read_csv(found["file"])
    assert told.columns == ["customer_id", "offer_id", "propensity", "arm", "starts_on"]
    assert (told["propensity"] > 0).all()
    shop.week(found["file"])
    after = once(command, shop)
    assert [one["period"] for one in after["periods"]] == [0, 1]
    assert after["periods"][0]["cost_minor"] >= 0
    assert after["periods"][0]["liability_minor"] <= 150 * 15 * 1.1
    assert pl.read_csv(found["file"]).equals(told)


def test_asking_again_changes_nothing(command, shop):
    first = once(command, shop)
    file = shop.folder / "loop" / "period-0000.csv"
    before = file.read_bytes()
    assert once(command, shop) == first
    assert file.read_bytes() == before


def test_a_lost_file_is_written_again_as_it_was(command, shop):
    once(command, shop)
    file = shop.folder / "loop" / "period-0000.csv"
    before = file.read_bytes()
    file.unlink()
    once(command, shop)
    assert file.read_bytes() == before


def test_each_period_is_published_once_to_where_the_configuration_says(command, shop):
    config = shop.folder / "offerloop.toml"
    more = '\n[[publish]]\nkind = "csv"\npath = "crm-{run}.csv"\n'
    config.write_text(config.read_text(encoding="utf-8") + more, encoding="utf-8")
    found = once(command, shop)
    (place,) = shop.folder.glob("crm-*.csv")
    sent, told = pl.read_csv(place), pl.read_csv(found["file"])
    assert place.name.endswith("-period-0000.csv")
    assert sent["customer_id"].to_list() == told.filter(pl.col("offer_id") != "none")["customer_id"].to_list()
    assert sent["label"].null_count() == 0
    assert "already published" in once(command, shop)["published"][0]
    shop.week(found["file"])
    once(command, shop)
    assert len(list(shop.folder.glob("crm-*.csv"))) == 2


def test_periods_that_were_over_before_they_were_decided_get_no_offers(command, shop):
    shop.week(once(command, shop)["file"])
    for _ in range(2):
        shop.market.advance(np.full(150, -1), None)
    for name, table in shop.market.observe().items():
        table.write_parquet(shop.folder / f"{name}.parquet")
    found = once(command, shop)["periods"]
    assert [one["missed"] for one in found] == [False, True, True, False]
    assert [one["offered"] > 0 for one in found] == [True, False, False, True]
    assert "over before it was decided" in command("loop", shop.folder)[1]


def test_windows_of_another_length_need_a_new_campaign(command, shop):
    once(command, shop)
    config = shop.folder / "offerloop.toml"
    config.write_text(config.read_text(encoding="utf-8") + "\n[evaluate]\nwindow_days = 5\n", encoding="utf-8")
    code, _, err = command("loop", shop.folder, "--once")
    assert code == 2
    assert "window_days changed" in err


@pytest.mark.slow
def test_it_tells_why_no_plan_went_out_and_what_guardrails_say(command, shop):
    file = once(command, shop)["file"]
    for _ in range(3):
        shop.week(file)
        file = once(command, shop)["file"]
    found = once(command, shop)["periods"]
    assert [one["state"] for one in found] == ["trial"] * 4
    assert all({"shown", "hoped", "held", "p_gain"} <= set(one) for one in found)
    told = [line for line in command("loop", shop.folder)[1].splitlines() if line.startswith("period ")]
    assert ["held back" in line for line in told] == [one["sent"] for one in found]
    assert ["standard errors" in line for line in told] == [not one["sent"] for one in found]


def test_nobody_of_the_holdout_gets_anything(command, shop):
    config = shop.folder / "offerloop.toml"
    config.write_text(config.read_text(encoding="utf-8").replace("holdout = 0.05", "holdout = 0.20"), encoding="utf-8")
    told = pl.read_csv(once(command, shop)["file"])
    held = {one for one in range(1, 151) if in_holdout(str(one), "holdout", 0.20)}
    assert 10 < len(held) < 50
    assert not held & set(told["customer_id"])


def test_without_once_it_only_tells(command, shop):
    assert command("loop", shop.folder)[1].startswith("nothing decided yet")
    assert not (shop.folder / "loop").exists()
    once(command, shop)
    code, out, _ = command("loop", shop.folder)
    assert code == 0
    assert out.startswith("period 0: ")
    assert "customers got an offer" in out


ANOTHER = """
[[campaigns]]
id = "two"
title = "Another"
budget = "5.00"
[[campaigns.offers]]
kind = "gift"
product = "mug"
worth = "1"
"""


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda text: text + ANOTHER, "a loop runs one campaign"),
        (
            lambda text: text.replace('max_discount = "2.00"\n', "", 1),
            "a 'max_discount', or the campaign budget_basis",
        ),
    ],
    ids=["two campaigns", "no maximum"],
)
def test_what_it_cannot_run(change, said, command, shop):
    config = shop.folder / "offerloop.toml"
    config.write_text(change(config.read_text(encoding="utf-8")), encoding="utf-8")
    code, _, err = command("loop", shop.folder, "--once")
    assert code == 2
    assert said in err


def test_changed_offers_need_a_new_campaign(command, shop):
    once(command, shop)
    config = shop.folder / "offerloop.toml"
    config.write_text(config.read_text(encoding="utf-8").replace("percent = 10", "percent = 11"), encoding="utf-8")
    code, _, err = command("loop", shop.folder, "--once")
    assert code == 2
    assert "changed since the loop began" in err


def test_offers_without_a_maximum_go_out_under_a_budget_of_expected_costs(command, shop):
    config = shop.folder / "offerloop.toml"
    text = config.read_text(encoding="utf-8").replace('max_discount = "2.00"\n', "", 1)
    config.write_text(text.replace("[[campaigns]]", '[[campaigns]]\nbudget_basis = "expected"', 1), encoding="utf-8")
    shop.week(once(command, shop)["file"])
    for one in once(command, shop)["periods"]:
        assert 0 < one["liability_minor"] <= 150 * 15 * 1.1


def test_it_learns_from_what_was_shown_before_it_began(command, shop):
    """The first plan rests on the log; what the loop itself gave is learned once, not again from the exposures."""
    shop.log(6)
    found = once(command, shop)
    assert found["log"] == "learned from 900 exposures in 6 periods before the loop began"
    assert found["periods"][0]["hoped"] > 0
    assert "learned from 900 exposures" in command("loop", shop.folder, "--once")[1]
    shop.week(found["file"])
    assert once(command, shop)["log"] == found["log"]


def test_a_log_without_propensities_teaches_nothing_and_says_so(command, shop):
    shop.log(6)
    file = shop.folder / "exposures.parquet"
    pl.read_parquet(file).drop("propensity").write_parquet(file)
    config = shop.folder / "offerloop.toml"
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace('propensity = "propensity"\n', ""), encoding="utf-8")
    found = once(command, shop)
    assert found["log"].startswith("nothing learned from before the loop began: the exposures have no propensity")
    assert found["periods"][0]["hoped"] == 0
