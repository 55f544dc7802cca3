"""`offerloop loop`: on the tables of a shop that goes on week after week."""

import json
import re
import shutil
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from typed_command import offerloop

from offerloop.commands.loop.task import loop_of
from offerloop.commands.simulate.shop_files import write_shop
from offerloop.evaluation.hash_groups import in_holdout
from offerloop.market.policies import offers_at_random
from offerloop.market.preset import load_preset
from offerloop.market.simulation import Market
from offerloop.store import Journal


class Shop:
    """A simulated shop whose tables lie on disk, and which carries out what the loop's files say."""

    def __init__(self, folder, market):
        self.folder, self.market = folder, market

    def week(self, file):
        """Give the offers of a file, live through the week, and write all orders so far."""
        told = pl.read_csv(file).with_columns(pl.col("customer_id").cast(pl.Int64))
        self.market.step(told.select("customer_id", "offer_id", "propensity"))
        for name, table in self.market.observe().items():
            table.write_parquet(self.folder / f"{name}.parquet")

    def idle(self, weeks):
        """Live through weeks in which nobody gets an offer."""
        for _ in range(weeks):
            self.market.advance(np.full(150, -1), None)
        for name, table in self.market.observe().items():
            table.write_parquet(self.folder / f"{name}.parquet")

    def log(self, weeks):
        """Live through weeks in which half of the customers get an offer at random."""
        rng = np.random.default_rng(1)
        for _ in range(weeks):
            given = offers_at_random(self.market, rng)
            self.market.advance(given.offer, given.propensity)
        for name, table in self.market.observe().items():
            table.write_parquet(self.folder / f"{name}.parquet")
        write_small_shop(self.market, self.folder)


FEW = '\n[recommend]\ncandidates = ["popularity", "repeat"]\n'
"""Recommenders of which none is trained; a loop asks the others no differently."""


def write_small_shop(market, folder):
    path = write_shop(market, folder)
    path.write_text(path.read_text(encoding="utf-8") + FEW, encoding="utf-8")


@pytest.fixture(scope="module")
def market():
    return Market(load_preset("grocery"), 150, 60, 1, 8)


@pytest.fixture
def shop(tmp_path, market):
    write_small_shop(market, tmp_path / "shop")
    return Shop(tmp_path / "shop", market.branch())


@pytest.fixture(scope="module")
def begun(tmp_path_factory, market):
    """The folder of a shop whose loop decided on its first period, and what it said."""
    folder = tmp_path_factory.mktemp("begun") / "shop"
    write_small_shop(market, folder)
    code, out, err = offerloop("loop", folder, "--once", "--json")
    assert (code, err) == (0, "")
    return folder, json.loads(out)


@pytest.fixture
def decided(begun, market, tmp_path):
    """A copy of the shop whose loop began, and the file of its first period."""
    folder = tmp_path / "shop"
    shutil.copytree(begun[0], folder)
    return Shop(folder, market.branch()), folder / "loop" / "period-0000.csv"


def once(command, shop, *more):
    code, out, err = command("loop", shop.folder, "--once", "--json", *more)
    assert (code, err) == (0, "")
    return json.loads(out)


@pytest.fixture(scope="module")
def second(begun, market, tmp_path_factory):
    """The shop, the file of its first period, and what the loop said after a week of it."""
    shop = Shop(tmp_path_factory.mktemp("second") / "shop", market.branch())
    shutil.copytree(begun[0], shop.folder)
    file = shop.folder / "loop" / "period-0000.csv"
    told = pl.read_csv(file)
    shop.week(file)
    code, out, err = offerloop("loop", shop.folder, "--once", "--json")
    assert (code, err) == (0, "")
    assert pl.read_csv(file).equals(told)
    return shop, file, json.loads(out)


