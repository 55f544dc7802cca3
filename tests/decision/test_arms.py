"""Written propensities against how often each offer is really given."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from offerloop.config import ExperimentSettings
from offerloop.decision.arms import draw_arms
from offerloop.decision.propensities import MOST_EXPLORE
from offerloop.evaluation.hash_groups import in_holdout
from offerloop.offers import NO_OFFER

MENU = {"customer_id": pl.Int64, "campaign_id": pl.String, "offer_id": pl.String, "cost_liability_minor": pl.Int64}


def explorable(*rows):
    kind = pl.when(pl.col("offer_id").is_in(["a", "b", "c"])).then(pl.lit("coupon")).otherwise(pl.lit("spend_and_save"))
    return pl.DataFrame(rows, schema=MENU, orient="row").with_columns(kind=kind)


def planned(*rows):
    return pl.DataFrame(rows, schema=["customer_id", "campaign_id", "offer_id"], orient="row").cast(
        {"customer_id": pl.Int64, "campaign_id": pl.String, "offer_id": pl.String}
    )


def drawn(size, plan, listed, budgets, seed=0, audiences=None, **experiment):
    audience = pl.Series("customer_id", range(size), dtype=pl.Int64)
    return draw_arms(
        audience, plan, listed, audiences or {}, budgets, ExperimentSettings(**experiment), np.random.default_rng(seed)
    )


def shop(group):
    """A plan, what may be drawn, and the budgets of exploration, for three groups of customers one after another.

    The first are planned offer a and may draw a or b; the second are planned nothing and may draw a; the third may draw
    only what everyone may: offer "all" of another campaign.
    """
    plan = planned(*((one, "x", "a") for one in range(group)))
    listed = explorable(
        *((one, "x", "a", 100) for one in range(2 * group)),
        *((one, "x", "b", 150) for one in range(group)),
        (None, "y", "all", 200),
    )
    return plan, listed, {"x": 45 * group, "y": 60 * group}


GROUP, SIZE = 20, 60
PLAN, LISTED, BUDGETS = shop(GROUP)  # the budgets are six times 150 and six times 200
HOLDOUT, DRAWS, MANY = 0.2, 200, 120
"""Share held out, draws of one test, and customers of a group in each of them."""


@pytest.fixture(scope="module")
def draws():
    """Draws of holdout and exploration, each with seeds of its own."""
    return [drawn(3 * MANY, *shop(MANY), seed, holdout=HOLDOUT, holdout_seed=f"draw {seed}") for seed in range(DRAWS)]


def test_offers_are_given_as_often_as_their_propensity_says(draws):
    """By kind of customer; the formula is written out here once more."""
    counts, shares = {}, [arms.explore_share for arms in draws]
    for arms in draws:
        for position, offer in enumerate(arms.table["offer_id"]):
            counts[position // MANY, offer] = counts.get((position // MANY, offer), 0) + 1
    e = np.mean(shares)
    assert 0.05 < e <= MOST_EXPLORE
    free = 1 - HOLDOUT
    expected = {
        (0, "a"): free * (1 - e + e / 6), (0, "b"): free * e / 6, (0, "all"): free * e / 3,
        (0, NO_OFFER): free * e / 3 + HOLDOUT,
        (1, "a"): free * e / 3, (1, "all"): free * e / 3, (1, NO_OFFER): free * (1 - e + e / 3) + HOLDOUT,
        (2, "all"): free * e / 2, (2, NO_OFFER): free * (1 - e + e / 2) + HOLDOUT,
    }  # fmt: skip
    assert counts.keys() == expected.keys()
    for key, chance in expected.items():
        frequency, error = counts[key] / (MANY * DRAWS), np.sqrt(chance * (1 - chance) / (MANY * DRAWS))
        assert abs(frequency - chance) < 4 * error, key


def test_written_propensity_weighs_every_offer_back_to_one(draws):
    """Mean of 1{given} / propensity is 1 for every offer that can be given: what a later evaluation needs."""
    weighed = {}
    for arms in draws:
        for position, (offer, propensity) in enumerate(arms.table.select("offer_id", "propensity").iter_rows()):
            weighed.setdefault((position // MANY, offer), []).append(1 / propensity)
    assert len(weighed) == 9
    for key, weights in weighed.items():
        mean = np.sum(weights) / (MANY * DRAWS)
        error = np.sqrt((np.mean(weights) - 1) / (MANY * DRAWS))  # variance of 1{given} / p is 1 / p - 1
        assert abs(mean - 1) < 4 * error, key


def test_holdout_is_the_same_in_every_run():
    tables = [drawn(SIZE, PLAN, LISTED, BUDGETS, seed, holdout=0.2).table for seed in (1, 2)]
    held = [set(table.filter(arm="holdout")["customer_id"]) for table in tables]
    assert held[0] == held[1] == {one for one in range(SIZE) if in_holdout(str(one), "holdout", 0.2)}
    assert not tables[0].equals(tables[1])
    assert (tables[0].filter(arm="holdout")["offer_id"] == NO_OFFER).all()


def test_holdout_does_not_depend_on_plan_menu_or_audience():
    alone = draw_arms(
        pl.Series("customer_id", [7, 21]),
        planned(),
        explorable(),
        {},
        {},
        ExperimentSettings(holdout=0.2),
        np.random.default_rng(0),
    )
    whole = drawn(SIZE, PLAN, LISTED, BUDGETS, holdout=0.2).table
    assert alone.table["arm"].to_list() == whole["arm"].gather([7, 21]).replace("explore", "plan").to_list()


def test_plan_arm_gets_exactly_its_plan():
    table = drawn(SIZE, PLAN, LISTED, BUDGETS).table.filter(arm="plan")
    for customer, campaign, offer in table.select("customer_id", "campaign_id", "offer_id").iter_rows():
        assert (campaign, offer) == (("x", "a") if customer < 20 else (None, NO_OFFER))


def test_same_seed_same_draw():
    one, other = (drawn(SIZE, PLAN, LISTED, BUDGETS, seed=5) for _ in range(2))
    assert one.table.equals(other.table)


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(
        st.tuples(st.none() | st.integers(0, 29), st.sampled_from("xy"), st.sampled_from("abc"), st.integers(0, 300)),
        max_size=40,
        unique_by=lambda row: row[:3],
    ),
    budgets=st.fixed_dictionaries({"x": st.integers(0, 2000), "y": st.integers(0, 2000)}),
    seed=st.integers(0, 2**32),
    holdout=st.sampled_from([0.01, 0.05, 0.1, 0.2]),
)
def test_exploration_is_never_above_any_budget(rows, budgets, seed, holdout):
    """The highest price of an offer is what it may cost, whoever draws it."""
    listed = explorable(*rows)
    arms = drawn(30, planned((0, "x", "a")), listed, budgets, seed, holdout=holdout)
    assert arms.table["customer_id"].to_list() == list(range(30))
    explored = arms.table.filter(arm="explore")
    free = arms.table.filter(pl.col("arm") != "holdout").height
    assert explored.height <= MOST_EXPLORE * free
    assert arms.explore_share == pytest.approx(explored.height / free if free else 0.0)
    highest = listed.group_by("campaign_id", "offer_id").agg(pl.col("cost_liability_minor").max())
    spent = explored.join(highest, on=["campaign_id", "offer_id"])
    for campaign, budget in budgets.items():
        assert spent.filter(campaign_id=campaign)["cost_liability_minor"].sum() <= budget
    assert arms.table["propensity"].is_between(0, 1 + 1e-12, closed="right").all()


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 2**32))
def test_a_customer_draws_only_what_concerns_them(seed):
    explored = drawn(SIZE, PLAN, LISTED, BUDGETS, seed).table.filter(arm="explore")
    assert explored.height == 5  # a tenth of those outside the holdout; the budgets would pay for six
    allowed = {0: {"a", "b", "all", NO_OFFER}, 1: {"a", "all", NO_OFFER}, 2: {"all", NO_OFFER}}
    for customer, offer in explored.select("customer_id", "offer_id").iter_rows():
        assert offer in allowed[customer // 20]


@pytest.mark.parametrize(
    "listed, budgets",
    [
        (explorable(), {"x": 10**6}),  # nothing is sent, so nothing is given at random
        (LISTED, {}),  # no budget for it
        (LISTED, {"x": 149, "y": 1200}),  # not one of the highest
        (explorable((None, "x", "free", 0)), {"x": 0}),  # costs nothing, but is not asked for
    ],
)
def test_nobody_explores(listed, budgets):
    arms = drawn(SIZE, PLAN, listed, budgets)
    assert arms.explore_share == 0
    assert "explore" not in arms.table["arm"].to_list()
    plan = arms.table.filter(arm="plan")
    assert (
        plan["propensity"].round(12)
        == pl.select(pl.when(plan["offer_id"] == "a").then(0.95).otherwise(1.0)).to_series()
    ).all()


def test_what_a_supplier_pays_whole_does_not_replace_the_plan():
    arms = drawn(SIZE, PLAN, explorable((None, "x", "free", 0)), {"x": 5000})
    assert arms.explore_share <= MOST_EXPLORE
    assert arms.table.filter(arm="plan").height > 0.7 * SIZE


def test_who_can_draw_no_offer_does_not_take_a_place_in_exploration():
    """Customers from 30 on refuse offers: they are in no campaign's audience."""
    agreed = {name: pl.Series(range(30)) for name in BUDGETS}
    explored, n = 0, 200
    for seed in range(n):
        arms = drawn(SIZE, PLAN, LISTED, BUDGETS, seed, audiences=agreed, holdout_seed=f"draw {seed}")
        some = arms.table.filter(arm="explore")
        explored += some.height
        assert set(some["customer_id"]) <= set(range(30))
        refused = arms.table.filter((pl.col("customer_id") >= 30) & (pl.col("arm") == "plan"))
        assert (refused["propensity"] == 1.0).all()
        free = arms.table.filter((pl.col("customer_id") < 30) & (pl.col("arm") != "holdout")).height
        assert arms.explore_share == pytest.approx(some.height / free)
        kept = arms.table.filter((pl.col("arm") == "plan") & (pl.col("offer_id") == "a"))["propensity"]
        q = 1 / 3 * 1 / 2  # of two kinds and nothing, then of offers a and b
        assert kept.to_numpy() == pytest.approx(0.95 * (1 - arms.explore_share + arms.explore_share * q))
    assert explored > n


