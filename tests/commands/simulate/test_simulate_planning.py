"""`offerloop simulate` with budgets, supplier shares and exploration shares, as it is typed."""

import json
from itertools import product

import polars as pl
import pytest

from offerloop.config import load_config

TINY = ("--customers", 60, "--products", 60, "--periods", 2, "--before", 6, "--log", 3)


@pytest.fixture
def simulated(command, tmp_path):
    def run(*arguments):
        code, out, err = command("simulate", *TINY, *arguments, "--out", tmp_path / "shop", "--json")
        assert (code, err) == (0, "")
        return json.loads(out), tmp_path / "shop"

    return run


def test_every_combination_is_told_with_its_interval(simulated):
    budgets, explores = (0.2, 1.0), (0.1, 0.5)
    levers = [("--budget", one) for one in budgets] + [("--explore", one) for one in explores]
    given = (part for lever in levers for part in lever)
    found, folder = simulated("--worlds", 2, "--periods", 1, "--supplier-share", 0.6, *given)
    rows = found["combinations"]
    told = {(one["policy"], one["budget"], one["supplier_share"], one["explore"]) for one in rows}
    assert told == set(product(["loop"], budgets, [0.6], explores))
    assert len(rows) == 4
    table = pl.read_parquet(folder / "periods.parquet")
    for one in rows:
        mine = table.filter(budget=one["budget"], explore=one["explore"])
        assert mine.height == 2
        gained = (mine["profit_minor"] - mine["plain_profit_minor"]).sum() / 2
        assert one["gains"]["profit"]["value"] == pytest.approx(gained, abs=0.01)
        assert one["gains"]["cost"]["low"] is not None
        bought = (mine["buyers"] - mine["plain_buyers"]).sum() / (2 * 60)
        assert one["conversion"]["value"] == pytest.approx(bought, abs=1e-6)
    best = max(rows, key=lambda one: one["gains"]["profit"]["value"])
    assert found["best"] == {name: best[name] for name in ("policy", "budget", "supplier_share", "explore")}
    assert "synthetic" in found["sentence"]
    assert "spread over worlds" in found["sentence"]
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "the spread over worlds" in page
    assert ">explore 50" in page
    assert (folder / "figure.svg").read_text(encoding="utf-8").startswith("<svg")


def test_one_world_has_no_interval_and_no_verdict(simulated):
    found, _ = simulated("--worlds", 1, "--budget", 0.5, "--budget", 1, "--policy", "same", "--policy", "random")
    assert all(one["gains"]["profit"]["low"] is None for one in found["combinations"])
    assert {(one["policy"], one["budget"], one["explore"]) for one in found["combinations"]} == set(
        product(["same", "random"], [0.5, 1.0], [None])
    )
    assert "one world cannot say" in found["sentence"]


def test_one_value_of_each_is_set_for_the_run(simulated):
    found, folder = simulated("--worlds", 1, "--policy", "same", "--budget", 0.5, "--supplier-share", 0.6)
    assert list(found["policies"]) == ["same"]
    table = pl.read_parquet(folder / "periods.parquet")
    assert (table["liability_minor"] <= 50 * 60).all()
    assert table["liability_minor"].max() > 15 * 60  # what the preset allows
    (campaign,) = load_config(folder / "offerloop.toml").campaigns
    assert float(campaign.budget) == 0.5 * 60
    assert {offer["funded_share"] for offer in campaign.offers} == {0.6}


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (("--budget", 0), "--budget must be above 0 and at most 1,000,000, not 0"),
        (("--budget", "nan"), "--budget must be above 0 and at most 1,000,000, not nan"),
        (("--budget", "1e300"), "--budget must be above 0 and at most 1,000,000, not 1e+300"),
        (
            ("--budget", 0.0001, "--customers", 99),
            "--budget 0.0001 for each of 99 customers is less than 0.01 in all; give more",
        ),
        (("--budget", 1, "--budget", 1.0), "--budget 1 is given twice; give each value once"),
        (("--supplier-share", 1.2), "--supplier-share must be from 0 to 1, not 1.2"),
        (("--policy", "loop", "--explore", -0.1), "--explore must be from 0 to 1, not -0.1"),
        (("--explore", 0.2), "--explore is a share of what the policy 'loop' gives; add --policy loop"),
        (("--policy", "same", "--explore", 0.2, "--explore", 0.3), "add --policy loop"),
    ],
)
def test_what_cannot_be_is_one_sentence(command, tmp_path, wrong, says):
    code, out, err = command("simulate", *wrong, "--out", tmp_path / "shop")
    assert (code, out) == (2, "")
    assert says in err
    assert len(err.splitlines()) == 1
    assert not (tmp_path / "shop").exists()


def test_all_bounds_can_be_played(simulated):
    ends = ("--supplier-share", 0, "--supplier-share", 1, "--explore", 0, "--explore", 1)
    found, _ = simulated("--worlds", 1, "--periods", 1, *ends, "--policy", "loop", "--policy", "same", "--budget", 1e6)
    free = [one for one in found["combinations"] if one["supplier_share"] == 1]
    assert all(one["gains"]["cost"]["value"] == 0 for one in free)
    assert len(found["combinations"]) == 2 * (2 + 1)
