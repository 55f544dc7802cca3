"""`offerloop evaluate` as it is typed, on logs whose truth is known."""

import json
import re

import numpy as np
import polars as pl
import pytest
from evaluate_shop import (
    BEFORE,
    CUSTOMERS,
    DISCOUNT,
    EFFECT,
    WEEKS,
    day,
    decisions_of,
    make_run,
    usual_shop,
    write_log_shop,
)
from typed_command import offerloop

from offerloop.commands.evaluate.facts import LogFacts
from offerloop.commands.evaluate.log import read_log
from offerloop.commands.evaluate.policies import plan_of, policy_of
from offerloop.commands.evaluate.task import evaluate
from offerloop.commands.evaluate.valuation import valued_log
from offerloop.commands.simulate.shop_files import write_shop
from offerloop.config import load_config
from offerloop.engine.duckdb import DuckDBEngine
from offerloop.errors import InputError
from offerloop.events import pseudonyms
from offerloop.market.policies import offers_at_random
from offerloop.market.preset import load_preset
from offerloop.market.simulation import Market
from offerloop.market.truth import true_effects
from offerloop.tables import OVERLAP, POLICY_VALUES

PROFIT = 100 * (EFFECT / 2 - DISCOUNT)
"""What the coupon for everybody brings a decision, minor units: half of its effect is margin."""


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    """A shop whose coupon pays, its log, a policy that gives it to half, and a plan of something never shown."""
    folder = tmp_path_factory.mktemp("evaluate") / "shop"
    usual_shop(folder)
    rows = [(one, offer, "0.5") for one in range(1, CUSTOMERS + 1) for offer in ("coupon", "")]
    pl.DataFrame(rows, ["customer_id", "offer_id", "probability"], orient="row").write_csv(folder / "half.csv")
    run = make_run(folder / "runs" / "one", [(one, "gold") for one in range(1, CUSTOMERS)])
    code, printed, said = offerloop("evaluate", folder, "--policy", folder / "half.csv", "--run", run, "--json")
    assert (code, said) == (0, "")
    return folder, json.loads(printed)


def of(summary, kind):
    return next(one for one in summary["policies"] if one["kind"] == kind)


def test_a_coupon_that_pays_is_found_and_the_truth_lies_in_the_interval(done):
    _, summary = done
    coupon = of(summary, "everyone")["against"]["nothing"]
    assert coupon["profit_minor"]["low"] < PROFIT < coupon["profit_minor"]["high"]
    assert coupon["cost_minor"]["value"] == pytest.approx(100 * DISCOUNT, abs=1)
    half = of(summary, "file")["against"]
    assert half["nothing"]["profit_minor"]["low"] < PROFIT / 2 < half["nothing"]["profit_minor"]["high"]
    assert half["best_single"]["profit_minor"]["high"] < 0
    assert summary["leader"]["policy"] == "coupon"
    assert summary["leader"]["is_clear"]


def test_the_sentence_says_what_is_best_and_how_sure(done):
    assert re.fullmatch(
        r"“coupon” for everybody is the best: \$[\d.]+ \[[\d.]+, [\d.]+\] more profit a decision than giving nothing\. "
        rf"\({CUSTOMERS * WEEKS:,} decisions of {CUSTOMERS} customers, of which 1,\d\d\d speak about this policy; "
        r"the interval in the finding is simultaneous over 2 policies; those in the table are not\.\)",
        done[1]["sentence"],
    )


def test_the_policy_that_made_the_log_is_worth_its_mean(done):
    folder, summary = done
    orders = pl.read_csv(folder / "orders.csv", try_parse_dates=True)
    since = orders.filter(pl.col("day") >= pl.lit(day(7 * BEFORE)).str.to_date())
    own = of(summary, "logged")
    assert own["value_minor"]["value"] == pytest.approx(100 * since["list"].sum() / 2 / (CUSTOMERS * WEEKS))
    assert own["cost_minor"]["value"] == pytest.approx(100 * since["coupon"].sum() / (CUSTOMERS * WEEKS))
    assert own["method"] == "mean"


def test_a_policy_that_the_log_cannot_speak_about_gets_the_reason_and_the_others_their_values(done):
    plan = of(done[1], "run")
    assert plan["refusal"].startswith("The policy chooses 'gold' with a mean probability of 1, but the log never shows")
    assert "value_minor" not in plan
    page = (done[0] / "evaluations").glob("*/report.html")
    assert "the log never shows it" in next(page).read_text()