def test_everyone_held_out():
    held_out = ExperimentSettings().model_copy(update={"holdout": 1.0})  # which no configuration may ask for
    audience = pl.Series("customer_id", range(SIZE), dtype=pl.Int64)
    table = draw_arms(audience, PLAN, LISTED, {}, BUDGETS, held_out, np.random.default_rng(0)).table
    assert table["arm"].unique().to_list() == ["holdout"]
    assert table["propensity"].unique().to_list() == [1.0]


def test_the_plan_is_written_for_everyone_whatever_the_arm():
    arms = drawn(SIZE, PLAN, LISTED, BUDGETS, holdout=0.2).table
    assert set(arms.filter(arm="holdout")["planned_offer_id"].head(1)) <= {"a", NO_OFFER}
    assert (arms["planned_offer_id"] == "a").to_list() == [one < 20 for one in range(SIZE)]
    assert (arms["planned_campaign_id"] == "x").fill_null(value=False).to_list() == [one < 20 for one in range(SIZE)]


def test_who_is_outside_a_campaigns_audience_draws_none_of_its_offers():
    inside = {"x": pl.Series(range(10)), "y": pl.Series(range(5, 60))}
    given = {
        (one, offer)
        for seed in range(300)
        for one, offer in drawn(SIZE, PLAN, LISTED, BUDGETS, seed, audiences=inside)
        .table.filter(pl.col("arm") == "explore")
        .select("customer_id", "offer_id")
        .iter_rows()
    }
    assert {one for one, offer in given if offer in "ab"} <= set(range(10))
    assert {one for one, offer in given if offer == "all"} <= set(range(5, 60))
    assert {(7, "all"), (30, "all")} <= given
    arms = drawn(SIZE, planned(), LISTED, BUDGETS, audiences=inside).table
    assert arms.filter(pl.col("customer_id") < 5)["propensity"].max() <= 1


