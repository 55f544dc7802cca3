"""`offerloop readout` on run folders made by hand, with orders whose true effect is known."""

import dataclasses
import json
import re
from datetime import date

import numpy as np
import polars as pl
import pytest
from readout_shop import AS_OF, COST, HELD, N, make_orders, make_run, total

from offerloop.commands.readout.effects import bought_anyway, summed_forecast
from offerloop.commands.readout.findings import FIFTHS, FORECAST_COST, AgainstForecast, ReadoutEffect, ReadoutFindings
from offerloop.commands.readout.page import _forecast
from offerloop.commands.readout.sections import forecast_figure
from offerloop.commands.readout.sentences import forecast_sentence, place_sentence, sentence, share_words
from offerloop.commands.readout.shards.groups import GroupKey, GroupSums, ReadoutSums
from offerloop.commands.readout.shards.margins import in_minor
from offerloop.commands.readout.task import read_out
from offerloop.config import Shop
from offerloop.evaluation.estimate import Estimate
from offerloop.report import Localizer
from offerloop.tables import FURTHER_PLANNED, OUTCOMES, READOUT_EFFECTS


@pytest.fixture(scope="module")
def works(tmp_path_factory):
    """Ten per cent more from everybody treated: (read-out, true effect on margin)."""
    folder = tmp_path_factory.mktemp("works")
    run = make_run(folder / "runs" / "one")
    truth = make_orders(folder / "orders.csv", run, lambda _: 1.1)
    earlier = run / "readout-2024-03-04-2024-03-10"
    earlier.mkdir()
    (earlier / "stale").touch()
    return read_out(run, folder / "orders.csv"), truth


# (a) and (b): the truth is found.


def test_an_effect_is_recovered(works):
    done, truth = works
    value, low, high = total(done.summary, "margin")
    assert low < truth < high
    assert low > 0
    treated = done.summary["effects"][0]["treated"]
    assert total(done.summary, "profit")[0] == pytest.approx(value - COST * treated, abs=2)


def test_the_cost_of_further_offers_counts(tmp_path):
    run = make_run(tmp_path / "runs" / "one")
    make_orders(tmp_path / "orders.csv", run, lambda _: 1.1)
    table = pl.read_parquet(run / "assignments.parquet")
    further = table.filter(
        (pl.col("arm") == "plan") & (pl.col("offer_id") != "none") & (pl.col("customer_id") % 2 == 0)
    )
    further.with_columns(offer_id=pl.lit("flash_sale")).write_parquet(run / "further_offers.parquet")
    done = read_out(run, tmp_path / "orders.csv")
    treated = done.summary["effects"][0]["treated"]
    value, profit = total(done.summary, "margin")[0], total(done.summary, "profit")[0]
    assert profit == pytest.approx(value - COST * (treated + further.height), abs=0.05 * COST * further.height)


def test_the_adjusted_interval_is_much_narrower_than_the_unadjusted(works):
    widths = [np.ptp(total(works[0].summary, "margin", method=one)[1:]) for one in ("adjusted", "unadjusted")]
    assert widths[0] < 0.8 * widths[1]


def test_the_sentence_carries_finding_interval_groups_and_the_cost_not_seen(works):
    assert re.fullmatch(
        r"The plan's offers raised profit by \$[\d,]+ \[[\d,]+, [\d,]+\] from 4 March 2024 to 10 March 2024 "
        r"\([\d,]+ customers with an offer against \d+ held back; cost as forecast, not observed\)\.",
        works[0].summary["sentence"],
    )


def test_without_an_effect_the_interval_holds_zero_and_the_power_is_said(tmp_path):
    run = make_run(tmp_path / "run")
    make_orders(tmp_path / "orders.csv", run)
    done = read_out(run, tmp_path / "orders.csv")
    _, low, high = total(done.summary, "margin")
    assert low < 0 < high
    assert "would have shown a profit effect of $" in done.summary["power"]
    assert done.summary["sleeping_dogs"] == []


