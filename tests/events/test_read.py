"""What is wrong with a source is said with the file and the column."""

import pytest

from offerloop.engine import collect
from offerloop.errors import SourceError
from offerloop.events.read import CONTRACTS

HEADER = "order,customer,product,units,paid,at\n"
LINE = "1,1,1,1,1.00,2024-01-01\n"


def source(name, columns, attributes=""):
    mapping = ", ".join(f'{ours} = "{theirs}"' for ours, theirs in columns.items())
    return f'[sources.{name}]\npath = "{name}.csv"\ncolumns = {{ {mapping} }}\n{attributes}'


def test_a_missing_file_is_named(clean):
    with pytest.raises(SourceError, match=r"customers.csv' does not exist"):
        clean(HEADER + LINE, toml=source("customers", {"customer_id": "c"}))


def test_an_unreadable_parquet_is_named(clean):
    toml = '[sources.customers]\npath = "c.parquet"\ncolumns = { customer_id = "c" }'
    with pytest.raises(SourceError, match=r"c.parquet' cannot be read as .parquet"):
        clean(HEADER + LINE, toml=toml, files={"c.parquet": "not Parquet"})


def test_a_missing_column_is_named_with_its_file_and_the_nearest_name(clean):
    with pytest.raises(
        SourceError, match=r"columns.order_id of '.*lines.csv': there is no column 'order', did you mean 'ord"
    ):
        clean(HEADER.replace("order", "ordr") + LINE)


@pytest.mark.parametrize("name", [name for name in CONTRACTS if name != "order_lines"])
def test_a_missing_mapping_is_named(clean, name):
    columns = {"campaign_type": "x"} if name == "campaigns" else {}
    with pytest.raises(SourceError) as refusal:
        clean(HEADER + LINE, toml=source(name, columns), files={f"{name}.csv": "x\n1\n"})
    said = str(refusal.value)
    assert said.startswith(f"[sources.{name}] columns: map the required ")
    assert all(f"'{column}'" in said for column in CONTRACTS[name].required)


def test_a_mapping_of_no_use_is_answered_with_the_nearest_name(clean):
    with pytest.raises(
        SourceError, match=r"\[sources.order_lines\] columns: there is no column 'discont', did you mean"
    ):
        clean(HEADER + LINE, columns=', discont = "paid"')


def test_a_missing_attribute_is_named(clean):
    toml = source("customers", {"customer_id": "c"}, 'attributes = ["agge"]')
    with pytest.raises(SourceError, match=r"attributes: '.*customers.csv' has no column 'agge', did you mean 'age'"):
        clean(HEADER + LINE, toml=toml, files={"customers.csv": "c,age\n1,30\n"})


@pytest.mark.parametrize(
    ("line", "column", "needed"),
    [
        ("1,1,1,1,$1.00,2024-01-01\n", "columns.paid", "numbers"),
        ("1,1,1,one,1.00,2024-01-01\n", "columns.quantity", "numbers"),
        ("1,1,1,1,1.00,yesterday\n", "columns.at", "times"),
        ("1,1.5,1,1,1.00,2024-01-01\n", "columns.customer_id", "ids"),
        (LINE * 30_000 + "1,1,1,1,free,2024-01-01\n", "columns.paid", "numbers"),
    ],
)
def test_a_column_of_the_wrong_kind_is_named_with_its_file(clean, line, column, needed):
    with pytest.raises(SourceError, match=rf"{column} of '.*lines.csv': .* must hold {needed}"):
        clean(HEADER + line)


def test_times_in_milliseconds_are_refused(clean):
    with pytest.raises(SourceError, match="times as numbers are seconds"):
        clean(HEADER + "1,1,1,1,1.00,1704067200123\n", shop='timezone = "Europe/Berlin"')


@pytest.mark.parametrize("at", ["1704067200", "1704067200.9", "2024-01-01", "2024-01-01 00:00:00"])
def test_times_may_be_seconds_dates_or_timestamps(clean, at):
    found = collect(clean(HEADER + f"1,1,1,1,1.00,{at}\n").order_lines)
    assert found["order_day"].to_list() == [19_723]
    assert found["order_day"].dtype.is_integer()


@pytest.mark.parametrize(
    ("currency", "paid", "minor"), [("USD", "12.40", 1240), ("USD", "0.29", 29), ("JPY", "1240", 1240)]
)
def test_money_becomes_minor_units_of_the_currency(clean, currency, paid, minor):
    events = clean(HEADER + f"1,1,1,1,{paid},2024-01-01\n", shop=f'currency = "{currency}"')
    assert collect(events.order_lines)["paid_minor"].to_list() == [minor]


def test_ids_of_two_sources_must_be_of_one_kind(clean):
    toml = source("customers", {"customer_id": "c"})
    with pytest.raises(
        SourceError, match=r"'customer_id' is text in one of \[sources.order_lines\] and \[sources.customers\]"
    ):
        clean(HEADER + LINE, toml=toml, files={"customers.csv": "c\nann\n"})


@pytest.mark.parametrize(
    ("name", "columns", "text"),
    [
        ("products", {"product_id": "p", "category": "c"}, "p,c\n7,tea\n7,bread\n"),
        ("customers", {"customer_id": "p"}, "p,c\n7,1\n7,2\n"),
        ("campaigns", {"campaign_id": "p", "starts_at": "s", "ends_at": "e"}, "p,s,e\n7,1,2\n7,2,3\n"),
    ],
)
def test_two_rows_for_one_key_are_refused_since_they_would_count_twice(clean, name, columns, text):
    toml = source(name, columns, 'attributes = ["c"]' if name == "customers" else "")
    with pytest.raises(SourceError, match=rf"\[sources.{name}\] .* several different rows for \w+ 7"):
        clean(HEADER + LINE, toml=toml, files={f"{name}.csv": text})
