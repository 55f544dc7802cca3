"""A few wrong dates: the order's date is found all the same, and `check` stops at the rows."""

import polars as pl
import pytest
from test_guesses import DATES, LINES, source_of, started

from offerloop.commands.check.task import check
from offerloop.errors import InputError, SourceError

EARLY = LINES.with_columns(pl.col("moment").dt.strftime("%Y-%m-%d").alias("date"))


def with_one(table, column, cell, place):
    cells = table[column].to_list()
    cells[place] = cell
    return table.with_columns(pl.Series(column, cells))


WRONG = [("2042-03-05", 0), ("1970-01-01", 7), ("2062-03-05", LINES.height - 1)]


@pytest.mark.parametrize(
    ("shipped", "ordered", "wrong", "place"),
    [*((*DATES[0], *one) for one in WRONG), *((*names, *WRONG[n % 3]) for n, names in enumerate(DATES[1:]))],
)
def test_one_wrong_date_does_not_make_the_shipment_the_order(tmp_path, shipped, ordered, wrong, place):
    later = (pl.col("moment") + pl.duration(days=3)).dt.strftime("%Y-%m-%d").alias(shipped)
    table = with_one(LINES.with_columns(later), "date", wrong, place)
    made = started(tmp_path, table.select(shipped, "order", "customer", "product", "quantity", "paid", "date").rename(
        {"date": ordered}))  # fmt: skip
    assert source_of(made).columns["at"] == ordered
    with pytest.raises(SourceError, match=rf"1 row.*{wrong}"):
        check(made.config)


def test_a_date_of_birth_stays_one_with_an_error_in_it(tmp_path):
    born = pl.concat_str(pl.lit("2022-05-"), (10 + pl.col("customer") % 18).cast(pl.String)).alias("d0")
    table = with_one(LINES.with_columns(born), "d0", "2001-01-01", 50)
    made = started(tmp_path, table.select("d0", "order", "customer", "product", "paid", d2="date"))
    assert source_of(made).columns["at"] == "d2"


def test_one_wrong_date_does_not_change_what_a_month_sells(tmp_path):
    columns = ("order", "customer", "product", "quantity", "paid", "date")
    plain, wrong = tmp_path / "plain", tmp_path / "wrong"
    texts = []
    for folder, table in ((plain, LINES), (wrong, with_one(LINES, "date", "2042-03-05", 3))):
        folder.mkdir()
        text = started(folder, table.select(columns)).config.read_text(encoding="utf-8")
        texts.append([line for line in text.splitlines() if line.startswith("budget")])
    assert texts[0] == texts[1]


def test_times_of_a_form_of_their_own_are_named_with_where_to_write_it(tmp_path):
    table = LINES.select("order", "customer", "product", "quantity", "paid", "date").with_columns(
        pl.col("date") + " 10:00 PST"
    )
    with pytest.raises(InputError, match="'time_format' of the source, such as"):
        started(tmp_path, table)
    draft = tmp_path / "shop" / "offerloop.toml"
    mapped = draft.read_text(encoding="utf-8").replace("\nat = ", '\nat = "date"\n# at = ')
    form = 'path = "../lines.csv"\ntime_format = "%Y-%m-%d %H:%M PST"'
    draft.write_text(mapped.replace('path = "../lines.csv"', form), encoding="utf-8")
    assert check(draft).facts["orders"]["n_lines"] == table.height


def test_times_with_a_zone_need_no_name(tmp_path):
    zoned = pl.col("moment").dt.strftime("%Y-%m-%dT%H:%M:%S-03:00").alias("criado_em")
    made = started(tmp_path, LINES.select("order", "customer", "product", "quantity", "paid", zoned))
    assert source_of(made).columns["at"] == "criado_em"


def test_times_of_day_with_a_point_are_no_customers(tmp_path):
    comma = [pl.col(name).cast(pl.String).str.replace(".", ",", literal=True) for name in ("paid", "amount")]
    day, clock = (pl.col("moment").dt.strftime(form).alias(form) for form in ("%d/%m/%y", "%H.%M"))
    table = (
        LINES.with_columns(pl.col("paid").alias("amount"))
        .with_columns(*comma)
        .select(clock, "order", "product", "paid", "amount", day, tessera="customer")
        .rename({"%H.%M": "Ora", "%d/%m/%y": "d"})
    )
    made = started(tmp_path, table)
    assert source_of(made).columns["at"] == "d + ' ' + Ora"
    assert source_of(made).columns["customer_id"] == "tessera"
    assert check(made.config).facts["orders"]["n_lines"] == LINES.height
