"""When a period of a loop spends idle budgets on random offers."""

import numpy as np
import polars as pl
import pytest
from small_shop import write_small_shop

from offerloop.config import load_config
from offerloop.decision import LoopPeriod, idle_shares, limiting_exploration
from offerloop.decision.arms import NamedChoices, RandomOffers
from offerloop.decision.exploration import explore_minor
from offerloop.decision.forecast import probabilities_at_random
from offerloop.evaluation import Estimate
from offerloop.events import LoopExposures

OFFERS = pl.DataFrame(
    {
        "campaign_id": ["one", "one", "two", "two"],
        "offer_id": ["a", "b", "c", "over"],
        "basis": ["estimated", "unknown", "unknown", "not_valid"],
    }
)
OPEN = Estimate.of(-100.0, 200.0)
"""A profit of offers at random that may be above zero."""
LOSS = Estimate.of(-100.0, 10.0)


def period(paused):
    return LoopPeriod(LoopExposures(pl.DataFrame(), first_day=0), holdback=0.05, paused=frozenset(paused))


def idle(known, unsent, paused=()):
    return idle_shares(period(paused), OFFERS, known, unsent)


def test_a_campaign_whose_offers_were_shown_too_seldom_explores_with_all_it_has():
    assert idle(["a", "c"], {"one": LOSS, "two": LOSS})["one"] == 1


def test_a_campaign_that_may_pay_explores_with_the_probability_that_it_does():
    shares = idle(["a", "b", "c"], {"one": OPEN, "two": LOSS})
    assert shares["one"] == pytest.approx(0.309, abs=0.001)  # the normal distribution at half a standard error
    assert shares["two"] < 1e-6


def test_a_campaign_that_is_sent_has_no_idle_budget():
    assert "one" not in idle(["a"], {"two": OPEN})


def test_the_idle_budget_of_a_campaign_that_rests_does_not_explore():
    assert idle([], {"one": OPEN, "two": OPEN}, paused=["one"]) == {"two": 1.0}


def test_a_run_that_is_no_period_of_a_loop_draws_as_it_always_does():
    assert idle_shares(None, OFFERS, [], {"one": OPEN}) is None


@pytest.mark.parametrize(("basis", "total", "minor"), [
    ("liability", None, 10_100), ("liability", "70.00", 4_100), ("expected", "70.00", 6_100),
    ("liability", "20.00", 100),
])  # fmt: skip
def test_the_idle_budget_is_within_what_plans_leave_of_the_budget_of_all_campaigns(tmp_path, basis, total, minor):
    config = load_config(write_small_shop(tmp_path))
    idle = config.campaigns[0].model_copy(update={"explore_budget": "1.00"})
    sent = idle.model_copy(update={"id": "sent", "budget_basis": basis})
    plan = config.plan.model_copy(update={"total_budget": total})
    config = config.model_copy(update={"campaigns": (sent, idle), "plan": plan})
    costs = {"cost_expected_micro": [10 * 10**8], "cost_liability_minor": [3_000]}
    taken = pl.DataFrame({"campaign_id": ["sent"], **costs})
    assert explore_minor(config, {"first": 1.0}, taken) == {"sent": 100, "first": minor}


@pytest.mark.parametrize(
    ("budgets", "customers", "limiting"),
    [(("10.00", "20.00"), 200, "first"), (("20.00", "10.00"), 200, "other"), (("10.00", "0.00"), 200, None),
     (("10.00", "20.00"), 8, None)],
)  # fmt: skip
def test_the_campaign_is_named_whose_budget_pays_for_fewest_explorers(tmp_path, budgets, customers, limiting):
    config = load_config(write_small_shop(tmp_path))
    campaigns = [config.campaigns[0].model_copy(update={"id": name, "explore_budget": budget})
                 for name, budget in zip(("first", "other"), budgets, strict=True)]  # fmt: skip
    config = config.model_copy(update={"campaigns": tuple(campaigns)})
    note = limiting_exploration(config, {"first": 200, "other": 200}, customers)
    if limiting is None:
        assert note is None
    else:
        assert str(note).startswith(f"while campaign '{limiting}' is sent, its explore_budget of 10.00 EUR pays for 5 ")


def test_the_worth_of_random_offers_is_that_of_the_draw_which_explorers_make():
    """A kind first, nothing among them: one offer of a kind of its own is drawn as often as all coupons together."""
    effects = pl.DataFrame(
        [(1, "a", "coupon", 500), (1, "b", "coupon", 500), (1, "ship", "free_shipping", 300), (2, "a", "coupon", 500),
         (3, "b", "coupon", 500), (3, "dear", "gift", None)],
        ["customer_id", "offer_id", "kind", "cost_liability_minor"], orient="row",
    ).with_columns(campaign_id=pl.lit("one"))  # fmt: skip
    weights = probabilities_at_random(effects)
    assert weights.tolist() == pytest.approx([1 / 6, 1 / 6, 1 / 3, 1 / 2, 1 / 2, 0])
    customers, safe = pl.Series("customer_id", [1, 2, 3]), effects.drop_nulls("cost_liability_minor")
    drawn = RandomOffers.of(customers, safe, {}, NamedChoices.of(safe))
    for offer, expected in (("a", [1 / 6, 1 / 2, 0]), ("b", [1 / 6, 0, 1 / 2]), ("ship", [1 / 3, 0, 0])):
        named = NamedChoices.of(safe)
        code = named.of_rows(pl.DataFrame({"campaign_id": ["one"], "offer_id": [offer]}))[0]
        assert drawn.probability(np.full(3, code)).tolist() == pytest.approx(expected)
