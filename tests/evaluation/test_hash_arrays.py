"""The buckets of many customers are those of each."""

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from offerloop.evaluation.hash_arrays import buckets
from offerloop.evaluation.hash_groups import bucket


@settings(max_examples=30)
@given(
    st.one_of(
        st.lists(st.integers(-(2**62), 2**62)).map(lambda ids: pl.Series(ids, dtype=pl.Int64)),
        st.lists(st.text()).map(lambda ids: pl.Series(ids, dtype=pl.String)),
    ),
    st.text(),
)
def test_buckets_are_those_of_each_customer(customers, seed):
    assert buckets(customers, seed).tolist() == [bucket(str(one), seed) for one in customers]
    assert buckets(customers[1:], seed).tolist() == [bucket(str(one), seed) for one in customers[1:]]