def test_offers_given_together_are_weighed_as_one_choice():
    """The first offer alone, drawn at random, is another choice than what the plan has together with it."""
    together, audience = pl.Series(range(MANY // 2)), pl.Series("customer_id", range(3 * MANY), dtype=pl.Int64)
    plan, listed, budgets = shop(MANY)
    weighed = {"together": [], "alone": []}
    for seed in range(DRAWS):
        settings = ExperimentSettings(holdout=HOLDOUT, holdout_seed=f"draw {seed}")
        arms = draw_arms(audience, plan, listed, {}, budgets, settings, np.random.default_rng(seed), further=together)
        for arm, offer, propensity in (
            arms.table.head(len(together)).select("arm", "offer_id", "propensity").iter_rows()
        ):
            if offer == "a":
                weighed["together" if arm == "plan" else "alone"].append(1 / propensity)
    for weights in weighed.values():
        n = len(together) * DRAWS
        error = np.sqrt((np.mean(weights) - 1) / n)
        assert abs(np.sum(weights) / n - 1) < 4 * error


def test_further_offers_follow_the_arm_and_the_propensity_of_the_first():
    arms = drawn(SIZE, PLAN, LISTED, BUDGETS, holdout=HOLDOUT)
    further = planned(*((one, "y", "all") for one in range(10)))
    table = arms.with_further(further)
    beside = table.slice(SIZE)
    in_plan = arms.table.filter((pl.col("arm") == "plan") & (pl.col("customer_id") < 10))
    assert beside["customer_id"].sort().to_list() == in_plan["customer_id"].to_list()
    assert set(beside.select("campaign_id", "offer_id", "planned_offer_id").rows()) == {("y", "all", "all")}
    assert beside.sort("customer_id")["propensity"].to_list() == in_plan["propensity"].to_list()
