"""What is wrong with a source is said with the file and the column."""

import narwhals as nw
import pytest

from offerloop.engine import collect
from offerloop.errors import SourceError
from offerloop.events.columns.contracts import CONTRACTS

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
    ("line", "said"),
    [
        (
            "1,1,1,1,free,2024-01-01\n",
            r"lines.csv', line 2, column 'paid': must hold numbers to be 'paid', and 1 of 1 ",
        ),
        ("1,1,1,one,1.00,2024-01-01\n", r"lines.csv', line 2, column 'units': must hold numbers to be 'quantity'"),
        ("1,1,1,1,1.00,yesterday\n", r"columns.at of '.*lines.csv': 'at' must hold times, and holds 'yesterday'"),
        (LINE + "2,1,1,1,1.00,soon\n", r"lines.csv', line 3, column 'at': must hold times to be 'at', and 1 of 2"),
        (
            LINE + "2,1,1,1,1.00,1 June\n",
            r"line 3, column 'at': must hold times to be 'at', and 1 of 2 cells such as '1 June'",
        ),
        ("1,1,1,1,1.00,01/02/2024\n", r"leaves open which of '%d/%m/%Y' and '%m/%d/%Y' .* set 'time_format'"),
    ],
)
def test_a_column_of_the_wrong_kind_is_named_with_its_line(clean, line, said):
    with pytest.raises(SourceError, match=said):
        clean(HEADER + line)


def test_all_problems_are_reported_at_once(clean):
    toml = source("customers", {"customer_id": "who"}, 'attributes = ["agge"]')
    with pytest.raises(SourceError) as refusal:
        clean(
            HEADER.replace("units", "n").replace("paid", "eur") + LINE,
            toml=toml,
            files={"customers.csv": "c,age\n1,3\n"},
        )
    said = str(refusal.value).splitlines()
    assert len(said) == 4
    assert [
        name for name in ("quantity", "paid", "customer_id", "agge") if not any(name in line for line in said)
    ] == []


@pytest.mark.parametrize(
    ("text", "settings"),
    [
        ("order;customer;product;units;paid;at\n1;1;1;1;1.234,50;05.02.2024 10:00\n", ""),
        ("order\tcustomer\tproduct\tunits\tpaid\tat\r\n1\t1\t1\t1\t1234.5\t2024-02-05\r\n", ""),
        ('\ufefforder,customer,product,units,paid,at\n1,1,1,1,"1,234.50",2024-02-05T10:00:00\n', ""),
        (
            "order|customer|product|units|paid|at\n1|1|1|1|1234,5|02/05/2024\n",
            'time_format = "%m/%d/%Y"\ndecimal = ","',
        ),
        ("order,customer,product,units,paid,at\n1,1,1,1,1234.5,2024年2月5日\n", ""),
        ("order,customer,product,units,paid,at\n1,1,1,1,¥1234.5,20240205\n", ""),
        ("order,customer,product,units,paid,at\n1,1,1,1,1234.5,1707127200000\n", ""),
        ("order,customer,product,units,paid,at\n1,1,1,1,1234.5,1707127200000000\n", ""),
        ("order,customer,product,units,paid,at\n1,1,1,1,1234.5,20240205100000\n", ""),
        ("order,customer,product,units,paid,at\n1,1,1,1,1’234.50,2024-02-05T10:00Z\n", ""),
        ("order;customer;product;units;paid;at\n1;1;1;1;R$ 1.234,50;2024-02-05\n", ""),
        ("order;customer;product;units;paid;at\n1;1;1;1;1 234,50 kr;2024-02-05\n", ""),
        ("order;customer;product;units;paid;at\n1;1;1;1;1234,50 EUR;2024-02-05\n", ""),
        ("order,customer,product,units,paid,at\n1,1,1,1,A$1234.5,2024-02-05\n", ""),
    ],
)
def test_csv_files_of_many_makes(clean, tmp_path, text, settings):
    path = tmp_path / "offerloop.toml"
    events = clean(text, source=settings)
    (line,) = collect(events.order_lines).rows(named=True)
    assert (line["paid_minor"], line["order_day"]) == (123_450, 19_758), path


def test_digits_in_groups_of_two_are_those_of_india(clean):
    events = clean(HEADER + '1,1,1,1,"Rs. 12,34,567.50",2024-02-05\n')
    assert collect(events.order_lines)["paid_minor"].to_list() == [123_456_750]


def test_a_minus_that_is_no_hyphen_makes_a_return(clean):
    events = clean(HEADER + "1,1,1,2,8.00,2024-02-05\n2,1,1,−1,−4.00,2024-02-06\n")
    assert collect(events.order_lines)["paid_minor"].to_list() == [400]


def test_digits_of_other_scripts_are_no_numbers_and_ids_with_them_stay_text(clean):
    events = clean(HEADER + "١,1,1,1,1.00,2024-01-01\n")
    assert collect(events.order_lines)["order_id"].to_list() == ["١"]
    for cells in ("1,1,1,1,٤٤.٥٠,2024-01-01", "1,1,1,1,1.00,٢٠٢٤-٠١-٠١"):
        with pytest.raises(SourceError, match="must hold"):
            clean(HEADER + LINE + f"{cells}\n")


@pytest.mark.parametrize("form", ["%Y-%m", "%G-W%V", "DD.MM.YYYY", "%d.%m.%Y %H:%M %z"])
def test_a_format_in_which_no_cell_can_be_a_time_is_named(clean, form):
    with pytest.raises(SourceError, match=f"'time_format' must say year, month and day, by .*'{form}' does not"):
        clean(HEADER + LINE, source=f'time_format = "{form}"')


