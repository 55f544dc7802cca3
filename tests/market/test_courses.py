"""Profit and regret from period to period, by hand."""

import polars as pl
import pytest

from offerloop.market.courses import by_period, ceiling_among, grown, regretted, same_spend


def weeks(policy, world, profits, costs):
    return pl.DataFrame(
        {
            "policy": policy, "world": world, "period": range(len(profits)),
            **dict.fromkeys(("buyers", "sales_minor", "plain_buyers", "plain_sales_minor"), 1),
            "profit_minor": [100.0 + one for one in profits], "plain_profit_minor": 100.0,
            "cost_minor": [float(one) for one in costs],
        }
    )  # fmt: skip


@pytest.fixture
def periods():
    return pl.concat(
        [
            weeks("ours", 1, [1, 2, 3], [1, 1, 2]),
            weeks("ours", 2, [3, 2, 1], [2, 2, 2]),
            weeks("ceiling", 1, [4, 4, 4], [4, 2, 2]),
            weeks("ceiling", 2, [4, 4, 0], [1, 1, 1]),
            weeks("idle", 1, [0, 0, 0], [0, 0, 0]),
            weeks("idle", 2, [0, 0, 0], [0, 0, 0]),
        ]
    )


def test_profit_and_regret_are_summed_up_to_each_period(periods):
    course = grown(periods)
    profit = by_period(course, "profit")
    assert [one.value for one in profit["ours"]] == [2.0, 4.0, 6.0]
    regret = by_period(regretted(course, "ceiling"), "regret")
    assert [one.value for one in regret["ours"]] == [2.0, 4.0, 4.0]
    assert [one.value for one in regret["idle"]] == [4.0, 8.0, 10.0]
    assert "ceiling" not in regret


def test_regret_is_paired_by_world(periods):
    last = by_period(regretted(grown(periods), "ceiling"), "regret")["ours"][-1]
    assert (last.low + last.high) / 2 == pytest.approx(4.0)
    assert last.high - 4.0 == pytest.approx(12.706 * 2.0, rel=1e-3)  # 6 and 2: t of one degree of freedom times 2


def test_regret_is_against_the_fair_ceiling_then_the_oracle():
    assert ceiling_among(["oracle", "ceiling", "same"]) == "ceiling"
    assert ceiling_among(["same", "oracle"]) == "oracle"
    assert ceiling_among(["same", "loop"]) is None


def test_at_the_same_spend_profit_shrinks_with_cost_and_the_idle_are_left_out(periods):
    profit, spend = same_spend(periods)
    assert spend.value == 3.5  # 4 in the first world, 3 in the second
    assert profit["ours"].value == pytest.approx((6 + 6 * 3 / 6) / 2)
    assert profit["ceiling"].value == pytest.approx((12 * 4 / 8 + 8) / 2)
    assert "idle" not in profit
    assert same_spend(periods.filter(policy="idle")) == ({}, None)