def test_it_decides_waits_learns_and_decides_again(begun, second):
    (shop, file, after), found = second, begun[1]
    assert [one["period"] for one in found["periods"]] == [0]
    end, last = map(date.fromisoformat, re.findall(r"\d{4}-\d\d-\d\d", found["awaited"]))
    assert found["awaited"].startswith("period 0 ends on")
    assert end - last == timedelta(days=7)
    assert Path(found["file"]) == begun[0] / "loop" / "period-0000.csv"
    told = pl.read_csv(file)
    assert (told["propensity"] > 0).all()
    run = shop.folder / "runs" / found["periods"][0]["run"]
    assert (run / "assignments.csv").read_bytes() == file.read_bytes()
    assert (run / "report.html").exists()
    assert [one["period"] for one in after["periods"]] == [0, 1]
    assert after["periods"][0]["cost_minor"] >= 0
    assert 0 < after["periods"][0]["liability_minor"] <= 150 * 15 * 1.1


def test_other_customers_explore_in_each_period(second):
    _, file, after = second
    periods = [pl.read_csv(one) for one in (file, after["file"])]
    drawn = [set(one.filter(pl.col("arm") == "explore")["customer_id"]) for one in periods]
    assert all(drawn)
    assert drawn[0] != drawn[1]


def test_asking_again_changes_nothing(command, begun, decided):
    shop, file = decided
    before = file.read_bytes()
    assert once(command, shop) == {**begun[1], "file": str(file)}
    assert file.read_bytes() == before


def test_a_lost_file_is_written_again_as_it_was(command, decided):
    shop, file = decided
    before = file.read_bytes()
    file.unlink()
    once(command, shop)
    assert file.read_bytes() == before


def test_periods_that_were_over_before_they_were_decided_get_no_offers(command, decided):
    shop, file = decided
    shop.week(file)
    shop.idle(2)
    found = once(command, shop)["periods"]
    assert [one["missed"] for one in found] == [False, True, True, False]
    assert [one.get("offered", 0) > 0 for one in found] == [True, False, False, True]
    assert "over before it was decided" in command("loop", shop.folder)[1]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("[recommend]", "[evaluate]\nwindow_days = 5\n[recommend]", "evaluate.window_days is 5 and was 7"),
        ('currency = "USD"', 'currency = "CAD"', "shop.currency is CAD and was USD"),
    ],
)
def test_what_a_loop_cannot_change_needs_a_new_loop(command, decided, old, new, said):
    shop, file = decided
    before = file.read_bytes()
    changed(shop, lambda text: text.replace(old, new, 1))
    code, _, err = command("loop", shop.folder, "--once")
    assert code == 2
    assert f"{said} when the loop began; set it back, or move the journal" in err
    assert file.read_bytes() == before


def test_no_loop_decides_on_a_day_that_is_fixed(command, decided):
    shop, _ = decided
    changed(shop, lambda text: text.replace("[profiles]\n", "[profiles]\nas_of = 2024-01-01\n"))
    code, _, err = command("loop", shop.folder, "--once")
    assert code == 2
    assert "profiles.as_of fixes the day" in err


def test_no_loop_begins_over_the_periods_of_another(command, decided):
    shop, file = decided
    before = file.read_bytes()
    (shop.folder / "loop" / "journal.db").unlink()
    code, _, err = command("loop", shop.folder, "--once")
    assert code == 2
    assert "has offers of a loop whose journal is not there" in err
    assert file.read_bytes() == before


def test_a_loop_goes_on_whatever_campaigns_come_and_go(tmp_path):
    """In a database that several shops use, it is the loop whose last run is the shop's."""
    journal = Journal.open(f"sqlite:///{tmp_path / 'journal.db'}", "spring")
    assert loop_of(journal, None) == "spring"
    Journal(journal.engine, "before").once(0, "decide", lambda: {"missed": False, "run": "run-of-before"})
    with journal.engine.begin() as connection:
        connection.exec_driver_sql(
            "insert into steps (name, period, step, at, body) "
            "select 'winter', period, step, at + 1, replace(body, 'before', 'winter') from steps"
        )
    assert loop_of(journal, None) == "winter"
    assert loop_of(journal, tmp_path) == "spring"
    (tmp_path / "run-of-before").mkdir()
    assert loop_of(journal, tmp_path) == "before"
    journal.name = "winter"  # which is another shop's, whatever it is called
    assert loop_of(journal, tmp_path) == "before"
    journal.engine.dispose()


