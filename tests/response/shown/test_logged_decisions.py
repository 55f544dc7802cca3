"""What customers were shown before, against a slow loop."""

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from offerloop.response.shown.logged_decisions import earlier_offers

NAMES = ["none", "a", "b"]
shown = st.lists(
    st.tuples(st.sampled_from("xyz"), st.integers(0, 60), st.sampled_from([*NAMES, "other"])), min_size=1, max_size=30
)


@given(shown, st.lists(st.tuples(st.sampled_from("xyzw"), st.integers(0, 70)), min_size=1, max_size=10))
def test_earlier_offers_equal_a_slow_loop(log, asked):
    names = ["customer_id", "shown_day", "offer_id"]
    exposures = pl.DataFrame(log, names, orient="row").sort("customer_id", "shown_day", "offer_id")
    rows = pl.DataFrame(asked, names[:2], orient="row")
    first = {}
    for customer, day, offer in exposures.iter_rows():
        first.setdefault((customer, day), NAMES.index(offer) if offer in NAMES else 0)
    days = set(first) | set(asked)  # a row that was not shown anything is an occasion of its own
    found = earlier_offers(exposures, rows, NAMES, 7, 3)
    for (customer, day), got in zip(asked, found.tolist(), strict=True):
        before = sorted((one for who, one in days if who == customer and one < day), reverse=True)[:3]
        true = [first.get((customer, one), 0) if day - one <= 21 else -1 for one in before]
        assert got == true + [-1] * (3 - len(true))
