"""Sums of what customers bought between days, against sums a day at a time; and how new customers are."""

import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from offerloop.response.shown.purchases.exposure_windows import last_days, newness, sums_between

CUSTOMERS, DAYS = st.integers(0, 4), st.integers(-3, 40)


@given(
    st.dictionaries(st.tuples(CUSTOMERS, st.integers(0, 30)), st.integers(-9, 9), max_size=30),
    st.lists(st.tuples(CUSTOMERS, DAYS, DAYS), max_size=20),
    st.booleans(),
)
def test_sums_are_those_of_the_days_between(bought, asked, has_text_ids):
    id_type = pl.String if has_text_ids else pl.Int64
    days = pl.DataFrame(
        [(customer, day, value) for (customer, day), value in bought.items()],
        {"customer_id": pl.Int64, "order_day": pl.Int64, "n": pl.Int64},
        orient="row",
    ).cast({"customer_id": id_type})
    days = days.sort("customer_id", "order_day").with_columns(pl.col("n").cum_sum().over("customer_id"))
    rows = pl.DataFrame(
        asked, {"customer_id": pl.Int64, "first": pl.Int64, "until": pl.Int64}, orient="row"
    ).cast({"customer_id": id_type})  # fmt: skip

    def before(customer, bound):
        return sum(value for (who, day), value in bought.items() if who == customer and day < bound)

    sums = sums_between(days, rows, pl.col("first"), pl.col("until"), ("n",))
    assert sums["n"].to_list() == [before(who, until) - before(who, first) for who, first, until in asked]
    (places,) = last_days(days, rows, pl.col("until"))
    last = [max([day for who, day in bought if who == customer and day < until], default=None)
            for customer, _, until in asked]  # fmt: skip
    assert [None if one < 0 else days["order_day"][int(one)] for one in places] == last


def test_a_customer_is_new_for_a_quarter_after_the_first_order():
    days = pl.DataFrame({"customer_id": ["a", "a", "old"], "order_day": [40, 60, 5]})
    rows = pl.DataFrame({"customer_id": ["a"] * 4 + ["old", "nobody"], "shown_day": [40, 53, 92, 200, 60, 60]})
    np.testing.assert_allclose(newness(days, rows, 0), [0, 1 - 13 / 91, 1 - 52 / 91, 0, 0, 0])