def test_two_shops_with_the_same_campaigns_do_not_share_a_loop(command, begun, market, tmp_path):
    (file,) = (begun[0] / "loop").glob("journal.db")
    store = f"sqlite:///{shutil.copy(file, tmp_path / 'shared.db')}"
    other = Shop(tmp_path / "other", market.branch())
    write_small_shop(market, other.folder)
    for more in ([], ["--once"]):
        code, out, err = command("loop", other.folder, "--store", store, *more)
        assert (code, out) == (2, "")
        assert "is another shop's: its last run" in err
        assert "name a database of this shop's own with --store" in err
    assert not list(other.folder.glob("loop/period-*"))
    assert command("loop", begun[0], "--store", store, "--json")[1] == command("loop", begun[0], "--json")[1]


@pytest.mark.slow
def test_it_tells_why_no_plan_went_out_and_what_guardrails_say(command, second):
    shop, _, after = second
    shop.week(after["file"])
    found = once(command, shop)["periods"]
    assert [one["state"] for one in found] == ["trial"] * 3
    printed = command("loop", shop.folder)[1].splitlines()
    rows = [line for line in printed if re.match(r"\d+ ", line)]
    assert ["not sent" in line for line in rows] == [not one["sent"] for one in found]
    assert all("$" in line for line in rows)


def test_without_once_it_only_tells(command, shop):
    assert command("loop", shop.folder)[1].startswith("nothing decided yet")
    assert not (shop.folder / "loop").exists()


def test_without_once_a_database_that_is_not_there_is_not_made(command, shop):
    file = shop.folder / "new.db"
    code, _, said = command("loop", shop.folder, "--store", f"sqlite:///{file}")
    assert (code, file.exists(), (shop.folder / "loop").exists()) == (2, False, False)
    assert f"the SQLite file '{file}', which --store names, does not exist" in said


def test_without_once_it_tells_what_was_decided(command, decided):
    shop, _ = decided
    code, out, _ = command("loop", shop.folder)
    assert code == 0
    assert out.startswith("In period 0, ")
    assert "customers got an offer" in out


ANOTHER = """
[[campaigns]]
id = "two"
title = "Another"
budget = "5.00"
explore_budget = "2.00"
[[campaigns.offers]]
kind = "spend_and_save"
id = "two"
spend = "10.00"
save = "1.00"
[[campaigns.offers]]
kind = "gift"
id = "first"
product = "mug"
worth = "0.50"
order_number = 1
"""
USUAL = """
[business_as_usual]
share = 0.3
budget = "500.00"
[[business_as_usual.rules]]
offer = "none"
"""
PUBLISHED = """
[[publish]]
kind = "csv"
path = "crm-{run}.csv"
"""


def changed(shop, change):
    config = shop.folder / "offerloop.toml"
    config.write_text(change(config.read_text(encoding="utf-8")), encoding="utf-8")


@pytest.fixture(scope="module")
def large_plan(market, tmp_path_factory):
    """A loop of two campaigns beside business as usual and a large holdout, published; and what it said of a period."""
    shop = Shop(tmp_path_factory.mktemp("large") / "shop", market.branch())
    write_small_shop(market, shop.folder)
    more = ANOTHER + USUAL + PUBLISHED
    changed(shop, lambda text: text.replace("holdout = 0.05", "holdout = 0.20") + more)
    code, out, err = offerloop("loop", shop.folder, "--once", "--json")
    assert (code, err) == (0, "")
    return shop, json.loads(out)


def test_two_campaigns_run_in_one_loop(large_plan):
    _, found = large_plan
    assert [one["campaign"] for one in found["periods"][0]["forecasts"]][1:] == ["two"]
    given = pl.read_csv(found["file"]).filter(pl.col("offer_id") != "none")
    assert given["customer_id"].is_unique().all()
    assert set(given["campaign_id"]) >= {"two"}


def test_it_says_where_random_offers_are_not_paid_for(begun, decided):
    assert begun[1]["unexplored"] == []
    path = decided[0].folder / "offerloop.toml"
    path.write_text(re.sub(r'explore_budget = ".*"', 'explore_budget = "0.01"', path.read_text()), encoding="utf-8")
    code, out, _ = offerloop("loop", path, "--once", "--json")
    (note,) = json.loads(out)["unexplored"]
    assert code == 0
    assert "explores with 0.01" in note
    assert "while it is sent, nobody gets an offer at random; raise explore_budget" in note