@pytest.mark.parametrize(
    ("profit", "says"),
    [
        (Estimate(3.0, 1.0, 5.0), "The plan's offers raised profit by $6 [2, 10] from"),
        (Estimate(-3.0, -5.0, -1.0), "The plan's offers lowered profit by $6 [2, 10] from"),
        (Estimate(3.0, -1.0, 7.0), "No clear effect: the plan's offers changed profit by $6 [−2, 14] from"),
        (Estimate(-3.0, -7.0, 1.0), "No clear effect: the plan's offers changed profit by −$6 [−14, 2] from"),
    ],
)
def test_the_sentence_claims_no_more_than_the_interval(profit, says):
    one = ReadoutEffect("plan", "profit_minor", "all", "adjusted", profit.times(100), 0.5, 2, 2, 0.0)
    found = ReadoutFindings(Shop(name="x"), "run", 0, 6, "", (), None, FORECAST_COST, "", effects=(one,))
    assert sentence(found).startswith(says)


def test_what_is_written_keeps_its_contracts_and_an_earlier_read_out_gives_way(works):
    done, _ = works
    assert done.folder.name == "readout-2024-03-04-2024-03-10"
    assert {one.name for one in done.folder.iterdir()} == {
        "effects.parquet", "outcomes.parquet", "readout.json", "report.html"
    }  # fmt: skip
    outcomes = OUTCOMES.check(pl.read_parquet(done.folder / "outcomes.parquet"))
    assert outcomes.height == N
    assert outcomes["cost_minor"].null_count() == N
    effects = READOUT_EFFECTS.check(pl.read_parquet(done.folder / "effects.parquet"))
    profits = effects.filter(pl.col("outcome") == "profit_minor")
    assert profits["unit"].str.contains("cost as forecast, not observed").all()
    assert [one.name for one in done.folder.parent.iterdir() if one.name.startswith(".")] == []


def test_outcomes_are_exact(works):
    done, _ = works
    orders = pl.read_csv(done.folder.parents[2] / "orders.csv", try_parse_dates=True)
    mine = orders.filter(pl.col("customer") == 1232)
    row = pl.read_parquet(done.folder / "outcomes.parquet").row(1231, named=True)
    since = mine.filter(pl.col("day") >= AS_OF)
    assert since["day"].to_list() == [AS_OF]
    assert mine.height == 2
    revenue = round(100 * since["paid"].sum())
    assert (row["revenue_minor"], row["n_orders"], row["units"]) == (revenue, since.height, 2 * since.height)
    assert row["bought"] is (since.height > 0)
    assert row["margin_minor"] == (revenue * 3 * 2 + 10) // 20
    assert row["before_revenue_minor"] == round(100 * mine.filter(pl.col("day") < AS_OF)["paid"].sum())


def test_margins_are_rounded_half_away_from_zero():
    table = pl.DataFrame({"micro": [-1_500_000, 1_500_000, 4_500_000, 1_200_000, 0]})
    assert table.select(in_minor(pl.col("micro"))).to_series().to_list() == [-2, 2, 5, 1, 0]


# The forecast.


@pytest.mark.parametrize(
    ("forecast", "place", "overlaps"),
    [
        (Estimate(0.0, -100.0, 100.0), "inside", True),
        (Estimate(10.0, 5.0, 15.0), "above", False),
        (Estimate(50.0, 30.0, 55.0), "above", True),
        (Estimate(90.0, 80.0, 99.0), "below", False),
    ],
)
def test_realised_is_placed_beside_the_forecast(forecast, place, overlaps):
    realised = Estimate(60.0, 40.0, 79.0)
    found = AgainstForecast(forecast, realised, realised, 7, 7, 7)
    assert (found.place, found.overlaps) == (place, overlaps)


def test_a_wide_interval_around_the_forecast_does_not_contradict_it():
    realised = Estimate(24_900.0, -220_000.0, 260_000.0)
    both = AgainstForecast(Estimate(14_100.0, 7_300.0, 21_900.0), realised, realised, 7, 7, 7)
    assert both.place == "above"
    assert "does not contradict it" in place_sentence(both, Localizer("en", "USD"))


def test_only_an_unadjusted_effect_has_a_share_of_the_control(works):
    shares = {(one["method"], one["relative"] is None) for one in works[0].summary["effects"] if one["group"] == "all"}
    assert ("adjusted", True) in shares
    assert ("unadjusted", False) in shares
    assert ("adjusted", False) not in shares