@pytest.mark.parametrize("form", ["%d/%m/%R", "民國%R年%m月%d日", "%R/%m/%d %R"])
def test_a_year_of_the_republic_that_does_not_come_first_is_refused(clean, form):
    with pytest.raises(SourceError, match=f"may have %R only at its beginning.*'{form}' has it elsewhere"):
        clean(HEADER + "1,1,1,1,1.00,05/02/114\n", source=f'time_format = "{form}"')


@pytest.mark.parametrize("other", ["Paid", "PAID"])
def test_names_that_differ_in_case_alone_are_refused_as_engines_take_them_for_one(clean, other):
    with pytest.raises(SourceError, match=f"lines.csv' has the columns 'paid' and '{other}', which differ in upper"):
        clean(HEADER.strip() + f",{other}\n" + LINE.strip() + ",2.00\n")


@pytest.mark.parametrize(
    ("encoding", "word"),
    [("gb18030", "茶叶"), ("gb18030", "茶叶 ¥12.00"), ("cp1252", "Käse für Große"), ("utf-8", "Käse")],
)
def test_encodings_are_found_out(clean, tmp_path, encoding, word):
    (tmp_path / "p.csv").write_bytes(f"product,category\n1,{word}\n".encode(encoding))
    toml = '[sources.products]\npath = "p.csv"\ncolumns = { product_id = "product", category = "category" }'
    assert collect(clean(HEADER + LINE, toml=toml).products)["category"].to_list() == [word]


def test_bytes_in_the_middle_that_are_not_utf8_are_named_with_their_line(clean, tmp_path):
    rows = "".join(f"{n},tea\n" for n in range(300_000)).encode()
    (tmp_path / "p.csv").write_bytes(b"product,category\n" + rows + b"x,K\xe4se\n")
    toml = '[sources.products]\npath = "p.csv"\ncolumns = { product_id = "product", category = "category" }'
    with pytest.raises(SourceError, match=r"p.csv', line 300002: the bytes are not UTF-8; set 'encoding'"):
        clean(HEADER + LINE, toml=toml)


def test_clock_times_are_those_of_the_sources_zone(clean):
    lines = HEADER + "1,1,1,1,1.00,2024-02-05 00:30:00\n2,1,1,1,1.00,2024-02-05 12:00:00\n"
    days = {
        zone: collect(
            clean(lines, shop='timezone = "Europe/Berlin"', source=f'timezone = "{zone}"').order_lines, "order_id"
        )["order_day"].to_list()
        for zone in ("Europe/Berlin", "Asia/Shanghai")
    }
    assert days == {"Europe/Berlin": [19_758, 19_758], "Asia/Shanghai": [19_757, 19_758]}


def test_a_filter_leaves_rows_out_and_says_how_many(clean):
    lines = HEADER.strip() + ",status\n" + LINE.strip() + ",paid\n" + "2,1,1,1,1.00,2024-01-01,cancelled\n"
    events = clean(lines, source="where = \"status == 'paid'\"")
    assert collect(events.order_lines)["order_id"].to_list() == [1]
    assert ("order_lines", "left out", 1) in events.quality.select("table", "action", "rows").rows()


def test_a_list_price_of_a_unit_gives_list_value_and_discount(clean):
    lines = HEADER.strip() + ",list\n" + "1,1,1,3,5.00,2024-01-01,2.00\n"
    (line,) = collect(clean(lines, columns=', list_price = "list"').order_lines).rows(named=True)
    assert (line["list_value_minor"], line["discount_minor"]) == (600, 100)


def test_without_a_list_price_what_was_paid_and_what_was_taken_off_add_up_to_list_value(clean):
    lines = HEADER.strip() + ",off,code\n" + "1,1,1,3,5.00,2024-01-01,2.00,0.50\n2,1,1,3,5.00,2024-01-01,,\n"
    columns = ', discount = "off", coupon = "code"'
    found = collect(clean(lines, columns=columns).order_lines, "order_id")
    assert found["list_value_minor"].to_list() == [750, 500]
    assert found["discount_minor"].to_list() == [200, 0]


def test_a_format_may_have_letters_of_its_own(clean):
    found = collect(
        clean(HEADER + "1,1,1,1,1.00,2024-01-01T23:30\n", source='time_format = "%Y-%m-%dT%H:%M"').order_lines
    )
    assert found["order_day"].to_list() == [19_723]


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


def test_ids_are_integers_when_all_sources_write_plain_ones_and_text_otherwise(clean):
    toml = source("customers", {"customer_id": "c"})
    for cell, kind in (("1", nw.Int64), ("01", nw.String), ("ann", nw.String)):
        events = clean(HEADER + LINE, toml=toml, files={"customers.csv": f"c\n1\n{cell}\n"})
        assert events.customers.collect_schema()["customer_id"] == kind
        assert events.order_lines.collect_schema()["customer_id"] == kind
        assert events.order_lines.collect_schema()["product_id"] == nw.Int64


@pytest.mark.parametrize(
    ("name", "columns", "text"),
    [
        ("products", {"product_id": "p", "category": "c"}, "p,c\n1,tea\n1,bread\n"),
        ("customers", {"customer_id": "p"}, "p,c\n1,1\n1,2\n"),
        (
            "campaigns",
            {"campaign_id": "p", "starts_at": "s", "ends_at": "e"},
            "p,s,e\n1,2024-01-01,2024-01-02\n1,2024-01-01,2024-01-03\n",
        ),
    ],
)
def test_two_rows_for_one_key_are_refused_since_they_would_count_twice(clean, name, columns, text):
    toml = source(name, columns, 'attributes = ["c"]' if name == "customers" else "")
    with pytest.raises(SourceError, match=rf"\[sources.{name}\] .* several different rows for \w+ 1"):
        clean(HEADER + LINE, toml=toml, files={f"{name}.csv": text})
