"""`offerloop simulate`, as it is typed."""

import json

import polars as pl
import pytest
from few_worlds import few_worlds
from typed_command import offerloop

from offerloop.commands.simulate.request import SimulationRequest
from offerloop.commands.simulate.task import simulate
from offerloop.config import load_config
from offerloop.market.preset import load_preset
from offerloop.market.simulation import Market

SMALL = ("--customers", "150", "--products", "60", "--periods", "2", "--before", "4", "--worlds", "2",
         "--policy", "blanket", "--policy", "random", "--policy", "ceiling", "--fresh", "60")  # fmt: skip


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    folder = tmp_path_factory.mktemp("simulated") / "shop"
    with few_worlds():
        code, printed, said = offerloop("simulate", "--out", folder, "--json", *SMALL)
    assert (code, said) == (0, "")
    return folder, json.loads(printed)


def test_it_writes_a_shop_and_what_was_gained(shop):
    folder, summary = shop
    assert {path.name for path in folder.iterdir()} == {
        "order_lines.parquet", "products.parquet", "customers.parquet", "events.parquet", "exposures.parquet",
        "offerloop.toml", "periods.parquet", "simulation.json", "report.html", "figure.svg",
    }  # fmt: skip
    table = pl.read_parquet(folder / "periods.parquet")
    assert table.height == 3 * 2 * 2
    assert summary["synthetic"] is True
    for name in ("random", "blanket", "ceiling"):
        mine = table.filter(policy=name)
        gained = (mine["profit_minor"] - mine["plain_profit_minor"]).sum() / 2
        assert summary["policies"][name]["gains"]["profit"]["value"] == pytest.approx(gained, abs=0.01)
    assert "(worlds simulated: 2)" in summary["sentence"]
    assert "R2" in summary["sentence"]
    assert "conversion by" in summary["sentence"]
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert page.count("Synthetic") >= 2
    assert "http" not in page.replace("http://www.w3.org", "")
    assert (folder / "figure.svg").read_text(encoding="utf-8").startswith("<svg")


def test_regret_is_told_against_the_ceiling_of_the_same_worlds(shop):
    policies = shop[1]["policies"]
    profit = {name: one["gains"]["profit"]["value"] for name, one in policies.items()}
    assert shop[1]["regret_against"] == "ceiling"
    assert len(policies["random"]["regret_so_far"]) == 2
    for name in ("random", "blanket"):
        regret = policies[name]["regret_so_far"][-1]["value"]
        assert regret == pytest.approx(profit["ceiling"] - profit[name], abs=0.02)
    assert "regret of" in (shop[0] / "report.html").read_text(encoding="utf-8")


def test_at_equal_spend_the_first_policy_is_scaled_to_the_cost_of_the_other(shop):
    table, summary = pl.read_parquet(shop[0] / "periods.parquet"), shop[1]
    sums = table.group_by("policy", "world").agg(
        gained=(pl.col("profit_minor") - pl.col("plain_profit_minor")).sum(), cost=pl.col("cost_minor").sum()
    )
    both = sums.filter(policy="random").join(sums.filter(policy="blanket"), on="world", suffix="_first")
    lead = (both["gained"] - both["gained_first"] * both["cost"] / both["cost_first"]).mean()
    assert summary["policies"]["random"]["lead_at_equal_spend"]["value"] == pytest.approx(lead, abs=0.01)
    assert summary["policies"]["blanket"]["lead_at_equal_spend"] is None


def test_nothing_is_said_at_equal_spend_of_a_policy_that_costs_more_or_nothing(tmp_path):
    wide = [*SMALL[:10], "--policy", "random", "--policy", "blanket", "--policy", "nothing"]
    code, printed, _ = offerloop("simulate", "--out", tmp_path / "shop", "--json", *wide)
    policies = json.loads(printed)["policies"]
    assert code == 0
    assert all(one["lead_at_equal_spend"] is None for one in policies.values())


def test_the_configuration_has_all_offers_under_the_names_of_the_market(shop):
    config = load_config(shop[0] / "offerloop.toml")
    categories = pl.read_parquet(shop[0] / "products.parquet")["category"].unique().to_list()
    offers = config.offers_of(config.campaigns[0], categories)
    market = Market(load_preset("grocery"), 150, 60, 1, 4)
    assert sorted(one.offer_id for one in offers) == sorted(market.terms.ids[k] for k in market.terms.menu)
    assert {one.kind for one in offers} == {"coupon", "spend_and_save", "flash_sale"}
    given = pl.DataFrame({"customer_id": [1, 2], "offer_id": [offers[0].offer_id, offers[-1].offer_id]})
    assert (market.positions(given)[:2] >= 0).all()


def test_a_run_reads_the_shop_unchanged_and_says_that_it_is_synthetic(shop):
    code, printed, said = offerloop("run", shop[0])
    assert code == 0, said
    assert load_config(shop[0] / "offerloop.toml").shop.name == "Simulated shop, grocery"
    page = (shop[0].parent / printed.splitlines()[-1]).read_text(encoding="utf-8")
    assert "Synthetic: a simulated shop" in page


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (("--preset", "grocer"), "did you mean 'grocery'"),
        (("--policy", "randm"), "there is no policy 'randm', did you mean 'random'"),
        (("--periods", "0"), "--periods must be 1 or more, not 0"),
        (("--seed", "-1"), "--seed must be 0 or more, not -1"),
        (("--seed", str(2**63)), "--seed must be less than 2^63, not 9223372036854775808"),
        (("--policy", "same", "--policy", "same"), "the policy 'same' is named twice"),
        (("--log", "-5"), "--log must be 2 or more and less than --before (26), not -5"),
        (("--policy", "personalised", "--log", "30"), "--log must be 2 or more and less than --before (26), not 30"),
    ],
)
def test_wrong_names_and_sizes_are_one_sentence(tmp_path, wrong, says):
    code, printed, said = offerloop("simulate", "--out", tmp_path / "shop", *wrong)
    assert (code, printed) == (2, "")
    assert says in said
    assert not (tmp_path / "shop").exists()


def test_an_interrupted_write_leaves_no_folder(tmp_path, monkeypatch):
    def interrupted(_market, folder):
        (folder / "half.parquet").touch()
        raise KeyboardInterrupt

    monkeypatch.setattr("offerloop.commands.simulate.task.write_shop", interrupted)
    request = SimulationRequest("grocery", ("random",), 40, 40, 1, 4, 3, 10, 1, 1)
    with pytest.raises(KeyboardInterrupt):
        simulate(request, tmp_path / "shop", None)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_with_something_in_it_is_kept(shop):
    code, _, said = offerloop("simulate", "--out", shop[0], *SMALL)
    assert code == 2
    assert "exists already" in said
    code, _, said = offerloop("simulate", "--out", shop[0] / "report.html" / "more", *SMALL)
    assert code == 2
    assert "report.html' cannot be made" in said
