"""Is it better than what we do today? The plan's group against that of business as usual, where the truth is known."""

import json

import numpy as np
import polars as pl
import pytest
from readout_shop import HELD, make_orders, make_run

from offerloop.commands.readout.business_as_usual import usual_effects
from offerloop.commands.readout.effects import plan_effects
from offerloop.commands.readout.inputs import read_run
from offerloop.commands.readout.shards.groups import ReadoutSums, sums_by_group
from offerloop.commands.readout.shards.outcomes import ReadoutBasis
from offerloop.commands.readout.shards.panel import Comparisons
from offerloop.commands.readout.shards.survey import decided_tables, survey
from offerloop.commands.readout.task import read_out
from offerloop.config import load_config
from offerloop.engine import InMemoryEngine

USUAL = """
[business_as_usual]
share = 0.2
budget = "100000.00"
rules = [{ offer = "spend_and_save" }]
"""


def one_of(effects, comparison, method="adjusted"):
    (found,) = [
        one for one in effects if (one.comparison, one.outcome, one.method) == (comparison, "margin_minor", method)
    ]
    return found.estimate


def read(folder, effect, language="", **made):
    run = make_run(folder / "runs" / "one", more=USUAL + language, usual=0.2, **made)
    make_orders(folder / "orders.csv", run, effect, columns=lambda _: {})
    return run, read_out(run, folder / "orders.csv")


@pytest.mark.parametrize(
    "plan, today, said",
    [
        (1.6, 1.0, "Is it better than what we do today? Yes: the plan brought "),
        (0.6, 1.3, "Is it better than what we do today? No: against business as usual the plan changed profit by −"),
        (1.0, 1.0, "Is it better than what we do today? Not shown: against business as usual the plan changed profit"),
    ],
)
def test_the_first_line_answers_whether_it_is_better_than_today(tmp_path, plan, today, said):
    """Effects are factors on what customers spend; costs are the forecast's, the same for both offers."""
    _, done = read(tmp_path, {"plan": plan, "usual": today})
    assert done.stopped is None
    assert done.summary["sentence"].startswith(said), done.summary["sentence"]
    assert done.summary["better_than_usual"] in done.summary["sentence"]
    assert "The plan's offers" in done.summary["sentence"] or "No clear effect" in done.summary["sentence"]
    page = done.report.read_text(encoding="utf-8")
    title = page[page.index('<h1 id="finding-title">') :]
    assert title.startswith('<h1 id="finding-title">Is it better than what we do today?')
    assert "business as usual against the holdout" in page


def test_the_first_line_in_chinese(tmp_path):
    _, done = read(tmp_path, {"plan": 1.6, "usual": 1.0}, '[report]\nlanguage = "zh"\n')
    assert done.summary["sentence"].startswith("比现在的做法更好吗？是：")


def test_without_business_as_usual_the_first_line_stays_what_it_is(tmp_path):
    run = make_run(tmp_path / "runs" / "one")
    make_orders(tmp_path / "orders.csv", run)
    done = read_out(run, tmp_path / "orders.csv")
    assert done.summary["better_than_usual"] is None
    assert "today" not in done.summary["sentence"]


@pytest.mark.parametrize(
    ("shares", "cost"),
    [({"spend_and_save": 1.0}, None), ({"spend_and_save": 1.0, "coupon": 1.0}, 0), ({"flash_sale": 1.0}, 1000)],
)
def test_other_coupons_are_no_gain_of_business_as_usual(tmp_path, shares, cost):
    """Everybody redeems a coupon of the shop's newsletter, offers do nothing, and suppliers pay some or all of them.

    Nobody gets the offer `flash_sale`, so that it does not matter who would pay it.
    """
    run = make_run(tmp_path / "runs" / "one", more='coupon = "coupon"\n' + USUAL, usual=0.2)
    make_orders(tmp_path / "orders.csv", run, columns=lambda _: {"coupon": 10.0})
    offers = pl.read_parquet(run / "offers.parquet")
    funded = pl.col("offer_id").replace_strict(shares, default=0.0, return_dtype=pl.Float64)
    offers.with_columns(funded_share=funded).write_parquet(run / "offers.parquet")
    done = read_out(run, tmp_path / "orders.csv")
    found = {one["comparison"]: one for one in done.summary["effects"] if one["outcome"] == "profit"}
    assert "plan" in found
    if cost is not None:
        assert {"against_usual", "usual", "programme", "explore"} < set(found)
        outcomes = pl.read_parquet(done.folder / "outcomes.parquet")
        assert set(outcomes["cost_minor"]) | {0} == {0, cost}
    else:
        assert set(found) == {"plan"}
        assert "cannot be said: suppliers pay different parts" in done.summary["better_than_usual"]
        assert any("shown of the plan's offers alone: suppliers" in one for one in done.summary["warnings"])