def test_of_a_longer_read_out_only_the_days_that_the_forecast_is_for_count(works):
    both = AgainstForecast(
        Estimate(50.0, 30.0, 55.0), Estimate(60.0, 40.0, 79.0), Estimate(60.0, 40.0, 79.0), 14, 28, 14
    )
    findings = dataclasses.replace(works[0].findings, against_forecast=both)
    said = forecast_sentence(findings, Localizer("en", "USD"))
    assert "of the first 14 days" in said
    assert "The forecast is for 2 weeks, so only that part of the 28 days counts here." in said


@pytest.mark.parametrize("forecast", [Estimate(300.0, 200.0, 400.0), Estimate(300.0, 300.0, 300.0)])
def test_a_forecast_of_which_only_some_days_were_read_is_not_judged(works, forecast):
    realised, _ = Estimate(100.0, 90.0, 110.0), Localizer("en", "USD")
    both = AgainstForecast(forecast.times(100), realised.times(100), realised.times(100), 3, 3, 7)
    findings = dataclasses.replace(works[0].findings, against_forecast=both)
    assert (both.place, place_sentence(both, _)) == ("early", "Only a part of the forecast's days has been read")
    said = forecast_sentence(findings, _)
    assert said.startswith(
        "Realised profit (cost as forecast, not observed) of 3 days is $100 [90, 110]; the forecast is $300"
    )
    assert said.endswith("The forecast is for one week; only 3 days of it have been read.")
    assert "forecast of 7 days and realised of 3 days" in forecast_figure(findings, _).measure


@pytest.mark.parametrize("basis", ["assumed", "partly assumed"])
@pytest.mark.parametrize(("assumed", "includes"), [(60.0, "includes"), (90.0, "does not include")])
def test_an_assumed_profit_has_no_interval(works, assumed, includes, basis):
    realised = Estimate(5_000.0, 4_000.0, 7_900.0)
    both = AgainstForecast(
        Estimate(*(3 * [100 * assumed])), realised, realised, 7, 7, 7, is_partly_assumed=basis != "assumed"
    )
    findings, _ = dataclasses.replace(works[0].findings, against_forecast=both), Localizer("en", "USD")
    stated = f"this interval {includes} the forecast of ${assumed:.0f}, which is {basis}."
    assert f"of 7 days is $50 [40, 79]; {stated}" in forecast_sentence(findings, _)
    assert place_sentence(both, _).endswith(f"{includes} the forecast")
    assert f"no interval: {basis}" == _forecast(findings, _).note


@pytest.mark.parametrize(("n_assumed", "is_partly"), [(0, False), (1, True), (2, False)])
def test_a_forecast_is_partly_assumed_where_some_campaigns_are(n_assumed, is_partly):
    low = [None if place < n_assumed else 1_000 for place in range(2)]
    rows = pl.DataFrame({"profit_minor": [2_000, 2_000], "profit_low_minor": pl.Series(low, dtype=pl.Int64)})
    forecast, found = summed_forecast(rows.with_columns(profit_high_minor=pl.col("profit_low_minor") + 2_000))
    assert (forecast.value, forecast.has_interval, found) == (4_000, n_assumed == 0, is_partly)


def test_the_forecast_of_the_plan_as_it_went_out_stands_beside_what_came(works):
    found = works[0].summary["forecast"]
    assert {end: float(one) for end, one in found["forecast"].items()} == {"value": 90.0, "low": 40.0, "high": 140.0}
    assert 100 * float(found["realised"]["value"]) == pytest.approx(total(works[0].summary, "profit")[0], abs=1)
    assert "$90 [40, 140]" in found["sentence"]