def test_the_notes_say_who_is_not_named_and_that_a_plan_has_seen_the_outcomes(done):
    said = "\n".join(done[1]["notes"])
    assert "whom “one” does not name, and who get nothing under it: 1." in said
    assert "made after some of these exposures" not in said


def test_what_is_written_keeps_its_contracts(done):
    folder, summary = done
    (written,) = (folder / "evaluations").iterdir()
    assert {one.name for one in written.iterdir()} == {
        "evaluation.json", "policy_values.parquet", "overlap.parquet", "report.html"
    }  # fmt: skip
    assert json.loads((written / "evaluation.json").read_text()).items() <= summary.items()
    values = POLICY_VALUES.check(pl.read_parquet(written / "policy_values.parquet"))
    assert set(values["method"]) == {"mean", "IPS", "SNIPS", "DR"}
    chosen = values.filter(kind="everyone", outcome="profit", against="nothing")
    assert chosen["value"].item() == pytest.approx(
        of(summary, "everyone")["against"]["nothing"]["profit_minor"]["value"]
    )
    overlap = OVERLAP.check(pl.read_parquet(written / "overlap.parquet"))
    coupon = overlap.filter(kind="everyone", offer_id="coupon").row(0, named=True)
    assert (coupon["policy_share"], coupon["largest_possible"]) == (1.0, None)
    assert coupon["mean_weight"] == pytest.approx(CUSTOMERS * WEEKS / coupon["logged"], rel=0.1)
    assert overlap.filter(kind="run", offer_id="gold")["mean_weight"].item() is None


def test_the_page_asks_no_other_host_and_shows_every_method(done):
    page = next((done[0] / "evaluations").glob("*/report.html")).read_text()
    assert not re.search(r"https?:|//[a-z]|@import|<script|<link|<img|url\((?!#)", page)
    assert page.count('role="img"') == 4
    for words in ("DR (recommended)", "SNIPS", "effective sample size", "estimated from logged propensities"):
        assert words in page


def test_without_coupon_columns_only_value_is_shown_and_said(tmp_path):
    shop = usual_shop(
        tmp_path, effect=0.0, coupon=0.0, columns='list_value = "list"', more="[evaluate]\nwindow_days = 3"
    )
    found = evaluate(shop).summary
    assert not found["cost_is_known"]
    assert found["window_days"] == 3
    coupon = of(found, "everyone")
    assert (coupon["cost_minor"], coupon["profit_minor"]) == (None, None)
    assert coupon["against"]["nothing"]["value_minor"]["low"] < 0 < coupon["against"]["nothing"]["value_minor"]["high"]
    assert found["sentence"].startswith("No policy is clearly better than giving nothing: the best, ")
    assert "margin before the cost of offers" in found["sentence"]
    assert any("only value is shown" in one for one in found["notes"])


GIFT = """
[[campaigns]]
id = "gifts"
title = "Gifts"
budget = "100.00"
offers = [{ kind = "gift", id = "coupon", product = "mug", worth = "3.00" }]
"""


def test_propensities_that_are_not_those_of_the_log_are_found_out(tmp_path):
    orders = [(one, 0, 10.0, 0.0, 0.0, 0.0) for one in range(1, 401)] + [(1, 60, 10.0, 0.0, 0.0, 0.0)]
    shown = [(one, "coupon" if one % 2 else "none", 20, 0.8 if one % 2 else 0.2) for one in range(1, 401)]
    found = evaluate(write_log_shop(tmp_path, orders, shown, more=GIFT)).summary
    assert found["sentence"].startswith("Do not believe this: the logged propensities do not fit what was shown. ")
    assert found["notes"][0].startswith("The propensities do not fit what was shown: for 2 of 2 policies")
    assert any("Order lines do not show what “coupon” cost" in one for one in found["notes"])


# What a policy may be.


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    """A configuration and the log of two customers."""
    folder = tmp_path_factory.mktemp("policies")
    orders = [(one, day, 10.0, 0.0, 0.0, 0.0) for one in (1, 2) for day in (0, 60)]
    path = write_log_shop(folder, orders, [(1, "coupon", 20, 0.5), (2, "", 20, 0.5), (2, "coupon", 40, 0.5)])
    config = load_config(path)
    return folder, config, read_log(config, DuckDBEngine(), 7)


