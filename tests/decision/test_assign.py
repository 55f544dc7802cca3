import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from offerloop.decision.assignment_rows import Outside, as_text, assignments, decimal_text
from offerloop.money import MICRO, to_text

OFFERS = pl.DataFrame(
    {
        "campaign_id": ["own", "paid", "paid", "paid"],
        "offer_id": ["a", "a", "b", "sale"],
        "category": pl.Series([None, None, None, None], dtype=pl.String),
        "cost_liability_minor": [500, 125, 250, 125],
        "funded_share": [0.0, 0.75, 0.75, 0.75],
        "contact_cost_minor": [0, 0, 0, 0],
        "cost_weight": [1.0] * 4,
        "basis": ["transferred", "transferred", "transferred", "unknown"],
    }
)
# customer, campaign, offer, profit
EFFECTS = [
    (1, "own", "a", 999.0),  # a campaign that is not sent
    (1, "paid", "a", 120.4), (1, "paid", "b", 100.0),
    (2, "paid", "a", 80.0), (2, "paid", "b", 95.5),
    (3, "paid", "a", -4.0),
    (4, "paid", "a", 30.0),
    (6, "paid", "a", 50.0), (6, "paid", "b", 40.0),
]  # fmt: skip
ARMS = [
    (6, "paid", "b", "explore", 0.01),
    (5, None, "none", "plan", 1.0),
    (1, "paid", "a", "plan", 0.9),
    (2, None, "none", "holdout", 0.1),
    (3, None, "none", "plan", 1.0),
    (4, None, "none", "plan", 1.0),
    (7, "paid", "sale", "explore", 0.02),
    (8, None, "none", "explore", 0.98),
]


NOBODY = Outside(*[pl.Series([], dtype=pl.Int64)] * 3)


def assigned(sent=("paid",), digits=2, outside=NOBODY, rows=EFFECTS, beyond_one_use=0):
    kinds = (pl.Int64, pl.String, pl.String, pl.Float64)
    schema = dict(zip(("customer_id", "campaign_id", "offer_id", "profit_minor"), kinds, strict=True))
    effects = pl.DataFrame(rows, schema=schema, orient="row").with_columns(
        value_minor=pl.col("profit_minor") + 20.5,
        profit_low_minor=pl.col("profit_minor") - 10,
        profit_high_minor=pl.col("profit_minor") + 10,
        cost_expected_micro=pl.lit(20_500_000, dtype=pl.Int64),
        held_out_value_minor=pl.lit(30.0),
        held_out_discount_minor=pl.lit(80.0),
        cost_liability_minor=pl.when(offer_id="a").then(125).otherwise(250),
        discount_minor=pl.lit(80.0),
        growth=pl.lit(0.25),
        basis=pl.lit("transferred"),
    )
    arms = pl.DataFrame(ARMS, schema=["customer_id", "campaign_id", "offer_id", "arm", "propensity"], orient="row")
    arms = arms.with_columns(
        planned_campaign_id=pl.col("campaign_id"),
        planned_offer_id=pl.col("offer_id"),
        explore_kinds=pl.lit(""),
        n_planned=pl.lit(1, pl.Int64),
    )
    effects = effects.with_columns(pl.col("cost_liability_minor") + beyond_one_use)
    return assignments(arms, effects, OFFERS, list(sent), digits, outside)


def column(table, name):
    return dict(table.select("customer_id", name).iter_rows())


def test_one_row_per_customer_in_order():
    assert assigned()["customer_id"].to_list() == [1, 2, 3, 4, 5, 6, 7, 8]


def test_why_each_customer_has_this_row():
    assert column(assigned(), "reasons") == {
        1: "best_profit",
        2: "holdout",
        3: "no_offer_pays",
        4: "budget_spent",
        5: "no_basis",
        6: "explore",
        7: "explore",
        8: "explore",
    }


def test_why_customers_may_get_nothing_at_all():
    everyone = pl.Series([1, 2, 3, 4, 5])
    audiences = {"paid": pl.Series([1, 2]), "own": pl.Series([2])}
    outside = Outside.of(everyone, audiences, pl.Series([3]), ["paid"])
    found = column(assigned(outside=outside), "reasons")
    assert [found[one] for one in everyone] == ["best_profit", "holdout", "no_consent", "outside", "outside"]


def test_a_customer_whose_campaigns_are_not_sent_is_not_said_to_have_no_recent_purchase():
    audiences = {"paid": pl.Series([1, 2, 3, 4]), "own": pl.Series([5])}
    outside = Outside.of(pl.Series(range(1, 6)), audiences, NOBODY.no_consent, ["paid"])
    found = column(assigned(outside=outside), "reasons")
    assert (found[4], found[5]) == ("budget_spent", "no_sent_campaign")


def test_without_a_campaign_that_pays():
    assert column(assigned(sent=()), "reasons")[3] == "no_campaign_pays"
    assert column(assigned(sent=()), "best_alternative") == dict.fromkeys(range(1, 9), "")


def test_without_any_known_effect_no_forecast_is_blamed():
    found = column(assigned(sent=(), rows=EFFECTS[:0]), "reasons")
    assert (found[2], found[3], found[5]) == ("holdout", "no_effect_known", "no_effect_known")