def test_a_longer_period_compares_only_its_first_week_with_the_forecast(tmp_path):
    run = make_run(tmp_path / "run")
    make_orders(tmp_path / "orders.csv", run, lambda _: 1.1, days=35, before=False)
    done = read_out(run, tmp_path / "orders.csv")
    assert done.summary["period"]["until"] == "2024-03-31"
    assert "reach to 2024-04-07" in done.summary["period"]["note"]
    assert done.summary["adjusted_by"] == "spend of the quarter before the plan, from the profiles"
    week, whole = 100 * float(done.summary["forecast"]["realised"]["value"]), total(done.summary, "profit")[0]
    assert whole / 6 < week < whole / 2.5
    assert (
        "The forecast is for one week, so only that part of the 28 days counts" in done.summary["forecast"]["sentence"]
    )


def make_loop_period(folder):
    """A run of a loop's week, whose plan was held back from a tenth of its customers and is for all of the holdout."""
    run = make_run(folder)
    written = json.loads((run / "manifest.json").read_text())
    (run / "manifest.json").write_text(json.dumps({**written, "shares": {"holdout": 0.2, "holdback": 0.1}}))
    table = pl.read_parquet(run / "assignments.parquet")
    offered = (pl.col("arm") == "plan") & (pl.col("offer_id") != "none")
    is_held_back = offered & (offered.cum_sum() % 10 == 1)
    without_offer = {"arm": pl.lit("holdback"), "offer_id": pl.lit("none"), "cost_expected_micro": pl.lit(0)}
    changed = table.with_columns(
        pl.when(is_held_back).then(value).otherwise(pl.col(name)).cast(table.schema[name]).alias(name)
        for name, value in without_offer.items()
    ).with_columns(
        pl.when(pl.col("arm") == "holdout").then(pl.lit(value)).otherwise(name).alias(name)
        for name, value in (("planned_offer_id", "coupon"), ("planned_campaign_id", "spring"))
    )
    changed.write_parquet(run / "assignments.parquet")
    return run, changed


def test_a_period_of_a_loop_is_read_out_until_its_end_against_those_held_back_in_it(tmp_path):
    run, table = make_loop_period(tmp_path / "run")
    truth = make_orders(tmp_path / "orders.csv", run, lambda _: 1.1, days=35)
    done = read_out(run, tmp_path / "orders.csv")
    assert done.summary["period"]["until"] == "2024-03-10"
    assert "after which it gave other offers" in done.summary["period"]["note"]
    assert done.stopped is None
    assert done.summary["control"] == "holdback"
    assert "customers are the same in every run" not in done.report.read_text()
    assert done.summary["effects"][0]["control"] == (table["arm"] == "holdback").sum()
    _, low, high = total(done.summary, "margin")
    assert low < truth / 5 < high


def test_explorers_of_a_loop_are_compared_with_explorers_who_drew_nothing(tmp_path):
    run, table = make_loop_period(tmp_path / "run")
    free = table.filter(pl.col("arm") != "holdout")
    follows = (1 - HELD) * (1 - (free["arm"] == "explore").mean())
    drew_nothing = (
        (pl.col("arm") == "explore") & (pl.col("offer_id") == "none") & (pl.col("planned_offer_id") != "none")
    )
    held_back = pl.when(drew_nothing).then(0.1 * follows).otherwise(0.0)
    table = table.with_columns(propensity=pl.col("propensity") + held_back)
    table.write_parquet(run / "assignments.parquet")
    make_orders(tmp_path / "orders.csv", run, lambda _: 1.1)
    done = read_out(run, tmp_path / "orders.csv")
    explored = [one for one in done.summary["effects"] if one["comparison"] == "explore"]
    explorers = table.filter(pl.col("arm") == "explore", pl.col("explore_kinds") != "")
    assert {one["control"] for one in explored} == {explorers.filter(pl.col("offer_id") == "none").height}
    assert {one["treated"] for one in explored} == {explorers.filter(pl.col("offer_id") != "none").height}


def test_a_loop_can_be_read_out_beyond_its_period(tmp_path):
    run, _ = make_loop_period(tmp_path / "run")
    make_orders(tmp_path / "orders.csv", run, days=35)
    until_given = read_out(run, tmp_path / "orders.csv", until_day=date(2024, 3, 24))
    later = read_out(run, tmp_path / "orders.csv", from_day=date(2024, 3, 11))
    assert until_given.summary["period"]["until"] == "2024-03-24"
    assert later.summary["period"]["until"] == "2024-04-07"
    for done in (until_given, later):
        assert any("period ended on 2024-03-10, and other offers followed" in one for one in done.summary["warnings"])