def test_it_names_offers_that_nobody_explores_as_they_may_cost_any_amount(decided):
    path = decided[0].folder / "offerloop.toml"
    text = re.sub("max_discount = .*\n", "", path.read_text(encoding="utf-8"), count=1)
    path.write_text(text.replace("explore_budget", 'budget_basis = "expected"\nexplore_budget', 1), encoding="utf-8")
    (note,) = json.loads(offerloop("loop", path, "--once", "--json")[1])["unexplored"]
    assert note.startswith("offer 'coupon-10 category 30' of campaign")
    assert "may cost any amount, so nobody gets it at random" in note
    assert note.endswith("add 'max_discount' to let it be explored")


def test_it_names_gifts_whose_cost_no_order_tells(large_plan):
    """A gift with a first order would otherwise count with every order."""
    assert "what first cost, so guardrails leave it out" in large_plan[1]["left_out"]


def test_business_as_usual_is_an_arm_of_the_loop(large_plan):
    mine = pl.read_csv(large_plan[1]["file"]).filter(pl.col("arm") == "usual")
    assert 20 < mine.height < 70
    assert set(mine["offer_id"]) == {"none"}


def test_nobody_of_the_holdout_gets_anything(large_plan):
    told = pl.read_csv(large_plan[1]["file"])
    held = {one for one in range(1, 151) if in_holdout(str(one), "holdout", 0.20)}
    assert 10 < len(held) < 50
    assert held >= set(told.filter(pl.col("arm") == "holdout")["customer_id"])
    assert not held & set(told.filter(pl.col("offer_id") != "none")["customer_id"])


def test_each_period_is_published_once_to_where_the_configuration_says(command, large_plan, monkeypatch):
    shop, found = large_plan
    (place,) = shop.folder.glob("crm-*.csv")
    sent, told = pl.read_csv(place), pl.read_csv(found["file"])
    assert place.name == f"crm-{found['periods'][0]['run']}.csv"
    assert sent["customer_id"].to_list() == told.filter(pl.col("offer_id") != "none")["customer_id"].to_list()
    assert sent["label"].null_count() == 0
    monkeypatch.chdir(shop.folder.parent)
    assert "already published" in json.loads(command("loop", shop.folder.name, "--once", "--json")[1])["published"][0]
    shop.idle(1)
    assert [one["period"] for one in once(command, shop)["periods"]] == [0, 1]
    assert len(list(shop.folder.glob("crm-*.csv"))) == 2


def test_offers_and_campaigns_may_change_from_period_to_period(command, begun, decided):
    shop, file = decided
    shop.week(file)
    before, old = file.read_bytes(), f'id = "{begun[1]["periods"][0]["forecasts"][0]["campaign"]}"'
    changed(shop, lambda text: text.replace("percent = 10", "percent = 11").replace(old, 'id = "renamed"'))
    found = once(command, shop)["periods"]
    assert [one["period"] for one in found] == [0, 1]
    assert list(found[1]["campaigns"]) == ["renamed"]
    assert file.read_bytes() == before


def test_a_loop_goes_on_when_its_offers_are_over(command, decided):
    """What was given before is read out; nobody gets anything."""
    shop, file = decided
    shop.week(file)
    changed(shop, lambda text: text.replace("[[campaigns.offers]]", "[[campaigns.offers]]\nends_at = 2000-01-01"))
    after = once(command, shop)
    assert [one["period"] for one in after["periods"]] == [0, 1]
    assert set(pl.read_csv(after["file"])["offer_id"]) == {"none"}
    assert "has nothing to send" in " ".join(after["periods"][1]["gaps"])
    assert after["periods"][0]["cost_minor"] >= 0