def test_money_of_what_is_given():
    table = assigned()
    row = table.row(by_predicate=pl.col("customer_id") == 1, named=True)
    assert (row["profit_minor"], row["profit_low_minor"], row["profit_high_minor"]) == (120, 110, 130)
    assert (row["value_minor"], row["cost_expected_micro"], row["cost_liability_minor"]) == (141, 20_500_000, 125)
    assert row["basis"] == "transferred"


def test_an_offer_of_the_plan_counts_at_what_its_budget_counted_and_a_random_one_at_one_use():
    most = column(assigned(beyond_one_use=70), "cost_liability_minor")
    assert (most[1], most[6], most[7], most[2]) == (195, 250, 125, 0)


def test_profit_of_the_other_half_counts_our_share_of_the_discount():
    assert column(assigned(), "profit_held_out_minor")[1] == 30 - 0.25 * 80


def test_nothing_costs_nothing():
    nothing = assigned().filter(offer_id="none")
    money = [name for name in nothing.columns if name.endswith(("_minor", "_micro"))]
    assert nothing.height == 5
    assert (nothing.select(money) == 0).to_numpy().all()
    assert nothing["basis"].unique().to_list() == ["none"]
    assert nothing["campaign_id"].is_null().all()


def test_an_unknown_effect_is_empty_not_zero():
    row = assigned().row(by_predicate=pl.col("customer_id") == 7, named=True)
    assert row["basis"] == "unknown"
    assert row["cost_liability_minor"] == 125
    assert [row[name] for name in ("value_minor", "profit_minor", "cost_expected_micro")] == [None] * 3


def test_the_best_other_offer_of_campaigns_that_are_sent():
    assert column(assigned(), "best_alternative") == {
        1: "b, 0.20 behind",  # 1.204 against 1.00
        2: "b, 0.96 ahead",  # held out of the better of two
        3: "a, 0.04 behind",  # an offer that loses money is behind nothing
        4: "a, 0.30 ahead",  # the budget ran out
        5: "",
        6: "a, 0.10 ahead",  # the draw was not the best
        7: "",
        8: "",
    }
    assert column(assigned(digits=0), "best_alternative")[6] == "a, 10 ahead"


def test_customers_with_text_ids_are_sorted_as_text():
    effects = pl.DataFrame(
        schema={"customer_id": pl.String, "campaign_id": pl.String, "offer_id": pl.String, "basis": pl.String}
        | dict.fromkeys(["value_minor", "profit_minor", "profit_low_minor", "profit_high_minor"], pl.Float64)
        | dict.fromkeys(["held_out_value_minor", "held_out_discount_minor", "discount_minor", "growth"], pl.Float64)
        | dict.fromkeys(["cost_expected_micro", "cost_liability_minor"], pl.Int64)
    )
    rows = [(one, None, "none", "plan", 1.0) for one in ("b", "a10", "a9")]
    arms = pl.DataFrame(
        rows,
        schema={"customer_id": pl.String, "campaign_id": pl.String, "offer_id": pl.String, "arm": pl.String,
                "propensity": pl.Float64},
        orient="row",
    )  # fmt: skip
    arms = arms.with_columns(
        planned_campaign_id=pl.col("campaign_id"),
        planned_offer_id=pl.col("offer_id"),
        explore_kinds=pl.lit(""),
        n_planned=pl.lit(1, pl.Int64),
    )
    assert assignments(arms, effects, OFFERS, [], 2, Outside(*[pl.Series(["x"])] * 3))["customer_id"].to_list() == [
        "a10",
        "a9",
        "b",
    ]


@pytest.mark.parametrize("currency, digits, expected", [
    ("USD", 2, ("1.20", "1.41", "0.21", "1.25")),
    ("JPY", 0, ("120", "141", "21", "125")),
])  # fmt: skip
def test_csv_money_has_the_digits_of_its_currency(currency, digits, expected):
    table = assigned(digits=digits).with_columns(cost_expected_micro=pl.col("cost_expected_micro") + 300_000)
    text = as_text(table, digits)
    assert not [name for name in text.columns if name.endswith(("_minor", "_micro"))]
    assert text.select("profit", "value", "cost_expected", "cost_liability").row(0) == expected
    assert text["profit"][1] == to_text(0, currency)
    lines = text.write_csv().splitlines()
    assert lines[0].startswith("customer_id,campaign_id,offer_id,arm,propensity,profit,")
    assert lines[1].startswith(f"1,paid,a,plan,0.9,{expected[0]},")
    assert lines[7].startswith("7,paid,sale,explore,0.02,,")  # unknown is empty
    assert len(lines) == 9


@given(st.integers(-(10**15), 10**15), st.sampled_from(["USD", "JPY"]))
def test_decimal_text_is_that_of_money(minor, currency):
    digits = 2 if currency == "USD" else 0
    assert pl.select(decimal_text(pl.lit(minor), digits))[0, 0] == to_text(minor, currency)


def test_micro_units_become_the_nearest_minor_unit():
    minor = pl.Series([20_400_000, 20_600_000, -1, 0], dtype=pl.Int64) / MICRO
    assert pl.select(decimal_text(pl.lit(minor), 2)).to_series().to_list() == ["0.20", "0.21", "0.00", "0.00"]