def test_days_after_the_last_order_were_not_read_and_a_forecast_assumed_in_part_has_no_interval(tmp_path):
    run = make_run(tmp_path / "run")
    forecast = pl.read_parquet(run / "comparison.parquet")
    empty = dict.fromkeys(("profit_low_minor", "profit_high_minor"), pl.lit(None))
    assumed = forecast.with_columns(campaign_id=pl.lit("other"), profit_minor=pl.lit(1e5), **empty)
    summary = json.loads((run / "summary.json").read_text())
    sent = [*summary["campaigns"], {**summary["campaigns"][0], "id": "other"}]
    (run / "summary.json").write_text(json.dumps({**summary, "campaigns": sent}))
    pl.concat([forecast, assumed.cast(forecast.schema)]).write_parquet(run / "comparison.parquet")
    make_orders(tmp_path / "orders.csv", run, lambda _: 1.1)
    orders = pl.read_csv(tmp_path / "orders.csv")
    orders.filter(pl.col("day") <= "2024-03-06").write_csv(tmp_path / "orders.csv")
    asked, unasked = (read_out(run, tmp_path / "orders.csv", until_day=day) for day in (date(2024, 3, 10), None))
    assert asked.summary["period"]["until"] == unasked.summary["period"]["until"] == "2024-03-06"
    assert asked.summary["forecast"]["place"] == "early"
    assert "before the period ends" in asked.summary["period"]["note"]
    orders.filter(pl.col("day") <= "2024-03-09").write_csv(tmp_path / "orders.csv")
    closed = read_out(run, tmp_path / "orders.csv", until_day=date(2024, 3, 10))  # on the last day
    assert closed.summary["period"]["until"] == "2024-03-10"
    assert asked.summary["forecast"]["forecast"] == {"value": "1090.00", "low": None, "high": None}


def test_later_days_than_those_of_the_forecast_are_not_compared_with_it(tmp_path):
    run = make_run(tmp_path / "run")
    make_orders(tmp_path / "orders.csv", run, lambda _: 1.1, days=35)
    later = read_out(run, tmp_path / "orders.csv", from_day=date(2024, 3, 11))
    assert later.findings.against_forecast is None
    assert any("The forecast is for the days from 2024-03-04 on" in one for one in later.summary["warnings"])
    page = later.report.read_text().replace("\u00a0", " ")
    assert "it begins before this period, so it is not compared" in page
    assert "holds no forecast" not in page
    assert read_out(run, tmp_path / "orders.csv").findings.against_forecast is not None


# (d) Segments.


def test_a_group_made_worse_is_named_a_sleeping_dog(tmp_path):
    run = make_run(tmp_path / "run")
    make_orders(tmp_path / "orders.csv", run, lambda one: 0.6 if one % 4 == 0 else 1.1)
    done = read_out(run, tmp_path / "orders.csv")
    assert done.summary["sleeping_dogs"] == ["lapsing"]
    segments = {one["group"] for one in done.summary["effects"] if one["comparison"] in ("tag", "fifth")}
    assert segments == {"early", "lapsing", *FIFTHS}
    assert "made worse by the offers: lapsing" in done.report.read_text()


# Cost, redemption and offers at random.

COUPONS = 'coupon = "coupon"\nreimbursed = "back"'


