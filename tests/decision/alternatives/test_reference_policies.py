"""Simple rules at the plan's expected spend."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up_campaigns import calibration, effects, offers, valued, with_funded

from offerloop.decision.alternatives.reference_policies import most_likely_buyers, random_customers, same_for_all

RULES = {
    "same offer": lambda table, valuation, spend: same_for_all(table, valuation, spend),
    "random": lambda table, valuation, spend: random_customers(table, valuation, spend, pl.Series(["a", "c"])),
    "buyers": lambda table, valuation, spend: most_likely_buyers(table, valuation, spend, pl.Series([0.2, 0.2, 0.1])),
}


@pytest.mark.parametrize("name", RULES)
@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000), spend=st.floats(0, 50_000), funded=st.sampled_from([0.0, 0.75, 1.0]))
def test_each_rule_spends_what_the_plan_does_or_all_it_can(name, seed, spend, funded):
    table = with_funded(effects(seed, 30), offers((funded,) * 3))
    valuation = valued(table, calibration())
    weights = RULES[name](table, valuation, spend)
    everyone = RULES[name](table, valuation, np.inf)
    assert ((weights >= 0) & (weights <= 1)).all()
    by_customer = table.select("customer_id", w=weights).group_by("customer_id").agg(pl.col("w").sum())
    assert by_customer["w"].max() <= 1 + 1e-9
    assert valuation.spend(weights) == pytest.approx(min(spend, valuation.spend(everyone)), rel=1e-9, abs=1e-6)
    assert everyone.sum() > 0


def worth(rows):
    """customer, offer, depth, profit, p_redeem, cost."""
    names = ["customer_id", "offer_id", "depth", "profit_minor", "p_redeem", "held_out_discount_minor"]
    table = pl.DataFrame(rows, schema=names, orient="row").with_columns(
        funded_share=0.0,
        margin=0.3,
        contact_cost_minor=0,
        cost_weight=1.0,
        value_se_minor=0.0,
        basis=pl.lit("transferred"),
        category=pl.lit("bread"),
    )
    zero = [pl.lit(0.0).alias(name) for name in ("held_out_value_minor", "d_value", "d_discount", "centred")]
    table = table.with_columns(*zero, fold=pl.lit(0))
    return table, valued(table, calibration())


def test_buyers_come_in_order_of_probability_at_the_plans_usual_depth():
    rows = [(1, "a", 0.1, 0.0, 0.9, 10.0), (1, "b", 0.2, 0.0, 0.3, 10.0), (2, "b", 0.2, 0.0, 0.8, 10.0),
            (3, "b", 0.2, 0.0, 0.5, 10.0)]  # fmt: skip
    table, valuation = worth(rows)
    assert most_likely_buyers(table, valuation, 15.0, pl.Series([0.2])).tolist() == [0, 0, 1, 0.5]
    assert most_likely_buyers(table, valuation, 99.0, pl.Series([0.2])).tolist() == [0, 1, 1, 1]


def test_buyers_of_offers_without_a_depth():
    table, valuation = worth([(1, "save", None, 5.0, 0.3, 10.0), (2, "save", None, 5.0, 0.6, 10.0)])
    assert most_likely_buyers(table, valuation, 10.0, pl.Series([], dtype=pl.Float64)).tolist() == [0, 1]


def test_the_same_offer_is_the_one_of_highest_estimated_profit():
    rows = [(1, "a", 0.1, 4.0, 0.5, 10.0), (1, "b", 0.2, 9.0, 0.5, 10.0), (2, "a", 0.1, 6.0, 0.5, 10.0)]
    table, valuation = worth(rows)
    assert same_for_all(table, valuation, 5.0).tolist() == [0.25, 0, 0.25]


def test_random_customers_get_each_of_the_plans_offers_with_equal_chance():
    rows = [(1, "a", 0.1, 4.0, 0.5, 10.0), (1, "b", 0.2, 9.0, 0.5, 10.0), (1, "c", 0.2, 9.0, 0.5, 10.0),
            (2, "a", 0.1, 6.0, 0.5, 10.0)]  # fmt: skip
    table, valuation = worth(rows)
    assert random_customers(table, valuation, 99.0, pl.Series(["a", "b", "a"])).tolist() == [0.5, 0.5, 0, 1]
    assert random_customers(table, valuation, 10.0, pl.Series(["a", "b", "a"])).tolist() == [0.25, 0.25, 0, 0.5]
