"""A source that is a folder of CSV files, such as one for each day."""

import gzip

import polars as pl
import pytest
from small_shop import write_small_shop

from offerloop.config import load_config
from offerloop.engine import collect
from offerloop.engine.duckdb import DuckDBEngine
from offerloop.errors import SourceError
from offerloop.events import open_source, prepare


@pytest.fixture
def shop(tmp_path):
    """A tiny shop whose order lines are three files, each written in its own way."""
    config = write_small_shop(tmp_path, customers=5, weeks=6)
    lines, folder = pl.read_csv(tmp_path / "lines.csv"), tmp_path / "lines"
    folder.mkdir()
    lines[:9].write_csv(folder / "1.csv")
    lines[9:12].select("paid", "when", "order", "who", "what", "n").write_csv(folder / "2.txt", separator=";")
    (folder / "3.csv.gz").write_bytes(gzip.compress(lines[12:].write_csv().encode("utf-16")))
    config.write_text(config.read_text().replace('"lines.csv"', '"lines"'))
    return config


def orders(shop):
    return collect(prepare(load_config(shop), DuckDBEngine()).order_lines, "order_id", "product_id")


def opened(shop):
    """Read all rows as they stand there."""
    with open_source(load_config(shop).sources["order_lines"], DuckDBEngine()) as raw:
        return collect(raw.frame)


def test_its_files_are_one_table(shop, tmp_path):
    folder = orders(shop)
    assert folder.equals(orders(write_small_shop(tmp_path, customers=5, weeks=6)))


def test_a_cell_is_named_by_its_file_and_line(shop):
    file = shop.parent / "lines" / "2.txt"
    file.write_text(file.read_text().replace("2024-", "tomorrow", 3))
    shop.write_text(shop.read_text() + "\n[clean]\nmax_unreadable = 0.0\n")
    with pytest.raises(SourceError, match=r"'lines', '2.txt', line 2, column 'when': must hold times"):
        prepare(load_config(shop), DuckDBEngine())


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("4.csv", "order,who,what,when,n,price\n1,c1,2,2024-03-01,1,2.5\n", r"4.csv' has other columns than '.*1.csv'"),
        (
            "0.txt",
            "Lines of the till.\nAsk Ann.\n",
            r"0.txt' has other columns than '.*1.csv'.*; take it out of the folder",
        ),
        ("4.csv", "order;who;what;when;n;paid\n1;c1;2;2024-03-01;1;2,50\n", r"4.csv' writes .* with a decimal comma"),
        ("1.csv", "order,who,what,when,n,paid\n1,c1,2,2024-03-01\n", r"1.csv', line 2 cannot be read: it has 4 cells"),
        ("4.csv", "order,who,what,when,n,paid,paid\n", r"4.csv' has two columns named 'paid'"),
        ("4.csv", "", r"4.csv' is empty"),
    ],
)
def test_a_file_that_does_not_fit_is_named(shop, name, text, why):
    (shop.parent / "lines" / name).write_text(text)
    with pytest.raises(SourceError, match=why):
        opened(shop)


def test_a_file_in_another_encoding_than_the_configured_one_is_named(shop):
    first = shop.parent / "lines" / "1.csv"
    first.write_text(first.read_text(), encoding="utf-16")
    shop.write_text(shop.read_text().replace("[sources.order_lines]", '[sources.order_lines]\nencoding = "utf-16"'))
    with pytest.raises(SourceError, match=r"2.txt' is not utf-16 .*correct 'encoding' of its source"):
        opened(shop)


def test_a_configured_decimal_comma_holds_for_all_files(shop):
    for file in (shop.parent / "lines").iterdir():
        file.unlink()
    for name, paid in (("1.csv", "2,50"), ("2.csv", "3")):
        (shop.parent / "lines" / name).write_text(f"order;who;what;when;n;paid\n{paid};c1;2;2024-03-01;1;{paid}\n")
    shop.write_text(shop.read_text().replace('path = "lines"', 'path = "lines"\ndecimal = ","', 1))
    assert orders(shop)["revenue_minor"].sort().to_list() == [250, 300]