def test_offers_without_a_maximum_go_out_under_a_budget_of_expected_costs(command, shop):
    """What is read out of such a period is its own control group: arms are checked with its share."""
    expected = '[[campaigns]]\nbudget_basis = "expected"\nsend = "expected"'
    without = {'max_discount = "2.00"\n': "", 'send = "proven"': "", "[[campaigns]]": expected}
    for old, new in without.items():
        changed(shop, lambda text, old=old, new=new: text.replace(old, new, 1))
    (period,) = once(command, shop)["periods"]
    assert 0 < period["liability_minor"] <= 150 * 15 * 1.1
    manifest = json.loads((shop.folder / "runs" / period["run"] / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["shares"] == {"holdout": 0.05, "usual": 0.0, "holdback": 0.05}


def finished(period, said):
    """Windows that a period's run read, in which nothing was shown."""
    (found,) = re.findall(rf"hold ([\d,]+) finished windows {said}", " ".join(period["gaps"]))
    return int(found.replace(",", ""))


def test_it_learns_from_what_was_shown_before_it_began_and_from_what_it_gave(command, shop):
    """What the loop itself gave is learned once, not again from the exposures."""
    shop.log(4)
    found = once(command, shop)
    assert found["log"] == "600 exposures from before the loop began count as well"
    before = finished(found["periods"][0], "in which deliberately nothing")
    assert 250 < before < 350
    shop.week(found["file"])
    after = once(command, shop)
    assert after["log"] == found["log"]
    none = pl.read_csv(shop.folder / "loop" / "period-0000.csv").filter(pl.col("offer_id") == "none").height
    assert finished(after["periods"][1], "in which deliberately nothing") == before + none


def test_while_little_is_known_the_idle_budget_is_given_at_random(begun):
    period = begun[1]["periods"][0]
    assert period["sent"] == []
    assert period["explorers"] == (2250 + 225) // 125  # the shop pays a quarter of at most 5.00
    assert 0 < period["liability_minor"] <= 2250 + 225


def test_a_log_without_propensities_teaches_nothing_and_says_so(command, shop):
    shop.log(2)
    file = shop.folder / "exposures.parquet"
    pl.read_parquet(file).drop("propensity").write_parquet(file)
    changed(shop, lambda text: text.replace('propensity = "propensity"\n', ""))
    found = once(command, shop)
    assert found["log"] == "nothing learned from before the loop began: the exposures have no propensity"
    shop.market.advance(np.full(150, -1), None)
    shop.market.observe()["order_lines"].write_parquet(shop.folder / "order_lines.parquet")
    assert [one["period"] for one in once(command, shop)["periods"]] == [0, 1]


def publishing_again(shop, campaigns):
    """Let the newest period be unpublished, with the campaigns of the configuration changed by a function."""
    (run,) = (one for one in (shop.folder / "runs").iterdir() if (one / "manifest.json").exists())
    changed(shop, lambda text: campaigns(text) + PUBLISHED)
    return run


def test_a_plan_whose_offer_has_ended_is_not_published(command, decided):
    """As `publish` refuses it."""
    shop, _ = decided
    run = publishing_again(shop, lambda text: text)
    offers = run / "offers.parquet"
    pl.read_parquet(offers).with_columns(ends_at=pl.lit(1_710_000_000, pl.Int64)).write_parquet(offers)
    code, _, err = command("loop", shop.folder, "--once")
    assert code == 2
    assert "ended on" in err
    assert "is out of date" in err
    assert not list(shop.folder.glob("crm-*.csv"))


def test_a_plan_of_a_campaign_that_no_longer_runs_is_not_published(command, begun, decided):
    shop, _ = decided
    old = f'id = "{begun[1]["periods"][0]["forecasts"][0]["campaign"]}"'
    run = publishing_again(shop, lambda text: text.replace(old, 'id = "another"'))
    (said,) = once(command, shop)["published"]
    assert said.startswith(f"Nothing more of '{run.name}' is published, because campaign ")
    assert not list(shop.folder.glob("crm-*.csv"))
    changed(shop, lambda text: text.replace('id = "another"', old))
    assert once(command, shop)["published"][0].startswith(f"crm-{run.name}.csv: ")
    changed(shop, lambda text: text.replace(old, 'id = "another"'))
    assert "already published" in once(command, shop)["published"][0]
