"""Several campaigns under nested budgets: solved together, in order, and what the order and each limit cost."""

import math
from dataclasses import replace
from itertools import combinations, permutations, product
from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up_campaigns import calibration, campaign, campaign_limit, effects, offers, within

from offerloop.allocation import solve
from offerloop.allocation.candidates import CandidateRows
from offerloop.decision import CampaignCase, PlanLimit, choices_left_out, plan_campaigns
from offerloop.decision.campaign_case import HeldOffers
from offerloop.decision.forecast import probabilities_at_random
from offerloop.decision.joint import (
    best_of_joint_and_ordered,
    limit_capacities,
    limit_usage,
    solve_in_order,
    solve_jointly,
    with_interaction_costs,
)
from offerloop.decision.sending_decision import (
    DecidedCampaign,
    SendingDecision,
    better_of,
    decide_in_order,
    decide_jointly,
)

KEYS = ["customer_id", "campaign_id", "offer_id"]
TEXTS = dict.fromkeys(["campaign_id", "offer_id", "category"], pl.String)
FUNDED = 0.9
NAMES = ("one", "two", "three")


def case(name, seed, budget, error=0.2, pays=1.0, customers=40, category="bread", **changes):
    """A campaign of which a supplier pays most; `pays` times the value that other customers show."""
    table = effects(seed, customers).with_columns(
        campaign_id=pl.lit(name),
        cost_expected_micro=(pl.col("cost_expected_micro") * (1 - FUNDED)).ceil().cast(pl.Int64),
        profit_minor=pl.col("value_minor") - pl.col("discount_minor") * (1 - FUNDED),
        held_out_value_minor=pays * pl.col("held_out_value_minor"),
        d_value=pays * pl.col("d_value"),
    )
    table = table.with_columns(growth=np.random.default_rng(seed).random(table.height))
    listed = offers((FUNDED,) * 3).with_columns(campaign_id=pl.lit(name), category=pl.lit(category))
    return CampaignCase.of([(table, calibration(error=error))], listed, campaign(id=name, **changes), budget)


def limit(kind, at_most, cases, names=NAMES, ids="abc", name=""):
    keys = frozenset((one.campaign.id, offer) for one in cases for offer in ids if one.campaign.id in names)
    return PlanLimit(kind, name, None, at_most, "USD", keys)


@st.composite
def worlds(draw, most=3):
    """Campaigns that compete for the same customers, and limits of every kind, some of them tight."""
    number = draw(st.integers(1, most))
    cases = [
        case(
            name, draw(st.integers(0, 500)), draw(st.integers(0, 6000)),
            pays=draw(st.sampled_from([1.0, 1.0, 0.0])),
            category=draw(st.sampled_from(["bread", "tea", None])),
            budget_basis=draw(st.sampled_from(["liability", "expected"])),
            send=draw(st.sampled_from(["proven", "expected"])),
        )
        for name in NAMES[:number]
    ]  # fmt: skip
    limits = [campaign_limit(one) for one in cases]
    shared = {
        "total": limit("total", draw(st.integers(0, 8000)), cases),
        "team": limit("team", draw(st.integers(0, 5000)), cases, ("one", "two"), name="web"),
        "offers": limit("offers", draw(st.integers(0, 2000)), cases, ("one",), "a", name="a"),
        "contacts": limit("contacts", draw(st.integers(0, 40)), cases),
        "channel": limit("channel", draw(st.integers(0, 20)), cases, ids="bc", name="e-mail"),
    }
    return cases, [*limits, *(shared[name] for name in draw(st.sets(st.sampled_from(sorted(shared)))))]


def keeps(parts, limits, max_offers=1):
    """Whether plans (case, rows) exceed nothing and give nobody too many offers, nor two of a campaign or category."""
    priced = [(one, rows) for one, (_, rows) in zip(with_interaction_costs(parts, max_offers), parts, strict=True)]
    sums = [sum(each) for each in zip(*(limit_usage(one, rows, limits) for one, rows in priced), strict=True)]
    keys = [one.effects.select("customer_id", pl.col("category").cast(pl.String))[rows] for one, rows in parts]
    kept = all(u <= most for u, most in zip(sums, limit_capacities(limits), strict=True))
    number = pl.concat(keys)["customer_id"].unique_counts().to_numpy().max(initial=0)
    apart = [pl.concat(keys).drop_nulls("category"), *(one.select("customer_id") for one in keys)]
    return kept and number <= max_offers and all(one.is_unique().all() for one in apart)