def test_cost_in_the_order_lines_is_ours_only_and_no_longer_a_forecast(tmp_path):
    """One of the offers is a gift, whose cost they do not show."""
    run = make_run(tmp_path / "run", more=COUPONS)
    offers, is_gift = pl.read_parquet(run / "offers.parquet"), pl.col("offer_id") == "flash_sale"
    offers.with_columns(kind=pl.when(is_gift).then(pl.lit("gift")).otherwise("kind")).write_parquet(
        run / "offers.parquet"
    )
    given = lambda one: {"coupon": 1.0 if one else 0.0, "back": 0.25 if one else 0.0}  # noqa: E731
    make_orders(tmp_path / "orders.csv", run, lambda _: 1.1, columns=given)
    done = read_out(run, tmp_path / "orders.csv")
    outcomes = pl.read_parquet(done.folder / "outcomes.parquet")
    treated = outcomes.filter((pl.col("arm") == "plan") & (pl.col("planned_offer_id") != "none"))
    assert treated["cost_minor"].sum() == 75 * treated["n_orders"].sum()
    assert total(done.summary, "cost", method="unadjusted")[0] == 75 * treated["n_orders"].sum()
    assert done.summary["cost_basis"] == "observed in the order lines"
    assert any("do not show what flash_sale cost" in one for one in done.summary["warnings"])
    assert "as forecast" not in done.report.read_text()
    # all treated buyers redeem: the share that would have bought anyway is 1 - buyers gained / redeemers
    gained, anyway = total(done.summary, "bought"), done.summary["bought_anyway"]
    assert anyway["redeemed"] == treated["bought"].sum()
    assert anyway["low"] == pytest.approx(max(0.0, 1 - gained[2] / anyway["redeemed"]), abs=1e-5)
    assert anyway["high"] == pytest.approx(min(1.0, 1 - gained[1] / anyway["redeemed"]), abs=1e-5)


def test_coupons_cost_both_sides_alike_where_the_budget_is_no_money(tmp_path):
    """Those held back would pay for coupons of any other kind, and those with an offer would not."""
    run = make_run(tmp_path / "run", more=COUPONS)
    offers = pl.read_parquet(run / "offers.parquet")
    offers.with_columns(cost_weight=pl.lit(0.0)).write_parquet(run / "offers.parquet")
    make_orders(tmp_path / "orders.csv", run, columns=lambda _: {"coupon": 2.0, "back": 0.0})
    summary = read_out(run, tmp_path / "orders.csv").summary
    for comparison, method in (("plan", "unadjusted"), ("programme", "unadjusted"), ("explore", "weighted")):
        of = [total(summary, one, comparison=comparison, method=method) for one in ("profit", "margin")]
        assert of[0] == pytest.approx(of[1])


def test_the_share_of_coupons_that_is_ours_is_the_same_for_those_held_back_from_several_offers(tmp_path):
    run = make_run(tmp_path / "run", more=COUPONS.replace('reimbursed = "back"', ""))
    offers, is_half = pl.read_parquet(run / "offers.parquet"), pl.col("offer_id") == "coupon"
    offers.with_columns(funded_share=pl.when(is_half).then(0.5).otherwise(0.0)).write_parquet(run / "offers.parquet")
    planned = pl.read_parquet(run / "assignments.parquet").filter(pl.col("planned_offer_id") != "none")
    further = planned.with_columns(campaign_id=pl.lit("spring"), offer_id=pl.lit("flash_sale"))
    further.filter(arm="plan").write_parquet(run / "further_offers.parquet")
    beside = further.filter(pl.col("arm") != "plan").select(FURTHER_PLANNED.names)
    beside.write_parquet(run / "further_planned.parquet")
    make_orders(tmp_path / "orders.csv", run, columns=lambda _: {"coupon": 2.0})
    outcomes = pl.read_parquet(read_out(run, tmp_path / "orders.csv").folder / "outcomes.parquet")
    bought = outcomes.filter(pl.col("planned_offer_id") != "none", pl.col("n_orders") == 1)
    assert set(bought.filter(pl.col("arm").is_in(["plan", "holdout"]))["cost_minor"]) == {200}


def test_cost_from_redemptions_is_our_share_of_the_amount_half_up(tmp_path):
    run = make_run(tmp_path / "run", funded=0.75)
    make_orders(tmp_path / "orders.csv", run, lambda _: 1.1)
    table = pl.read_parquet(run / "assignments.parquet").filter(pl.col("offer_id") == "coupon")
    rows = table.select("customer_id", "offer_id", amount=pl.lit("1.50"))
    pl.concat([rows, rows.head(1)]).write_csv(tmp_path / "redeemed.csv")
    done = read_out(run, tmp_path / "orders.csv", redemptions=tmp_path / "redeemed.csv")
    found = pl.read_parquet(done.folder / "outcomes.parquet").filter(pl.col("cost_minor") > 0)["cost_minor"]
    assert sorted(found.unique()) == [38, 75]  # 150 x 0.25 = 37.5, and two of them are 75
    assert done.summary["cost_basis"] == "observed in the redemptions"
    assert done.summary["bought_anyway"] is not None


