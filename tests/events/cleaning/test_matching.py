"""Ids of two sources that do not meet stop everything, with examples of both; ids that are numbers meet as numbers."""

import narwhals as nw
import polars as pl
import pytest

from offerloop.config import Clean, Config, Profiles, Source
from offerloop.engine import collect
from offerloop.engine.duckdb import DuckDBEngine
from offerloop.errors import SourceError
from offerloop.events import as_integers
from offerloop.events.cleaning.matching import PAIRS, check_matching

HEADER = "order,customer,product,units,paid,at\n"
NUMBERS = range(1, 13)
CUSTOMERS = """
[sources.customers]
path = "c.csv"
columns = { customer_id = "c", consent = "ok" }
attributes = ["age"]
"""


def lines(write):
    return HEADER + "".join(f"{n},{write(n)},1,1,1.00,2024-01-{n:02}\n" for n in NUMBERS)


def customers(write, numbers=NUMBERS, age=lambda n: 20 + n):
    return "c,ok,age\n" + "".join(f"{write(n)},{'no' if n == 3 else 'yes'},{age(n)}\n" for n in numbers)


def matched(source, rows, orders, segment=None, audit_only=(), **settings):
    """Compare a source with the order lines: a table, or how each number is written in each column."""
    tables = {
        name: one if isinstance(one, pl.DataFrame) else pl.DataFrame({c: list(map(w, NUMBERS)) for c, w in one.items()})
        for name, one in ((source, rows), ("order_lines", orders))
    }
    columns = {} if segment is None else {"segment": segment}
    config = Config.model_construct(
        sources={name: Source(path=f"{name}.csv", columns=columns) for name in tables},
        clean=Clean(**settings),
        profiles=Profiles(audit_only=audit_only),
    )
    check_matching({name: nw.from_native(table.lazy()) for name, table in tables.items()}, config)


def whole(*cells):
    frame = DuckDBEngine(threads=1).table(pl.DataFrame({"place": range(len(cells)), "who_id": cells}))
    return collect(as_integers(frame, ["who_id"]), "place")["who_id"].to_list()


@pytest.mark.parametrize(
    ("cells", "ids"),
    [
        (("17.0", "18.00", "19", None, "guest-5"), ["17", "18", "19", None, "guest-5"]),
        (("1.7E+01", "2e+00", "-3.0"), ["17", "2", "-3"]),
        (("1.23E+05", "12E5", "7E10", "0017.0"), ["1.23E+05", "12E5", "7E10", "0017"]),
        (("1.0", "1.5"), ["1.0", "1.5"]),  # versions or sizes
    ],
)
def test_ids_written_as_floats_are_the_integers_that_they_are(cells, ids):
    assert whole(*cells) == ids


@pytest.mark.parametrize(("ordered", "listed"), [("{}.0", "{}"), ("{}", "{}.0")])
def test_who_refuses_is_known_however_the_id_is_written(clean, ordered, listed):
    """And a byte order mark is no part of a name."""
    files = {"c.csv": "\ufeff" + customers(listed.format)}
    assert clean("\ufeff" + lines(ordered.format), CUSTOMERS, files).no_consent["customer_id"].to_list() == [3]


def test_digits_lost_to_scientific_notation_stop(clean):
    with pytest.raises(
        SourceError, match=r"lines.csv', line 11, column 'customer' .*'1.234510E\+11' is a number that lost"
    ):
        clean(lines(lambda n: f"1.2345{n}E+11"))


def test_float_ids_too_large_to_be_exact_are_not_dropped_without_a_word(clean, tmp_path):
    table = pl.DataFrame({"c": [2.0**60 + n * 2.0**10 for n in NUMBERS], "ok": ["yes"] * 12, "age": [1] * 12})
    table.write_parquet(tmp_path / "c.parquet")
    with pytest.raises(
        SourceError, match=r"c.parquet', column 'c': must hold whole numbers or text to be 'customer_id'"
    ):
        clean(lines(str), CUSTOMERS.replace("c.csv", "c.parquet"))


@pytest.mark.parametrize(
    ("ordered", "listed", "examples", "why"),
    [
        ("{}", "{:04}", "'0001' and '0002' against '1' and '10'", "they match without leading zeros"),
        ("a{}", "A{}", "'A1' and 'A10' against 'a1' and 'a10'", "they match without differences of case"),
        ("a{}", "a-{}", "'a-1' and 'a-10' against 'a1' and 'a10'", "they match without spaces and punctuation"),
        ("{}", "shop{}", "'shop1' and 'shop10' against '1' and '10'", "without what stands before the number"),
        ("{}", "2f{}e", "'2f10e' and '2f11e' against '1' and '10'", ""),
    ],
)
def test_ids_that_hardly_match_stop_with_examples_of_both(ordered, listed, examples, why):
    with pytest.raises(SourceError, match="hardly match: 0 of 12 occur in both") as stopped:
        matched("customers", {"customer_id": listed.format}, {"customer_id": ordered.format})
    said = str(stopped.value)
    assert examples in said
    assert why in said
    assert "customers.csv" in said
    assert "order_lines.csv" in said


def test_guests_and_customers_who_never_ordered_stop_nothing():
    listed = pl.DataFrame({"customer_id": [*range(11, 13), *range(100, 200)]})  # two of 12 who ordered are listed
    matched("customers", listed, {"customer_id": int})
    with pytest.raises(SourceError, match="hardly match: 1 of 12"):
        matched("customers", listed[1:], {"customer_id": int})
    matched("customers", listed[1:], {"customer_id": int}, min_matched_ids=0)


@pytest.mark.parametrize(
    ("source", "column"),
    [(one.source, one.column) for one in PAIRS if one.other == "order_lines"],
)
def test_so_do_other_sources(source, column):
    with pytest.raises(SourceError, match=rf"{column} of \[sources\.{source}\] .*hardly match: 0 of"):
        matched(source, {column: "x{}".format}, {column: str})
    matched(source, {column: str}, {column: str})
    if source != "customers":
        matched(source, pl.DataFrame(schema={column: pl.String}), {column: str})


AGES = {"customer_id": int, "age": lambda n: 20 + n}


@pytest.mark.parametrize("age", [lambda _: None, lambda n: 30 if n == 1 else None])
def test_a_column_that_audits_and_is_empty_for_nearly_everybody_stops(age):
    with pytest.raises(SourceError, match=r"customers.csv', column 'age': known of [01] of 12 customers who bought"):
        matched("customers", {**AGES, "age": age}, {"customer_id": int}, audit_only=("age",))
    matched("customers", AGES, {"customer_id": int}, audit_only=("age",))


@pytest.mark.parametrize("expression", ["age", "`age`", "'a' + age"])
def test_a_column_that_audits_must_not_reach_rules_under_another_name(expression):
    with pytest.raises(SourceError, match=r"'age' stands in profiles\.audit_only and is also mapped as 'segment'"):
        matched("customers", AGES, {"customer_id": int}, audit_only=("age",), segment=expression)
    matched("customers", AGES, {"customer_id": int}, audit_only=("age",), segment="age_group")


def test_a_list_of_customers_without_rows_stops():
    with pytest.raises(SourceError, match=r"customers.csv' has no rows"):
        matched("customers", pl.DataFrame(schema={"customer_id": pl.Int64}), {"customer_id": int})