@settings(max_examples=15, deadline=None)
@given(worlds(), st.integers(1, 3))
def test_customers_who_are_left_out_get_the_best_offers_that_go_together(world, most):
    cases, _ = world
    nothing = pl.DataFrame(schema={"campaign_id": pl.String, "offer_id": pl.String})
    prices = nothing.with_columns(budget_price=pl.lit(0.0), contact_price=pl.lit(0.0))
    policy = SimpleNamespace(policy="plan", plan=nothing)
    chosen = choices_left_out([(policy, one, one) for one in cases], prices, cases[0].keys().clear(), most)
    rows = chosen.join(candidates_of(cases), on=KEYS, how="left")
    of_customers = {key[0]: worth_together(own.rows(named=True)) for key, own in rows.group_by("customer_id")}
    for (customer,), own in candidates_of(cases).group_by("customer_id"):
        best = max(map(worth_together, sets_of(own.rows(named=True), most)))
        assert of_customers.get(customer, 0.0) == pytest.approx(best)


@pytest.mark.parametrize("most", [1, 2])
def test_customers_who_are_left_out_get_of_campaigns_in_order_what_the_ones_before_leave(most):
    cases = [case(name, n, 10**6) for n, name in enumerate(NAMES[:2])]
    found = plan_campaigns(cases, [*map(campaign_limit, cases)], "in order", max_offers=most)
    sent = [(forecast, one, one) for forecast, one in zip(found.forecasts, cases, strict=True)]
    chosen = choices_left_out(sent, found.prices, cases[0].keys().clear(), most, in_order=True)
    plan = pl.concat([one.plan.select(KEYS) for one in found.forecasts])
    assert set(chosen.rows()) == set(plan.rows())
    assert plan["campaign_id"].n_unique() == 2


@pytest.mark.parametrize("most", [1, 2])
def test_nobody_who_is_left_out_gets_nothing(most):
    cases = [case(name, n, 6_000, category=name) for n, name in enumerate(NAMES[:2])]
    everybody = served(pl.Series(range(40)))
    nothing = pl.DataFrame(schema={"campaign_id": pl.String, "offer_id": pl.String})
    prices = nothing.with_columns(budget_price=pl.lit(0.0), contact_price=pl.lit(0.0))
    policy = SimpleNamespace(policy="plan", plan=nothing)
    sent_cases = [(policy, one.without(everybody), one) for one in cases]
    assert choices_left_out(sent_cases, prices, cases[0].keys().clear(), most).is_empty()
    limits = [*map(campaign_limit, cases), limit("total", 3_000, cases)]
    few = [cases[0].without(everybody), cases[1]]
    assert keeps(
        [(one, best_of_joint_and_ordered(few, limits, most).rows[one.campaign.id]) for one in few], limits, most
    )
    nobody = [one.without(everybody) for one in cases]
    assert best_of_joint_and_ordered(nobody, limits, most).profit == solve_in_order(nobody, limits, most).profit == 0


def candidates_of(cases):
    """Rows of all candidates as plain values, with their budget's basis."""
    names = [*KEYS, "category", "profit_minor", "discount_minor", "growth", "cost_expected_micro"]
    names.append("cost_liability_minor")
    rows = [(one.effects.select(names).cast(TEXTS), pl.lit(one.campaign.budget_basis)) for one in cases]
    counted = (pl.col("growth") * 2**20).round() / 2**20
    return pl.concat([table.with_columns(counted, basis=basis) for table, basis in rows])


def sets_of(own, most):
    """All sets of a customer's candidates that go together."""
    for number in range(most + 1):
        for one in combinations(own, number):
            campaigns = [each["campaign_id"] for each in one]
            categories = [each["category"] for each in one if each["category"] is not None]
            if len(set(campaigns)) == number and len(set(categories)) == len(categories):
                yield one


def more_beside(one, others):
    """What an offer costs us on what others bring, unless both are limited to a category."""
    met = sum(each["growth"] for each in others if one["category"] is None or each["category"] is None)
    return (1 - FUNDED) * one["discount_minor"] * met / (1 + one["growth"])


def worth_together(offers):
    each = [(one, [other for other in offers if other is not one]) for one in offers]
    return sum(one["profit_minor"] - more_beside(one, others) for one, others in each)


