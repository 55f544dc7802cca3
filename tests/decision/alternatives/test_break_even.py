import numpy as np
import polars as pl
import pytest
from made_up_campaigns import calibration, effects, offers, valued, with_funded

from offerloop.decision.alternatives.break_even import sweep

MARGIN = 0.3


def swept(rows, error=0.0, funded=0.0, contact=0, margin=MARGIN):
    """Sweep of customer, value, discount; the estimates are right."""
    table = pl.DataFrame(rows, schema=["customer_id", "value_minor", "discount_minor"], orient="row").cast(
        {"value_minor": pl.Float64, "discount_minor": pl.Float64}
    )
    table = table.with_columns(
        held_out_value_minor="value_minor", held_out_discount_minor="discount_minor", fold=pl.lit(0),
        centred=pl.lit(0.0), d_value="value_minor", d_discount=pl.lit(0.0), funded_share=pl.lit(funded),
        contact_cost_minor=pl.lit(contact), margin=pl.lit(margin), cost_weight=pl.lit(1.0),
        value_se_minor=pl.lit(0.0), basis=pl.lit("transferred"), offer_id=pl.lit("one"),
        category=pl.lit("bread"), depth=pl.lit(0.2),
    )  # fmt: skip
    return sweep(table, valued(table, calibration(error=error)))


def break_even(table, lever):
    """The least level above zero: by the estimate, and beyond its interval."""
    levels = table.filter(pl.col("lever") == lever).sort("level")
    ends = (pl.col("profit_minor"), pl.coalesce("profit_low_minor", "profit_minor"))
    found = [levels.filter(end > 0)["level"] for end in ends]
    return tuple(level[0] if len(level) else None for level in found)


def at(table, lever, level):
    return table.row(by_predicate=(pl.col("lever") == lever) & (pl.col("level") == level), named=True)


def test_telling_the_customer_costs_whoever_pays_the_discount():
    """15 of value, 40 of discount, 3 to tell: pays above 28 / 40 funded, never below."""
    assert break_even(swept([(1, 15, 40)], contact=3), "supplier share") == (0.725, 0.725)
    assert break_even(swept([(1, 15, 40)], contact=20), "supplier share") == (None, None)


def test_one_offer_by_hand():
    """40 of discount for a margin of 15 on 50 more sold: pays above 25 / 40 funded, or above a margin of .8."""
    table = swept([(1, 15, 40)])
    assert break_even(table, "supplier share") == (0.65, 0.65)
    assert break_even(table, "margin") == (0.825, 0.825)
    assert at(table, "supplier share", 1.0)["profit_minor"] == pytest.approx(15)
    assert at(table, "margin", 0.9)["profit_minor"] == pytest.approx(45 - 40)
    assert at(table, "margin", 0.8)["n_customers"] == 0


def test_what_the_supplier_pays_already_counts_in_the_margin():
    assert break_even(swept([(1, 15, 40)], funded=0.75), "margin") == (0.225, 0.225)


def test_each_offer_is_scaled_by_its_own_margin():
    """The same sales as at a margin of .3, seen at one of .6: the level that pays does not move."""
    assert break_even(swept([(1, 30, 40)], margin=0.6), "margin") == (0.825, 0.825)
    assert at(swept([(1, 0, 40)], margin=0.0), "margin", 0.9)["n_customers"] == 0


def test_certainty_needs_more_than_the_estimate():
    """The value is known to a tenth: 15 less 1.96 x 1.5 must be above the cost."""
    assert break_even(swept([(1, 15, 40)], error=0.1), "supplier share") == (0.65, 0.7)


def test_nothing_breaks_even():
    assert break_even(swept([(1, 0, 40)]), "supplier share") == (None, None)
    assert break_even(swept([(1, 0, 40)]), "margin") == (None, None)


def test_each_customer_takes_the_best_offer_only():
    found = at(swept([(1, 15, 40), (1, 20, 60), (2, 1, 90)]), "supplier share", 1.0)
    assert (found["n_customers"], found["profit_minor"]) == (2, pytest.approx(21))


def test_estimated_profits_only_rise_with_either_lever():
    """When estimates are right. A plan chosen by wrong ones may do worse held out."""
    rng = np.random.default_rng(0)
    table = swept([(k // 3, value, 50) for k, value in enumerate(rng.uniform(0, 60, 90))])
    for lever in ("supplier share", "margin"):
        profit = table.filter(lever=lever).sort("level")["profit_minor"]
        assert (profit.diff().drop_nulls() >= -1e-9).all()
        assert profit[0] < profit[-1]


def test_a_level_equal_to_todays_is_todays_best_targeting():
    table = with_funded(effects(3), offers())
    valuation = valued(table, calibration())
    found = sweep(table, valuation)
    best = table.sort("value_minor").with_columns(p=pl.col("value_minor") - pl.col("discount_minor"))
    best = best.filter(pl.col("p") > 0).sort("p").unique("customer_id", keep="last", maintain_order=True)
    expected = (best["held_out_value_minor"] - best["held_out_discount_minor"]).sum()
    for lever, level in (("supplier share", 0.0), ("margin", MARGIN)):
        assert at(found, lever, level)["profit_minor"] == pytest.approx(expected)
        assert at(found, lever, level)["n_customers"] == best.height > 0


def test_a_campaign_without_candidates():
    table = with_funded(effects(3), offers()).clear()
    found = sweep(table, valued(table, calibration()))
    assert found["profit_minor"].unique().to_list() == [0.0]
    assert break_even(found, "margin") == (None, None)
