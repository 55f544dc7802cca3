"""The file of business as usual: its customers under the ids of the run."""

import polars as pl
import pytest

from offerloop.config import Privacy
from offerloop.engine.duckdb import DuckDBEngine
from offerloop.errors import InputError, SourceError
from offerloop.events import pseudonym, read_business_as_usual

KEY = "a key of more than 16 bytes"


def written(folder, *lines):
    path = folder / "usual.csv"
    path.write_text("\n".join(["customer_id,offer_id", *lines]), encoding="utf-8")
    return path


def test_ids_are_integers_where_the_shops_are(tmp_path):
    path = written(tmp_path, "7,a", "8.0,", "9,none", "99,a")
    found = read_business_as_usual(path, pl.Series("customer_id", [7, 8, 9, 10]), Privacy(), DuckDBEngine())
    assert sorted(found.rows()) == [(7, "a"), (8, "none"), (9, "none")]


def test_an_id_with_zeros_before_it_is_not_the_integer(tmp_path):
    path = written(tmp_path, "7,a", "007,b")
    found = read_business_as_usual(path, pl.Series("customer_id", [7, 8]), Privacy(), DuckDBEngine())
    assert found.rows() == [(7, "a")]


@pytest.mark.parametrize("raw", [True, False])
def test_under_pseudonyms_the_file_may_have_raw_ids_or_pseudonyms(tmp_path, monkeypatch, raw):
    monkeypatch.setenv("USUAL_KEY", KEY)
    privacy = Privacy(pseudonymise=True, key_env="USUAL_KEY", ignore_case=True)
    hidden = pseudonym("ann", KEY.encode())
    path = written(tmp_path, f"{'Ann' if raw else hidden},a")
    found = read_business_as_usual(path, pl.Series("customer_id", [hidden, "other"]), privacy, DuckDBEngine())
    assert found.rows() == [(hidden, "a")]


def test_the_same_customer_in_two_cases_stands_there_twice(tmp_path):
    path = written(tmp_path, "Ann,a", "ann,b")
    with pytest.raises(InputError, match="the customer ann more than once"):
        read_business_as_usual(path, pl.Series("customer_id", ["ann"]), Privacy(ignore_case=True), DuckDBEngine())


def test_a_column_that_is_missing_is_named(tmp_path):
    path = tmp_path / "usual.csv"
    path.write_text("customer_id,coupon\n1,a\n", encoding="utf-8")
    with pytest.raises(SourceError, match="has no column 'offer_id'"):
        read_business_as_usual(path, pl.Series("customer_id", [1]), Privacy(), DuckDBEngine())