def test_offers_cost_more_beside_others_but_for_two_that_are_each_limited_to_a_category():
    """20 off everything that brings a fifth, and 30 off that brings a half, if each is given alone."""
    costs = {}
    for categories in ((None, None), (None, "tea"), ("bread", "tea")):
        pair = [case(name, 1, 10**9, category=category) for name, category in zip(NAMES, categories, strict=False)]
        numbers = [{"discount_minor": 20.0, "growth": 0.2}, {"discount_minor": 30.0, "growth": 0.5}]
        pair = [
            replace(one, effects=one.effects.with_columns(**{name: pl.lit(number) for name, number in each.items()}))
            for one, each in zip(pair, numbers, strict=True)
        ]
        both = [(one, np.array([0])) for one in pair]
        costs[categories] = [one.effects["discount_minor"][0] for one in with_interaction_costs(both, 2)]
        alone = [one.effects["discount_minor"][0] for one in with_interaction_costs(both, 1)]
        assert alone == [20.0, 30.0]
    assert costs[None, None] == pytest.approx([20 * (1 + 0.5 / 1.2), 30 * (1 + 0.2 / 1.5)], rel=1e-5)
    assert costs[None, "tea"] == pytest.approx(costs[None, None])
    assert costs["bread", "tea"] == [20.0, 30.0]


@settings(max_examples=24, deadline=None)
@given(worlds(2), st.integers(1, 2), st.integers(0, 200))
def test_the_bound_holds_for_every_plan_and_a_small_plan_misses_little(world, number, seed):
    """Among all plans of three customers with so many offers each, found by trying everything."""
    cases, limits = world
    few = pl.Series(np.random.default_rng(seed).choice(40, 37, replace=False))
    cases = [one.without(served(few)) for one in cases]
    found, most = best_of_joint_and_ordered(cases, limits, number), limit_capacities(limits)
    options = []
    for _, own in candidates_of(cases).group_by("customer_id"):
        sets = list(sets_of(own.rows(named=True), number))
        options.append([(worth_together(one), [taken(one, each) for each in limits]) for one in sets])
    plans = product(*options)
    fitting = (one for one in plans if all(sum(p[1][k] for p in one) <= at for k, at in enumerate(most)))
    best = max(sum(p[0] for p in one) for one in fitting)
    assert found.profit <= best + 1e-6 <= found.bound + 2e-6
    assert found.profit >= best - max((one.profit.max() for one in cases if len(one.profit)), default=0.0)


def test_of_too_many_pairs_those_are_left_out_that_are_best_at_no_price(monkeypatch):
    cases = [case(name, n, 6_000, category=name, budget_basis="expected") for n, name in enumerate(NAMES[:2])]
    limits = [*map(campaign_limit, cases), limit("total", 8_000, cases)]
    every = best_of_joint_and_ordered(cases, limits, 2)
    monkeypatch.setattr("offerloop.decision.joint.MOST_PAIRS", 10)
    fewer = best_of_joint_and_ordered(cases, limits, 2)
    assert 0.9 * every.profit < fewer.profit <= every.bound + 1e-6
    assert keeps([(one, fewer.rows[one.campaign.id]) for one in cases], limits, 2)


def test_customers_who_are_left_out_have_pairs_that_the_plan_could_have(monkeypatch):
    cases = [case(name, n, 6_000, category=None) for n, name in enumerate(NAMES[:2])]
    nothing = pl.DataFrame(schema={"campaign_id": pl.String, "offer_id": pl.String})
    prices = nothing.with_columns(budget_price=pl.lit(0.0), contact_price=pl.lit(0.0))
    policy = SimpleNamespace(policy="plan", plan=nothing)
    alone = [one.without(served(pl.Series(n for n in range(40) if n != 4))) for one in cases]
    frontier = pl.concat([one.keys(np.flatnonzero(one.is_on_frontier)) for one in cases])
    monkeypatch.setattr("offerloop.decision.joint.MOST_PAIRS", 10)
    for left_out, planned in ((cases, alone), (alone, cases)):
        sent_cases = [(policy, *each) for each in zip(left_out, planned, strict=True)]
        chosen = choices_left_out(sent_cases, prices, cases[0].keys().clear(), 2)
        pairs = chosen.filter(pl.col("customer_id").is_duplicated())
        assert pairs.height > 0
        assert pairs.join(frontier, on=KEYS, how="anti").is_empty()