def test_the_lot_is_weighted_by_what_each_customer_could_draw(tmp_path):
    # heavy buyers can draw three kinds, the others one: drawing an offer goes with buying more, without any effect
    heavy = lambda one: one % 2 == 0  # noqa: E731
    run = make_run(
        tmp_path / "run",
        explore=0.8,
        kinds=lambda one: ("coupon", "flash_sale", "spend_and_save") if heavy(one) else ("coupon",),
    )
    make_orders(tmp_path / "orders.csv", run)
    lines = pl.read_csv(tmp_path / "orders.csv")
    more = pl.when(pl.col("customer") % 2 == 0).then(pl.col("paid") * 20).otherwise(pl.col("paid"))
    lines.with_columns(more.round(2).alias("paid")).write_csv(tmp_path / "orders.csv")
    done = read_out(run, tmp_path / "orders.csv")
    one = next(
        e
        for e in done.summary["effects"]
        if (e["comparison"], e["outcome"], e["group"]) == ("explore", "margin", "all")
    )
    assert float(one["per_customer"]["low"]) < 0 < float(one["per_customer"]["high"])
    outcomes = pl.read_parquet(done.folder / "outcomes.parquet")
    drawn = outcomes.filter((pl.col("arm") == "explore") | (pl.col("arm") == "holdout"))
    drew = (
        drawn.group_by(pl.col("offer_id") != "none").agg(pl.col("margin_minor").mean()).sort("offer_id")["margin_minor"]
    )
    assert (drew[1] - drew[0]) / 100 > float(one["per_customer"]["high"])


def test_ids_that_are_text_in_the_run_and_numbers_in_the_file_are_the_same_ids(tmp_path):
    run = make_run(tmp_path / "run")
    truth = make_orders(tmp_path / "orders.csv", run, lambda _: 1.1)
    for name in ("assignments", "profiles", "effects"):
        path = run / f"{name}.parquet"
        pl.read_parquet(path).with_columns(pl.col("customer_id").cast(pl.String)).write_parquet(path)
    _, low, high = total(read_out(run, tmp_path / "orders.csv").summary, "margin")
    assert 0 < low < truth < high


# (f) The page.


def test_the_page_asks_no_other_host_and_says_that_the_cost_was_not_seen(works):
    page = works[0].report.read_text()
    assert not re.search(r"https?:|//[a-z]|@import|<script|<link|<img|url\((?!#)", page)
    first = page.split('<section id="checks"')[0]
    assert first.count("<dt>") == 4
    assert "cost as forecast, not observed" in first
    assert "customers are the same in every run" in page
    titles = re.findall(r"<figcaption>\s*<strong>(.*?)</strong>", page, re.DOTALL)
    assert len(titles) == 2
    assert page.count('role="img"') == 2 * len(titles)
    assert len(re.findall("<h2", page)) == 8


@pytest.mark.parametrize(
    ("effect", "says"),
    [
        (Estimate(-0.1, -0.15, -0.05), "100.0 % [98.7, 100.0]"),
        (Estimate(0.5, 0.4, 0.6), "0.0 % [0.0, 1.3]"),
        (Estimate(0.15, 0.06, 0.24), "50 % [20, 80]"),
    ],
)
def test_the_share_that_would_have_bought_anyway_is_never_sure(effect, says):
    """An effect beyond what the redeemers can have gained, or clearly below zero, is cut at 0 or 100 %."""
    redeemers = GroupSums(n=1000, buyers=500, redeemers=300)
    sums = ReadoutSums({GroupKey("plan", "all", "treated", 1.0): redeemers})
    bought = ReadoutEffect("plan", "bought", "all", "adjusted", effect, 0.01, 1000, 200)
    anyway = bought_anyway(sums, bought, any_coupon=False)
    assert " ".join(share_words(anyway.share, Localizer("en"))) == says
