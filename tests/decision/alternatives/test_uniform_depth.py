"""One depth for everybody: every depth by hand, the choice, its interval, and the floor of the price."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up_campaigns import calibration, campaign, case, effects, forecast_alone, offers, valued, with_funded

from offerloop.decision.alternatives.uniform_depth import SCHEMA, uniform_depths

OFFERS = {"ten": 0.1, "twenty": 0.2, "thirty": 0.3, "milk ten": 0.1, "milk twenty": 0.2}


def uniform(rows, error=0.0, funded=0.0, margin=0.3, contact=0, estimated=None):
    """Of customer, category, offer, value and discount; estimates are right unless they are given by offer."""
    names = ["customer_id", "category", "offer_id", "value_minor", "discount_minor"]
    table = pl.DataFrame(rows, schema=names, orient="row").cast({"value_minor": float, "discount_minor": float})
    right = pl.col("value_minor") - (1 - funded) * pl.col("discount_minor") - contact
    wrong = None if estimated is None else pl.col("offer_id").replace_strict(estimated, return_dtype=pl.Float64)
    table = table.with_columns(
        profit_minor=right if wrong is None else wrong,
        depth=pl.col("offer_id").replace_strict(OFFERS, return_dtype=pl.Float64),
        held_out_value_minor="value_minor", held_out_discount_minor="discount_minor", fold=pl.lit(0),
        centred=pl.lit(0.0), d_value="value_minor", d_discount=pl.lit(0.0), funded_share=pl.lit(funded),
        contact_cost_minor=pl.lit(contact), margin=pl.lit(margin), cost_weight=pl.lit(1.0),
        value_se_minor=pl.lit(0.0), basis=pl.lit("transferred"),
    )  # fmt: skip
    return uniform_depths(table, valued(table, calibration(error=error)))


def best(table, category="bread"):
    (row,) = table.filter(pl.col("category") == category, pl.col("is_best")).rows(named=True)
    return row


BREAD = [(1, "bread", "ten", 15, 10), (2, "bread", "ten", 15, 10), (1, "bread", "twenty", 40, 25)]
BREAD += [(2, "bread", "twenty", 20, 25), (1, "bread", "thirty", 30, 45), (2, "bread", "thirty", 30, 45)]
MILK = [(1, "milk", "milk ten", 5, 10), (3, "milk", "milk twenty", 10, 25)]


def test_every_depth_by_hand():
    found = uniform(MILK + BREAD, contact=1)
    columns = ["category", "depth", "offer_id", "n_customers", "spend_minor", "profit_minor"]
    assert found.select(columns).rows() == [
        ("bread", 0.0, "none", 0.0, 0.0, 0.0),
        ("bread", 0.1, "ten", 2.0, 22.0, 8.0),
        ("bread", 0.2, "twenty", 2.0, 52.0, 8.0),
        ("bread", 0.3, "thirty", 2.0, 92.0, -32.0),
        ("milk", 0.0, "none", 0.0, 0.0, 0.0),
        ("milk", 0.1, "milk ten", 1.0, 11.0, -6.0),
        ("milk", 0.2, "milk twenty", 1.0, 26.0, -16.0),
    ]


def test_the_best_depth_is_the_lowest_of_equals_and_none_where_all_lose():
    found = uniform(MILK + BREAD, contact=1)
    assert best(found)["offer_id"] == "ten"
    assert (best(found, "milk")["offer_id"], best(found, "milk")["depth"]) == ("none", 0.0)


def test_estimates_choose_and_held_out_values_tell():
    """By the estimates thirty is best; what it brings is nevertheless what held-out customers say."""
    found = best(uniform(BREAD, estimated={"ten": 1.0, "twenty": 2.0, "thirty": 3.0}))
    assert (found["offer_id"], found["estimated_minor"], found["profit_minor"]) == ("thirty", 6.0, -30.0)
    assert not found["beats_nothing"]


def test_a_depth_beats_nothing_only_beyond_its_interval():
    """The value of 30 is known to a tenth or to a half; 20 of discount."""
    sure, unsure = (best(uniform(BREAD[:2], error=error)) for error in (0.1, 0.5))
    assert sure["beats_nothing"]
    assert sure["profit_low_minor"] == pytest.approx(10 - 1.959964 * 3)
    assert not unsure["beats_nothing"]
    assert unsure["offer_id"] == "ten"


@pytest.mark.parametrize(
    "funded, margin, floor, allowed",
    [
        (0.0, 0.3, 0.3, ["ten", "twenty", "thirty"]),
        (0.0, 0.2, 0.2, ["ten", "twenty"]),
        (0.0, 0.15, 0.15, ["ten"]),
        (0.0, -0.1, 0.0, []),
        (0.5, 0.15, 0.3, ["ten", "twenty", "thirty"]),
        (1.0, 0.0, 1.0, ["ten", "twenty", "thirty"]),
    ],
)
def test_no_price_falls_below_cost(funded, margin, floor, allowed):
    """What a supplier pays keeps the price up. The deepest would be the best."""
    rows = [(1, "bread", name, value, 0) for name, value in (("ten", 1), ("twenty", 2), ("thirty", 3))]
    found = uniform(rows, funded=funded, margin=margin)
    assert found["floor_depth"].to_list() == pytest.approx([floor] * 4)
    assert found.filter(~pl.col("below_floor"))["offer_id"].to_list() == ["none", *allowed]
    assert best(found)["offer_id"] == ["none", *allowed][-1]


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 1000), st.floats(0, 1), st.floats(0, 2))
def test_one_depth_is_best_and_never_below_the_floor(seed, share, error):
    table = with_funded(effects(seed), offers([share] * 3)).with_columns(category=pl.lit("bread"))
    found = uniform_depths(table, valued(table, calibration(error=error)))
    assert found["is_best"].sum() == 1
    chosen = best(found)
    assert not chosen["below_floor"]
    assert chosen["estimated_minor"] == found.filter(~pl.col("below_floor"))["estimated_minor"].max()
    assert (found["profit_low_minor"] <= found["profit_minor"]).all()
    assert found["depth"].to_list() == [0.0, 0.1, 0.2, 0.3]


def test_offers_on_everything_stand_together_and_those_without_a_depth_are_left_out():
    table = with_funded(effects(1), offers()).with_columns(
        category=pl.lit(None, dtype=pl.String),
        depth=pl.when(pl.col("offer_id") == "c").then(None).otherwise(pl.col("depth")),
    )
    found = uniform_depths(table, valued(table, calibration()))
    assert found.select("category", "offer_id").rows() == [(None, "none"), (None, "a"), (None, "b")]


def test_a_campaign_that_concerns_nobody_has_no_depths():
    table = with_funded(effects(1), offers()).with_columns(category=pl.lit("bread")).clear()
    found = uniform_depths(table, valued(table, calibration()))
    assert found.is_empty()
    assert found.schema == SCHEMA


def test_a_forecast_has_the_depths_beside_the_plan():
    settings = [(effects(1), calibration())], offers((0.9, 0.9, 0.9)), campaign(), 3000
    found, of_case = forecast_alone(*settings), case(*settings)
    assert found.uniform["campaign_id"].unique().to_list() == ["one"]
    alone = of_case.value((of_case.effects["offer_id"] == "b").to_numpy().astype(float))
    row = found.uniform.row(by_predicate=pl.col("offer_id") == "b", named=True)
    assert row["profit_minor"] == pytest.approx(alone.value)
    assert row["profit_high_minor"] == pytest.approx(alone.high)
