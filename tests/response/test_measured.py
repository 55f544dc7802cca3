"""What a read-out measured corrects what the shop assumed, as far as it knows."""

import numpy as np
import polars as pl
import pytest
from test_effects import ON_EVERYTHING, configured, usual

from offerloop.errors import ConfigError
from offerloop.response import estimate_effects
from offerloop.response.measured import MeasuredOffer, measured
from offerloop.tables import OUTCOMES

EXPECTED = {"p_redeem": 0.1, "value": "1.00"}


def outcomes(effect, noise, size=4000, redeemed=0.2, seed=0):
    """Planned customers, a fifth of them in the holdout; the offer adds `effect` minor units of margin."""
    rng = np.random.default_rng(seed)
    before = rng.gamma(2, 1000, size)
    held = np.arange(size) % 5 == 0
    margin = 0.3 * before + rng.normal(0, noise, size) + np.where(held, 0, effect)
    table = pl.DataFrame(
        {
            "customer_id": range(size), "campaign_id": "one", "offer_id": np.where(held, "none", "whole-10"),
            "arm": np.where(held, "holdout", "plan"), "planned_campaign_id": "one", "planned_offer_id": "whole-10",
            "n_planned": 1, "propensity": 0.8, "from_day": 0, "until_day": 6, "bought": True, "n_orders": 1, "units": 1,
            "revenue_minor": 1, "list_value_minor": 1, "margin_minor": np.rint(margin).astype(np.int64),
            "cost_minor": 0,
            "redeemed": (np.arange(size) % 100 < 100 * redeemed) & ~held,
            "before_revenue_minor": np.rint(before).astype(np.int64),
        }
    )  # fmt: skip
    return OUTCOMES.check(table.cast({pl.Int32: pl.Int64}))


def effects_after(study, tmp_path, *tables, assumed=EXPECTED, basket=1000.0):
    paths = []
    for number, table in enumerate(tables):
        paths.append(tmp_path / f"{number}.parquet")
        table.write_parquet(paths[-1])
    config = configured({**ON_EVERYTHING, "assumed": assumed})
    experiment = config.experiment.model_copy(update={"outcomes": tuple(paths)})
    found = estimate_effects(None, usual(study, basket), config.model_copy(update={"experiment": experiment}))
    return found.effects.row(0, named=True), found.offers["basis"][0]


def test_the_posterior_of_two_equally_sure_sources_is_in_the_middle():
    mean, sd = MeasuredOffer(200.0, 100.0, None, 99, 99, pl.DataFrame()).posterior(100.0)
    assert (mean, sd) == (pytest.approx(150), pytest.approx(100 / 2**0.5))


def test_customers_with_several_planned_offers_say_nothing_of_one(responsive, tmp_path):
    """What they bring more is due to all of their offers; files of version 0.1 do not tell, as there were none."""
    several = outcomes(900, noise=100, seed=1).with_columns(n_planned=pl.lit(2, pl.Int64))
    both = pl.concat([outcomes(300, noise=100), several])
    row, _ = effects_after(responsive, tmp_path, both)
    assert row["value_minor"] == pytest.approx(300, abs=15)
    row, basis = effects_after(responsive, tmp_path, outcomes(300, noise=100).drop("n_planned"))
    assert (row["value_minor"], basis) == (pytest.approx(300, abs=15), "measured")


def test_a_sure_measurement_replaces_the_assumption(responsive, tmp_path):
    row, basis = effects_after(responsive, tmp_path, outcomes(300, noise=100))
    assert basis == row["basis"] == "measured"
    assert row["value_minor"] == pytest.approx(300, abs=15)
    assert row["value_low_minor"] < 300 < row["value_high_minor"]
    assert row["p_redeem"] == pytest.approx(0.2, abs=0.03)
    assert row["discount_minor"] == pytest.approx(0.2 * 500, rel=0.15)


def test_an_assumption_that_is_right_for_the_customers_whom_a_plan_chose_stays(responsive, tmp_path):
    """It chose the larger baskets, so what they gain is more than is assumed of all customers on average."""
    basket = pl.when(pl.col("customer_id") < 200).then(8000.0).otherwise(1000.0)
    chosen = outcomes(effect=0.2 * 0.5 * 0.3 * 8000, noise=10).filter(pl.col("customer_id") < 200)
    row, _ = effects_after(responsive, tmp_path, chosen, assumed={"p_redeem": 0.2, "incremental": 0.5}, basket=basket)
    assert row["value_minor"] == pytest.approx(240, abs=10)