def taken(offers, limit):
    """What a set takes of a limit, in the units of `amounts`."""
    total = 0
    for one in offers:
        if (one["campaign_id"], one["offer_id"]) not in limit.offers:
            continue
        if limit.counts_contacts:
            total += 1
        elif one["basis"] == "liability":
            total += one["cost_liability_minor"] * 10**6
        else:
            more = more_beside(one, [each for each in offers if each is not one])
            total += one["cost_expected_micro"] + math.ceil(more * 10**6)
    return total


def served(customers):
    """Customers who have an offer of another campaign, and may have no more."""
    rows = pl.DataFrame({"customer_id": customers})
    return HeldOffers(rows.with_columns(category=pl.lit(None, pl.String), growth=pl.lit(0.1)), 1)


def sent(decision):
    return [(one.case, one.rows) for one in decision.sent]


@settings(max_examples=15, deadline=None)
@given(worlds(), st.integers(1, 3))
def test_no_limit_is_exceeded_whichever_way_campaigns_are_solved(world, most):
    cases, limits = world
    for found in (best_of_joint_and_ordered(cases, limits, most), solve_in_order(cases, limits, most)):
        parts = [(one, found.rows[one.campaign.id]) for one in cases]
        assert keeps(parts, limits, most)
        priced = zip(with_interaction_costs(parts, most), parts, strict=True)
        assert found.profit == pytest.approx(sum(one.profit[rows].sum() for one, (_, rows) in priced))
    for decision in (decide_jointly(cases, limits, most), decide_in_order(cases, limits, most)):
        assert not decision.sent or keeps(sent(decision), limits, most)


@settings(max_examples=15, deadline=None)
@given(worlds(), st.integers(1, 3))
def test_together_is_never_below_any_order(world, most):
    cases, limits = world
    joint = best_of_joint_and_ordered(cases, limits, most)
    assert joint.profit <= joint.bound + 1e-6
    for order in permutations(cases):
        assert joint.profit >= solve_in_order(order, limits, most).profit - 1e-9


def test_without_other_limits_each_campaign_reaches_whom_it_would_reach_alone():
    cases = [case(name, 5 + n, 10**9, category=name) for n, name in enumerate(NAMES)]
    limits = [campaign_limit(one) for one in cases]
    found = best_of_joint_and_ordered(cases, limits, 3)
    for one in cases:
        alone = solve_jointly([one], [campaign_limit(one)], limit_capacities([campaign_limit(one)]))
        assert found.rows[one.campaign.id].tolist() == alone.rows[one.campaign.id].tolist()


@pytest.mark.parametrize("seed, most", [(0, 1), (1, 1), (2, 2)])
def test_the_same_holds_where_prices_decide_for_most_customers(seed, most):
    """More candidates than the linear program takes all at once."""
    bases = ("liability", "expected")
    cases = [
        case(name, 10 * seed + n, 60_000, customers=900, category=name, budget_basis=bases[n])
        for n, name in enumerate(NAMES[:2])
    ]
    limits = [*map(campaign_limit, cases), limit("total", 90_000, cases), limit("contacts", 500, cases)]
    joint = best_of_joint_and_ordered(cases, limits, most)
    assert keeps([(one, joint.rows[one.campaign.id]) for one in cases], limits, most)
    assert joint.bound - joint.profit < 1e-3 * joint.bound
    for order in permutations(cases):
        assert joint.profit > solve_in_order(order, limits, most).profit


@settings(max_examples=10, deadline=None)
@given(worlds())
def test_what_is_sent_jointly_is_never_below_what_is_sent_in_order(world):
    cases, limits = world
    found = plan_campaigns(cases, limits, "jointly")
    ordered = plan_campaigns(cases, limits, "in order")

    def profit(planned):
        return sum(one.solution.profit for one in planned.forecasts if one.send)

    assert profit(found) >= profit(ordered) - 1e-9
    if len(cases) > 1:
        row = found.limits.row(by_predicate=pl.col("kind") == "order", named=True)
        assert row["claimed_gain_minor"] == pytest.approx(profit(found) - profit(ordered))


@pytest.mark.soak
@pytest.mark.parametrize(
    "shown",
    [
        test_no_limit_is_exceeded_whichever_way_campaigns_are_solved,
        test_together_is_never_below_any_order,
        test_what_is_sent_jointly_is_never_below_what_is_sent_in_order,
    ],
)
def test_the_same_holds_in_many_worlds(shown):
    settings(max_examples=300, deadline=None)(given(worlds())(shown.hypothesis.inner_test))()