def named(decisions):
    """How many customers of the log each policy names."""
    return LogFacts.of(decisions.rows, {}, decisions.policies, 7).named


def test_who_is_not_named_gets_nothing_and_ids_of_others_are_left_aside(log, tmp_path):
    _, config, shop = log
    (tmp_path / "mine.csv").write_text("customer_id;offer_id;probability\n2;coupon;0,25\n2;none;0,75\n99;coupon;1\n")
    given = policy_of(tmp_path / "mine.csv", config, shop)
    decisions = decisions_of(shop, given)
    np.testing.assert_allclose(decisions.chosen(0, ("none", "coupon")), [[1, 0], [0.75, 0.25], [0.75, 0.25]])
    assert (given.name, named(decisions)) == ("mine", {0: 1})


def test_a_policy_without_probabilities_is_certain(log, tmp_path):
    _, config, shop = log
    for nothing in (None, "Control", "0 %"):
        pl.DataFrame({"customer_id": [1, 2], "offer_id": ["coupon", nothing]}).write_parquet(tmp_path / "sure.parquet")
        decisions = decisions_of(shop, policy_of(tmp_path / "sure.parquet", config, shop))
        np.testing.assert_array_equal(decisions.chosen(0, ("none", "coupon")), [[0, 1], [1, 0], [1, 0]])
        assert set(decisions.policies["offer_id"]) == {"coupon", "none"}


def test_under_pseudonyms_a_policy_may_name_raw_ids_or_pseudonyms(tmp_path):
    orders = [(one, day, 10.0, 0.0, 0.0, 0.0) for one in (1, 2, 3) for day in (0, 60)]
    shown = [(one, "coupon", 20, 0.5) for one in (1, 2, 3)]
    (tmp_path / "key").write_text("a key of sixteen bytes or more")
    path = write_log_shop(tmp_path, orders, shown, more='[privacy]\npseudonymise = true\nkey_file = "key"')
    config = load_config(path)
    shop = read_log(config, DuckDBEngine(), 7)
    hidden = pseudonyms(["1", "2", "3"], config.privacy)
    pl.DataFrame({"customer_id": ["1", hidden["2"]], "offer_id": "coupon"}).write_csv(tmp_path / "policy.csv")
    decisions = decisions_of(shop, policy_of(tmp_path / "policy.csv", config, shop))
    in_log = decisions.policies.join(decisions.rows, on="customer_id", how="semi")
    assert set(in_log["customer_id"]) == {hidden["1"], hidden["2"]}
    assert named(decisions) == {0: 2}
    pl.DataFrame({"customer_id": ["1", hidden["1"]], "offer_id": "coupon"}).write_csv(tmp_path / "twice.csv")
    with pytest.raises(InputError, match=f"customer {hidden['1']} in '.*twice.csv' sum to 2; "):
        policy_of(tmp_path / "twice.csv", config, shop)


@pytest.mark.parametrize("privacy", ["", 'pseudonymise = true\nkey_file = "key"'])
def test_a_policy_may_name_customers_in_any_case_where_the_shop_ignores_it(tmp_path, privacy):
    names = ("ann@x.de", "Bob@x.de", "cleo@x.de")
    orders = [(one, day, 10.0, 0.0, 0.0, 0.0) for one in names for day in (0, 60)]
    (tmp_path / "key").write_text("a key of sixteen bytes or more")
    shown, more = [(one, "coupon", 20, 0.5) for one in names], f"[privacy]\nignore_case = true\n{privacy}"
    config = load_config(write_log_shop(tmp_path, orders, shown, more=more))
    shop = read_log(config, DuckDBEngine(), 7)
    pl.DataFrame({"customer_id": ["Ann@X.de", "BOB@x.de", "Zoe@x.de"], "offer_id": "coupon"}).write_csv(
        tmp_path / "policy.csv"
    )
    assert named(decisions_of(shop, policy_of(tmp_path / "policy.csv", config, shop))) == {0: 2}
    pl.DataFrame({"customer_id": ["Ann@X.de", "ann@x.de"], "offer_id": "coupon"}).write_csv(tmp_path / "twice.csv")
    with pytest.raises(InputError, match="sum to 2; "):
        policy_of(tmp_path / "twice.csv", config, shop)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("customer_id,offer_id,probability\n1,coupon,0.5\n", "customer 1 in .* sum to 0.5; "),
        ("customer_id,offer_id\n1,coupon\n1,none\n", "customer 1 in .* sum to 2; "),
        ("customer_id,offer_id,probability\n1,coupon,1.5\n1,none,-0.5\n", "with the probability 1.5; "),
        (
            "customer_id,offer_id,probability\n1,coupon,often\n",
            "with a probability that is no number; write one from 0 to 1",
        ),
        ("customer,offer_id\n1,coupon\n", "no column 'customer_id', did you mean 'customer'?"),
        ("customer_id,offer_id\n77,coupon\n", "no customer of the policy file .* is in the log"),
    ],
)
def test_a_policy_file_that_cannot_be_is_refused(log, tmp_path, text, says):
    _, config, shop = log
    (tmp_path / "policy.csv").write_text(text)
    with pytest.raises(InputError, match=says.replace("?", "\\?")):
        valued_log(shop, [policy_of(tmp_path / "policy.csv", config, shop)])