def test_a_vague_measurement_hardly_moves_it(responsive, tmp_path):
    row, _ = effects_after(responsive, tmp_path, outcomes(300, noise=60_000))
    assert 0 < row["value_minor"] < 200
    assert row["value_se_minor"] > 50


def test_read_outs_add_up(responsive, tmp_path):
    later = {"from_day": 7, "until_day": 13}
    halves = [outcomes(300, noise=2000, seed=1), outcomes(300, noise=2000, seed=2).with_columns(**{
        name: pl.lit(day, pl.Int64) for name, day in later.items()
    })]  # fmt: skip
    alone, _ = effects_after(responsive, tmp_path, halves[0])
    both, _ = effects_after(responsive, tmp_path, *halves)
    assert both["value_se_minor"] / both["value_minor"] < alone["value_se_minor"] / alone["value_minor"]


def test_read_outs_of_periods_unlike_each_other_are_each_compared_within_themselves(responsive, tmp_path):
    """In the second period, of little held back, everybody buys much less; taken together, the offer would look bad."""
    usual, slow = outcomes(300, noise=100), outcomes(300, noise=100, seed=2)
    slow = slow.filter((pl.col("arm") == "plan") | (pl.col("customer_id") % 20 == 0)).with_columns(
        margin_minor=pl.col("margin_minor") - 400, from_day=pl.lit(7, pl.Int64), until_day=pl.lit(13, pl.Int64)
    )
    row, _ = effects_after(responsive, tmp_path, usual, slow)
    assert row["value_minor"] == pytest.approx(300, abs=15)


def test_what_nobody_expected_to_bring_anything_is_as_it_was_measured(responsive, tmp_path):
    row, basis = effects_after(responsive, tmp_path, outcomes(300, noise=100), assumed={**EXPECTED, "value": "0.00"})
    assert (basis, row["basis"]) == ("measured", "measured")
    assert row["value_minor"] == pytest.approx(300, abs=15)
    assert 0 < row["value_se_minor"] < 15


def test_too_few_customers_say_nothing(responsive, tmp_path):
    row, basis = effects_after(responsive, tmp_path, outcomes(300, noise=1, size=100))
    assert (basis, row["value_minor"], row["value_se_minor"]) == ("assumed", 100, 0)
    assert measured(outcomes(300, noise=1, size=100)) == {}


def test_a_file_that_is_no_read_out_is_named(responsive, tmp_path):
    with pytest.raises(ConfigError, match=r"0.parquet' is no outcomes.parquet of a read-out: it lacks customer_id"):
        effects_after(responsive, tmp_path, pl.DataFrame({"a": [1]}))


def test_a_covariate_that_one_side_does_not_know_adjusts_neither():
    table = outcomes(0, noise=100)
    gap = (pl.col("arm") == "holdout") & (pl.col("customer_id") < 10)
    holed = table.with_columns(before_revenue_minor=pl.when(~gap).then(pl.col("before_revenue_minor")))
    (found,) = measured(holed).values()
    assert abs(found.value_minor) < 4 * found.se_minor


def test_what_the_holdout_redeems_too_is_not_the_offers():
    table = outcomes(0, noise=100).with_columns(redeemed=pl.col("customer_id") % 4 == 0)
    (found,) = measured(table).values()
    assert found.p_redeem == pytest.approx(0, abs=0.1)


def test_two_files_of_one_period_are_refused(responsive, tmp_path):
    with pytest.raises(ConfigError, match="is covered by another file"):
        effects_after(responsive, tmp_path, outcomes(300, 100), outcomes(300, 100, seed=3))


def test_a_period_of_a_loop_is_measured_against_those_from_whom_it_held_offers_back(responsive, tmp_path):
    """Its holdout had no offers earlier either, and here buys much more; in a single run the holdout is the control."""
    table = outcomes(300, noise=100)
    held_back = pl.when(pl.col("arm") == "holdout").then(pl.lit("holdback")).otherwise("arm")
    unlike = table.filter(arm="holdout").with_columns(pl.col("margin_minor") + 5_000)
    period = pl.concat([table.with_columns(arm=held_back), unlike])
    row, _ = effects_after(responsive, tmp_path, period)
    assert row["value_minor"] == pytest.approx(300, abs=15)
    later = {"from_day": pl.lit(7, pl.Int64), "until_day": pl.lit(13, pl.Int64)}
    row, _ = effects_after(responsive, tmp_path, period, outcomes(300, noise=100, seed=1).with_columns(**later))
    assert row["value_minor"] == pytest.approx(300, abs=15)