def test_a_limit_may_count_an_offer_that_only_customers_with_another_offer_could_have():
    one, other = case("one", 3, 6_000), case("two", 3, 6_000)
    last = np.flatnonzero((one.effects["offer_id"] == "c").to_numpy())
    limits = [campaign_limit(one), limit("offers", 100, [one], ids="c", name="c")]
    found = solve_jointly([one], limits, limit_capacities(limits), [(other, last)])
    assert "c" not in set(one.effects["offer_id"][found.rows["one"]])


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 500), st.integers(0, 9000), st.sampled_from(["liability", "expected"]))
def test_a_single_campaign_is_solved_as_one_budget(seed, budget, basis):
    one = case("one", seed, budget, budget_basis=basis)
    candidates = CandidateRows.of_effects(one.effects, one.campaign)
    alone = solve(within(candidates, budget * one.unit))
    for found in (
        solve_jointly([one], [campaign_limit(one)], [budget * 10**6]),
        solve_jointly(
            [one], [campaign_limit(one), limit("total", budget + 1, [one])], [budget * 10**6, (budget + 1) * 10**6]
        ),
    ):
        assert found.rows["one"].tolist() == candidates.chosen(alone.choice).tolist()
        assert found.prices[0] == pytest.approx(alone.prices[0] * one.unit)
        assert (found.profit, found.bound) == pytest.approx((alone.profit, alone.bound))


@settings(max_examples=10, deadline=None)
@given(worlds(2))
def test_lifting_a_limit_never_hurts(world):
    cases, limits = world
    table = plan_campaigns(cases, limits, "jointly").limits
    assert (table["claimed_gain_minor"] >= 0).all()
    free = table.filter(
        (pl.col("kind") != "order") & (pl.col("used") < pl.col("at_most")) & (pl.col("shadow_price") == 0)
    )
    assert (free["claimed_gain_minor"] == 0).all()
    bound = best_of_joint_and_ordered(cases, limits).bound
    for one in limits:
        rest = [other for other in limits if other is not one]
        assert solve_jointly(cases, rest, limit_capacities(rest)).bound >= bound - 1e-6 * abs(bound)


def test_a_limit_that_binds_costs_profit_and_one_more_unit_brings_its_price():
    cases = [case("one", 1, 10**6), case("two", 2, 10**6)]
    limits = [*map(campaign_limit, cases), limit("total", 2000, cases)]
    row = plan_campaigns(cases, limits, "jointly").limits.row(by_predicate=pl.col("kind") == "total", named=True)
    assert row["used"] <= row["at_most"] == 2000
    assert row["claimed_gain_minor"] > 0
    assert row["gain_low_minor"] < row["gain_minor"] < row["gain_high_minor"]
    assert row["shadow_price"] > 0
    more = [*limits[:2], limit("total", 4000, cases)]
    gained = (
        solve_jointly(cases, more, limit_capacities(more)).bound
        - solve_jointly(cases, limits, limit_capacities(limits)).bound
    )
    assert 0 < gained <= 2000 * row["shadow_price"] + 1e-6


def test_limits_are_not_lifted_where_that_takes_too_long(monkeypatch):
    monkeypatch.setattr("offerloop.decision.plan_costs.MOST_WORK", 10)
    cases = [case("one", 1, 10**6), case("two", 2, 10**6)]
    table = plan_campaigns(cases, [*map(campaign_limit, cases), limit("total", 2000, cases)], "jointly").limits
    total = table.row(by_predicate=pl.col("kind") == "total", named=True)
    assert total["claimed_gain_minor"] is None
    assert total["gain_minor"] is None
    assert total["shadow_price"] > 0


@pytest.mark.parametrize("changes", [{"pays": 0.0}, {"is_paused": True}], ids=str)
def test_what_is_not_sent_holds_neither_customers_nor_money(changes):
    """Two campaigns claim the same customers; held-out customers show nothing of the first, or it is paused."""
    first = case("one", 1, 10**6, pays=changes.get("pays", 1.0))
    cases = [replace(first, is_paused=changes.get("is_paused", False)), case("two", 1, 10**6)]
    limits = [*map(campaign_limit, cases), limit("total", 3000, cases)]
    found = plan_campaigns(cases, limits, "jointly")
    alone = plan_campaigns(cases[1:], [limits[1], limits[2]], "jointly")
    assert [one.send for one in found.forecasts] == [False, True]
    assert found.forecasts[1].plan.equals(alone.forecasts[0].plan)
    assert found.forecasts[0].plan.height > 0
    assert not found.forecasts[0].pays_alone