def test_a_folder_that_is_no_run_is_refused(log, tmp_path):
    with pytest.raises(InputError, match="cannot be read as a run"):
        plan_of(tmp_path, log[2])
    with pytest.raises(InputError, match="no customer of the run"):
        valued_log(log[2], [plan_of(make_run(tmp_path / "other", [(77, "coupon")]), log[2])])


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (("--window", "0"), "--window must be 1 day or more"),
        (("--policy", "nowhere.csv"), "there is no policy file 'nowhere.csv'"),
        (("--run", "nowhere"), "'nowhere' is no run"),
    ],
)
def test_bad_input_is_one_sentence_and_exit_code_2(log, more, says):
    code, printed, said = offerloop("evaluate", log[0], *more)
    assert (code, printed) == (2, "")
    assert says in said
    assert len(said.strip().splitlines()) == 1
    assert not (log[0] / "evaluations").exists()


# On a simulated shop the truth is known.


@pytest.fixture(scope="module")
def simulated(tmp_path_factory):
    """A lottery on a simulated shop: summary, offers, and true value and cost of each, minor units."""
    market = Market(load_preset("grocery"), customers=1200, products=200, seed=3, before=6)
    rng, truths = np.random.default_rng(3), []
    for _ in range(4):
        truth = true_effects(market, 3)
        truths.append((truth.value_minor.mean(axis=0), truth.cost_minor.mean(axis=0)))
        given = offers_at_random(market, rng)
        market.advance(given.offer, given.propensity)
    folder = tmp_path_factory.mktemp("simulated")
    value, cost = np.mean(truths, axis=0)
    menu = market.terms.menu
    return evaluate(write_shop(market, folder)).summary, [market.terms.ids[k] for k in menu], value[menu], cost[menu]


def test_intervals_of_every_offer_hold_its_true_effect(simulated):
    summary, names, value, cost = simulated
    found = {one["policy"]: one["against"]["nothing"] for one in summary["policies"] if one["kind"] == "everyone"}
    assert set(found) == set(names)
    for truth, outcome in ((value, "value_minor"), (cost, "cost_minor"), (value - cost, "profit_minor")):
        held = [found[name][outcome]["low"] <= one <= found[name][outcome]["high"]
                for name, one in zip(names, truth, strict=True)]  # fmt: skip
        assert np.mean(held) >= 0.8


def test_a_plain_lot_makes_all_propensities_known(simulated):
    summary, *_ = simulated
    assert any("the propensities of all offers are known" in one for one in summary["notes"])
    assert all(one["expected_size"] is not None for one in summary["policies"])
    assert "do not rely on it" in summary["sentence"]


def test_a_simulated_shop_whose_policy_left_nothing_to_chance_is_refused(tmp_path):
    size = ("--customers", "200", "--products", "150", "--periods", "1", "--before", "2", "--worlds", "1")
    code, _, said = offerloop("simulate", "--policy", "same", "--out", tmp_path / "shop", *size)
    assert (code, said) == (0, "")
    code, printed, said = offerloop("evaluate", tmp_path / "shop")
    assert (code, printed) == (2, "")
    assert "have no propensity" in said