@pytest.mark.parametrize(("kind", "is_clear"), [("benefit", True), ("coupon", False)])
def test_coupons_are_none_of_a_campaign_in_seats_whose_offers_order_lines_never_show(tmp_path, kind, is_clear):
    """Those with business as usual redeem a coupon, the plan gives seats, and nobody buys more for either."""
    run = make_run(tmp_path / "runs" / "one", more='coupon = "coupon"\n' + USUAL, usual=0.2)
    arms = dict(pl.read_parquet(run / "assignments.parquet").select("customer_id", "arm").iter_rows())
    coupons = lambda one: {"coupon": 5.0 if arms.get(one) == "usual" else 0.0}  # noqa: E731
    make_orders(tmp_path / "orders.csv", run, columns=coupons)
    offers, is_seat = pl.read_parquet(run / "offers.parquet"), pl.col("offer_id") == "coupon"
    offers.with_columns(
        kind=pl.when(is_seat).then(pl.lit(kind)).otherwise("kind"),
        cost_weight=pl.when(is_seat).then(0.0).otherwise(1.0),
    ).write_parquet(run / "offers.parquet")
    summary = read_out(run, tmp_path / "orders.csv").summary
    answer, found = summary["better_than_usual"], {one["comparison"]: one for one in summary["effects"]
                                                   if one["outcome"] == "cost"}  # fmt: skip
    if is_clear:
        assert "Yes: the plan brought " in answer
        assert float(found["usual"]["per_customer"]["value"]) == pytest.approx(3.2, abs=0.4)
        assert float(found["plan"]["per_customer"]["value"]) == 0
    else:
        assert "cannot be said: coupons cost money in some campaigns and not in others" in answer


def test_what_the_lot_shows_is_still_read_beside_business_as_usual(tmp_path):
    _, done = read(tmp_path, {"plan": 1.2, "usual": 1.0, "explore": 1.2}, explore=0.3)
    assert [one for one in done.summary["effects"] if one["comparison"] == "explore"], done.summary["too_few"]


def test_the_lot_is_read_where_only_some_can_draw_an_offer(tmp_path):
    effect, able = {"plan": 1.2, "explore": 2.0, "usual": 1.0}, lambda one: ("coupon",) if one % 2 else ()
    _, done = read(tmp_path, effect, explore=0.5, kinds=able, only_able=True)
    assert done.stopped is None
    (drawn,) = [one for one in done.summary["effects"]
              if (one["comparison"], one["outcome"], one["group"]) == ("explore", "revenue", "all")]  # fmt: skip
    assert float(drawn["per_customer"]["low"]) > 0


def test_a_customer_of_the_other_group_stops_the_reading(tmp_path):
    run = make_run(tmp_path / "runs" / "one", more=USUAL, usual=0.2)
    make_orders(tmp_path / "orders.csv", run)
    table = pl.read_parquet(run / "assignments.parquet")
    moved = table.filter(arm="usual")["customer_id"][0]
    arm = pl.when(pl.col("customer_id") == moved).then(pl.lit("plan")).otherwise("arm").alias("arm")
    table.with_columns(arm).write_parquet(run / "assignments.parquet")
    assert "1 of 3,000 customers is not in the group that the hash" in read_out(run, tmp_path / "orders.csv").stopped


def test_lost_customers_of_the_group_stop_the_reading(tmp_path):
    run = make_run(tmp_path / "runs" / "one", more=USUAL, usual=0.2)
    make_orders(tmp_path / "orders.csv", run)
    table = pl.read_parquet(run / "assignments.parquet")
    lost = table.filter(arm="usual")["customer_id"].head(200)
    table.filter(~pl.col("customer_id").is_in(lost.implode())).write_parquet(run / "assignments.parquet")
    assert "business as usual among all customers: " in read_out(run, tmp_path / "orders.csv").stopped


def test_a_plan_that_gives_nobody_an_offer_is_compared_with_today(tmp_path):
    """Nothing may be better than what the shop does today, and the plan's offers have no effect to show."""
    run = make_run(tmp_path / "runs" / "one", more=USUAL, usual=0.2)
    make_orders(tmp_path / "orders.csv", run, {"plan": 1.0, "usual": 0.5})
    table, none = pl.read_parquet(run / "assignments.parquet"), pl.lit("none")
    offer = pl.when(pl.col("arm") == "usual").then("offer_id").otherwise(none).alias("offer_id")
    table.with_columns(offer, planned_offer_id=none).write_parquet(run / "assignments.parquet")
    done = read_out(run, tmp_path / "orders.csv")
    assert done.summary["sentence"].startswith("Is it better than what we do today? Yes: the plan brought ")
    assert "the plan has no offer for anybody" in done.stopped
    assert "plan for more customers" not in done.stopped
    assert {one["comparison"] for one in done.summary["effects"]} == {"against_usual", "usual"}
    assert not (done.folder / "outcomes.parquet").exists()
    assert "business as usual against the holdout" in done.report.read_text(encoding="utf-8")


