import numpy as np
import polars as pl
import pytest

from offerloop.errors import InputError
from offerloop.response import ColumnEncoding

TABLE = pl.DataFrame(
    {
        "age": [30, None, 50, 40],
        "town": ["a", "b", "a", None],
        "new": [True, False, True, True],
        "x": [1.0, 2.0, 3.0, 4.0],
    }
)


def test_missing_numbers_become_the_median_and_say_so():
    found = ColumnEncoding.of(TABLE, ["age"])
    assert found.labels == ["age", "age is missing"]
    np.testing.assert_array_equal(found.matrix(TABLE), [[30, 0], [40, 1], [50, 0], [40, 0]])


def test_categories_become_columns_and_strangers_are_none_of_them():
    found = ColumnEncoding.of(TABLE, ["town"])
    assert found.labels == ["town = a", "town = b"]
    np.testing.assert_array_equal(
        found.matrix(pl.DataFrame({"town": ["b", "elsewhere", None]})), [[0, 1], [0, 0], [0, 0]]
    )


def test_two_categories_are_one_column():
    assert ColumnEncoding.of(pl.DataFrame({"sex": ["f", "m", "f"]}), ["sex"]).labels == ["sex = f"]


def test_truth_and_numbers_stay_numbers():
    np.testing.assert_array_equal(ColumnEncoding.of(TABLE, ["new", "x"]).matrix(TABLE)[:2], [[1, 1], [0, 2]])


def test_another_table_must_have_the_columns():
    found = ColumnEncoding.of(TABLE, ["age"])
    with pytest.raises(InputError, match="'age' is missing"):
        found.matrix(TABLE.drop("age"))
    with pytest.raises(InputError, match="'age' holds text"):
        found.matrix(pl.DataFrame({"age": ["old"]}))