def test_a_campaign_that_rests_takes_no_part_in_the_joint_plan_of_others():
    """It may be forecast so high that the others fail beside it; these must not be given up for that."""
    first = case("one", 46, 10**6, pays=3.0)
    paused = replace(first, is_paused=True, effects=first.effects.with_columns(pl.col("profit_minor") + 100))
    others = [case("two", 33, 10**6, pays=0.8, error=0.6), case("three", 36, 4000, pays=0.8)]
    cases = [paused, *others]
    total = limit("total", 3000, cases)
    found = plan_campaigns(cases, [*map(campaign_limit, cases), total], "jointly").forecasts
    alone = plan_campaigns(others, [*map(campaign_limit, others), total], "jointly").forecasts
    assert [one.send for one in found] == [False, True, True]
    assert [one.plan.equals(other.plan) for one, other in zip(found[1:], alone, strict=True)] == [True, True]


def test_a_campaign_whose_customers_are_worth_more_elsewhere_is_not_sent_though_it_would_pay_alone():
    """The same effects, but every offer of the second campaign brings one unit less."""
    first, second = case("one", 1, 10**6), case("two", 1, 10**6)
    second = replace(second, effects=second.effects.with_columns(pl.col("profit_minor") - 1))
    found = plan_campaigns([first, second], list(map(campaign_limit, [first, second])), "jointly")
    assert [one.send for one in found.forecasts] == [True, False]
    assert found.forecasts[1].pays_alone
    assert found.forecasts[1].plan.height > 0


def test_forecasts_of_campaigns_that_are_sent_share_no_customer():
    cases = [case("one", 1, 2000), case("two", 2, 2000)]
    found = plan_campaigns(cases, list(map(campaign_limit, cases)), "jointly", explores=True)
    assert all(one.send for one in found.forecasts)
    plans = [one.plan["customer_id"] for one in found.forecasts]
    assert pl.concat(plans).is_unique().all()
    for one, other in zip(found.forecasts, reversed(plans), strict=True):
        assert one.comparison.filter(rule="plan")["n_customers"][0] == one.plan.height
        assert one.solution.used[0] == one.plan["cost_liability_minor"].sum() <= 2000
        left = case(one.campaign_id, 1 if one.campaign_id == "one" else 2, 0).without(served(other))
        at_random = left.value(probabilities_at_random(left.effects))
        assert one.at_random.value == pytest.approx(at_random.value)


def test_prices_of_offers_are_those_of_the_limits_they_count_in():
    cases = [case("one", 1, 10**6), case("two", 2, 10**6)]
    shared = [limit("total", 2000, cases), limit("contacts", 9, cases), limit("offers", 500, cases, ("one",), "a")]
    limits = [*map(campaign_limit, cases), *shared]
    found = plan_campaigns(cases, limits, "jointly")
    price = {row["kind"]: row["shadow_price"] for row in found.limits.iter_rows(named=True)}
    offer_a = found.prices.row(by_predicate=(pl.col("campaign_id") == "one") & (pl.col("offer_id") == "a"), named=True)
    assert offer_a["budget_price"] == pytest.approx(price["total"] + price["offers"])
    assert found.prices.filter(campaign_id="two")["budget_price"].to_list() == pytest.approx([price["total"]] * 3)
    assert found.prices["contact_price"].to_list() == pytest.approx([price["contacts"]] * 6)
    assert price["contacts"] > 0


def test_the_order_is_kept_where_it_sends_more():
    one = case("one", 1, 1000)

    def made(rows, solved):
        closed = one.effects["customer_id"].clear()
        taken = np.array(rows, dtype=np.int64)
        return SendingDecision(
            (DecidedCampaign(one, taken, len(rows) > 0, False, closed, np.zeros(1), 0.0, 0.0, one),), solved
        )

    best = [int(one.profit.argmax())]
    joint, ordered = made([], "jointly"), made(best, "in order")
    assert better_of(joint, ordered) is ordered
    assert better_of(made(best, "jointly"), ordered).solved == "jointly"