def test_a_group_too_small_is_said(tmp_path):
    section = USUAL.replace("share = 0.2", "share = 0.01")
    run = make_run(tmp_path / "runs" / "one", more=section, usual=0.01)
    make_orders(tmp_path / "orders.csv", run)
    done = read_out(run, tmp_path / "orders.csv")
    assert "It cannot be said yet" in done.summary["sentence"]
    assert any(one.startswith("plan and business as usual: ") for one in done.summary["too_few"])


@pytest.fixture(scope="module")
def some_explore(tmp_path_factory):
    """The comparisons and the assignments of a run in which every other customer can draw an offer, and half of them
    do.
    """
    run = make_run(tmp_path_factory.mktemp("run") / "one", more=USUAL, usual=0.2, explore=0.5,
                   kinds=lambda one: ("coupon",) if one % 2 else (), only_able=True)  # fmt: skip
    past = read_run(run)
    draw = survey(past, decided_tables(past, InMemoryEngine())).draw(past)
    assert draw.shares.explore == pytest.approx(0.5, abs=0.001)
    return Comparisons(draw, ReadoutBasis(*[False] * 5), ranked=0), pl.read_parquet(run / "assignments.parquet")


def with_margins(table, x, margins):
    return table.with_columns(
        x=x, margin_minor=margins, profit_minor=x, bought=pl.lit(value=True), redeemed=pl.lit(value=True)
    )


def sums_of(comparison, rows):
    return ReadoutSums(dict(sums_by_group(comparison, rows, ["margin_minor"])))


def test_both_groups_stand_for_everybody_although_only_some_can_explore(some_explore):
    """Those who can draw an offer gain 100 by the plan, others nothing; half of the former explore. The mean over
    customers is 50, and the intervals hold it as often as they say.
    """
    (compared, table), rng, n = some_explore, np.random.default_rng(0), 400
    able = (table["customer_id"] % 2).to_numpy()
    plan, hits, found = (table["arm"] == "plan").to_numpy(), 0, []
    for _ in range(n):
        x = rng.normal(1000, 200, table.height)
        rows = with_margins(table, x, x + rng.normal(0, 100, table.height) + 100.0 * plan * able)
        sums = sums_of("against_usual", compared.against_usual(rows))
        estimate = one_of(usual_effects(sums, ["margin_minor"])[0], "against_usual")
        found.append(estimate.value)
        hits += estimate.low < 50 < estimate.high
    assert abs(np.mean(found) - 50) < 4 * np.std(found) / np.sqrt(n)
    assert hits > 0.92 * n


def test_the_control_group_of_the_plan_is_like_the_treated_although_only_some_can_explore(some_explore):
    """Offers do nothing, and who can draw one leaves 1,000 more."""
    compared, table = some_explore
    able = (table["customer_id"] % 2).to_numpy().astype(float)
    rows = with_margins(table, np.zeros(table.height), 1000 * able)
    effects, _ = plan_effects(sums_of("plan", compared.planned(rows)), ["margin_minor"])
    for method in ("adjusted", "unadjusted"):
        assert not one_of(effects, "plan", method).is_clear, one_of(effects, "plan", method)


@pytest.mark.parametrize(("more", "agrees"), [(0.0, True), (0.03, True), (0.3, False)])
def test_shares_of_explorers_may_differ_by_as_much_as_those_of_shards_do(some_explore, more, agrees):
    """Every third customer is of a shard with so many more explorers."""
    compared, table = some_explore
    follows, apart = 1 - HELD - 0.2, more * compared.draw.shares.explore
    other = follows * apart * (0.5 - (pl.col("planned_offer_id") == "none").cast(pl.Float64))
    in_other = (pl.col("customer_id") % 3 == 0) & (pl.col("explore_kinds") != "")
    rows = table.with_columns(propensity=pl.col("propensity") + pl.when(in_other).then(other).otherwise(0.0))
    assert compared.agrees(rows) == agrees


def test_a_manifest_names_the_share(tmp_path):
    path = tmp_path / "offerloop.toml"
    run = make_run(tmp_path / "runs" / "one", more=USUAL, usual=0.2)
    path.write_text(json.loads((run / "manifest.json").read_text())["config"]["text"], encoding="utf-8")
    assert load_config(path).business_as_usual.share == read_run(run).usual_share == 0.2
