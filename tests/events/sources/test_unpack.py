"""Workbooks, archives and packed files are read as the table in them; what is none is one sentence."""

import gzip
import tracemalloc
import zipfile
from datetime import datetime

import openpyxl
import polars as pl
import pytest
import workbooks
from workbooks import packed

from offerloop.config import Source
from offerloop.engine import collect
from offerloop.engine.duckdb import DuckDBEngine
from offerloop.errors import SourceError
from offerloop.events import open_source, readable, split_part

CSV = b"a;b\n1;2,50\n3;4,25\n"
BAD_ROW = b'a,b\n1,"x\ny"\n3,4,5\n'


@pytest.fixture(scope="module")
def engine():
    return DuckDBEngine()


def rows(path, engine, part=None):
    with open_source(Source(path=path, part=part, columns={}), engine) as raw:
        return collect(raw.frame).rows(), raw.name


def refusal(path, engine, part=None):
    with pytest.raises(SourceError) as problem:
        rows(path, engine, part)
    said = str(problem.value)
    assert "\n" not in said
    assert "/offerloop-" not in said
    return said


KINDS = ("gz", "zst", "zip")


@pytest.mark.parametrize("kind", KINDS)
def test_packed_csv_is_read_by_what_it_is_whatever_it_is_called(tmp_path, engine, kind):
    for name in (f"lines.csv.{kind}", f"LINES.{kind.upper()}", "lines.dat"):
        assert rows(packed(kind, CSV, tmp_path / name), engine)[0] == [("1", "2,50"), ("3", "4,25")]


@pytest.mark.parametrize("kind", KINDS)
def test_lines_are_those_of_the_inner_file(tmp_path, engine, kind):
    path = packed(kind, BAD_ROW, tmp_path / f"lines.csv.{kind}")
    said = refusal(path, engine)
    assert said.startswith(f"the file '{path}")
    assert "line 4 cannot be read: it has 3 cells where the header has 2" in said


@pytest.mark.parametrize("kind", KINDS)
def test_a_damaged_file_is_one_sentence(tmp_path, engine, kind):
    content = "".join(f"{one};{one * 7919 % 100_003}\n" for one in range(5_000)).encode()
    path = packed(kind, content, tmp_path / "lines")
    whole, middle = path.read_bytes(), path.stat().st_size // 2
    for broken in (whole[:-30], whole[:middle] + bytes(20) + whole[middle + 20 :]):
        path.write_bytes(broken)
        assert "damaged" in refusal(path, engine)


def test_parquet_may_be_packed_and_called_anything(tmp_path, engine):
    table = pl.DataFrame({"a": [1, 2]})
    table.write_parquet(tmp_path / "table.pq")
    assert rows(tmp_path / "table.pq", engine)[0] == table.rows()
    packed("gz", (tmp_path / "table.pq").read_bytes(), tmp_path / "table.parquet.gz")
    assert rows(tmp_path / "table.parquet.gz", engine)[0] == table.rows()


def test_unpacking_takes_no_memory_of_its_size(tmp_path):
    path = packed("gz", b"a,b\n" + b"1,2\n" * 5_000_000, tmp_path / "lines.csv.gz")
    tracemalloc.start()
    file = readable(path, None, tmp_path)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert file.path.stat().st_size == 20_000_004
    assert most < 8_000_000


def test_an_archive_of_several_files_asks_for_one(tmp_path, engine):
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.writestr("x/lines.csv", CSV)
        archive.writestr("products.csv", "id\nP1\n")
        archive.write(workbooks.shop_workbook(tmp_path / "book.xlsx", other_sheets=True), "book.xlsx")
    said = refusal(tmp_path / "all.zip", engine)
    assert "several files: x/lines.csv, products.csv, book.xlsx" in said
    assert "all.zip#x/lines.csv" in said
    assert rows(tmp_path / "all.zip", engine, "products.csv")[0] == [("P1",)]
    assert rows(tmp_path / "all.zip", engine, "book.xlsx#Old")[1].endswith("all.zip#book.xlsx#Old")
    assert "no file 'product.csv', did you mean 'products.csv'?" in refusal(tmp_path / "all.zip", engine, "product.csv")


def encrypted(path):
    packed("zip", CSV, path)
    content = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = content.find(mark)
        while place >= 0:
            content[place + offset] |= 1
            place = content.find(mark, place + 1)
    path.write_bytes(content)


def archive_of(*names):
    def make(path):
        with zipfile.ZipFile(path, "w") as archive:
            for name in names:
                archive.writestr(name, "text")

    return make


def holding(content):
    return lambda path: path.write_bytes(content)


@pytest.mark.parametrize(
    "make, words",
    [
        (encrypted, "'sales/lines.csv' in the archive .* is encrypted"),
        (archive_of(), "holds no CSV, Parquet or Excel file"),
        (archive_of("notes.pdf"), "holds no CSV, Parquet or Excel file"),
        (archive_of("xl/workbook.bin"), "binary workbook .* save it as .xlsx"),
        (archive_of("mimetype", "content.xml"), "OpenDocument"),
        (archive_of("xl/workbook.xml"), "the workbook .* is damaged"),
        (holding(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)), "old Excel .* or one with a password"),
        (holding(b"<html><table><tr>"), "holds a web page"),
        (holding(b'[{"order": 1}]'), "holds JSON"),
        (holding(b'{"order": 1}\n{"order": 2}\n'), "holds JSON"),
        (holding(b""), "is empty"),
        (holding(b"\xef\xbb\xbf\n"), "is empty"),
        (holding(b"\xff\xfe"), "is empty"),
        (holding(gzip.compress(gzip.compress(gzip.compress(gzip.compress(gzip.compress(CSV)))))), "too many times"),
    ],
)
def test_what_is_no_table_is_one_sentence(tmp_path, engine, make, words):
    path = tmp_path / "orders.xls"
    make(path)
    assert pl.Series([refusal(path, engine)]).str.contains(words)[0]


def test_a_sheet_is_read_from_its_header_on(tmp_path, engine):
    path = workbooks.shop_workbook(tmp_path / "book.xlsx")
    with open_source(Source(path=path, columns={}), engine) as raw:
        table = collect(raw.frame)
        assert (str(raw.line("Order", "7000")), str(raw.line("Order", "7239"))) == (", row 4", ", row 482")
    assert table.columns == workbooks.HEADER
    assert table.height == workbooks.ROWS.height
    assert table.row(0) == ("7000", "500", "P0", "1", "1.99", "2024-03-05 09:30:00")


def test_dates_of_the_other_calendar_are_the_same(tmp_path, engine):
    path = workbooks.shop_workbook(tmp_path / "book.xlsx", titles=False, epoch_1904=True)
    assert rows(path, engine)[0][0][-1] == "2024-03-05 09:30:00"


def test_several_sheets_ask_for_one_and_hidden_ones_are_only_read_by_name(tmp_path, engine):
    path = workbooks.shop_workbook(tmp_path / "book.xlsx", other_sheets=True)
    said = refusal(path, engine)
    assert "several sheets: Sales, Read me;" in said
    assert len(rows(path, engine, "Old")[0]) == 5
    assert "no sheet 'Sale' with cells, did you mean 'Sales'?" in refusal(path, engine, "Sale")


def test_cells_are_written_as_a_person_reads_them(tmp_path, engine):
    path = workbooks.odd_cells(tmp_path / "book.xlsx")
    assert rows(path, engine)[0] == [("17", None, "0.2", "true", "03:04:05", None, "a b", "7")]


def test_ids_of_which_a_workbook_lost_digits_are_shown_as_what_they_are(tmp_path, engine):
    book = openpyxl.Workbook()
    for row in (["id"], [2**53 - 1], [10**17 + 3]):
        book.active.append(row)
    book.save(tmp_path / "book.xlsx")
    assert rows(tmp_path / "book.xlsx", engine)[0] == [("9007199254740991",), ("1.000000000000000e+17",)]


def test_days_stay_days_unless_their_column_has_times(tmp_path, engine):
    book = openpyxl.Workbook()
    days = [datetime(2024, 1, 2), datetime(2024, 1, 3)]
    for row in (["day", "at"], [days[0], days[0]], [days[1], datetime(2024, 1, 3, 4)]):
        book.active.append(row)
    book.save(tmp_path / "book.xlsx")
    assert rows(tmp_path / "book.xlsx", engine)[0] == [
        ("2024-01-02", "2024-01-02 00:00:00"), ("2024-01-03", "2024-01-03 04:00:00")
    ]  # fmt: skip


def test_a_part_stands_behind_a_sign_unless_the_file_is_called_so(tmp_path):
    (tmp_path / "book.xlsx").touch()
    (tmp_path / "a#b.csv").touch()
    assert split_part(tmp_path / "book.xlsx#Sheet/2#x") == (tmp_path / "book.xlsx", "Sheet/2#x")
    assert split_part(tmp_path / "a#b.csv") == (tmp_path / "a#b.csv", None)
    assert split_part(tmp_path / "c.csv#x") == (tmp_path / "c.csv#x", None)


def test_a_part_of_what_has_none_is_refused(tmp_path, engine):
    (tmp_path / "lines.csv").write_bytes(CSV)
    assert "no part 'Sales'" in refusal(tmp_path / "lines.csv", engine, "Sales")


BROKEN = [
    (b"a,b\n1,2\n3\n", "line 3 cannot be read: it has 1 cell where the header has 2"),
    (b'a,b\n1,2\n3,"4\n5,6\n', "line 3 cannot be read: a double quote is never closed"),
    (b'a,b\n1,2\n3,"4"5\n', "line 3 cannot be read: a double quote"),
    (b"a,b\r\n1,2\n3,4\r\n", "line 2 cannot be read: it ends in another way than those before it"),
    (b'a,b\r\n1,"x\ny"\r\n3,4\n5,6\r\n', "line 4 cannot be read: it ends in another way"),
    (b'a,b\n1,5" pipe\n3,4\r\n', "line 3 cannot be read: it ends in another way"),
    (b'a,b\n1,2\n3,"' + b"x" * 3_000_000 + b'"\n', "line 3 cannot be read: it is longer than"),
]


@pytest.mark.parametrize("content, words", BROKEN)
def test_a_broken_line_is_said_in_our_words(tmp_path, engine, content, words):
    (tmp_path / "lines.csv").write_bytes(content)
    said = refusal(tmp_path / "lines.csv", engine)
    assert words in said
    assert "CSV Error" not in said


def test_utf16_and_long_cells_are_read(tmp_path, engine):
    (tmp_path / "lines.csv").write_bytes(f"商品\tb\n茶\t{'x' * 200_000}\n".encode("utf-16"))
    assert rows(tmp_path / "lines.csv", engine)[0] == [("茶", "x" * 200_000)]


@pytest.mark.parametrize(
    "above",
    [b"sep=;\r\n", b"\n\n", b"\xef\xbb\xbfsep=;\n", b"Sales report;;\n\n", b"Caf\xc3\x85 sales\n"],
)
def test_lines_above_the_header_are_no_part_of_the_table(tmp_path, engine, above):
    path = tmp_path / "orders.csv"
    path.write_bytes(above + b"order;product;paid\n1;a;2,50\n2;b;3,50\n")
    assert rows(path, engine)[0] == [("1", "a", "2,50"), ("2", "b", "3,50")]
    path.write_bytes(above + b"order;product;paid\n1;a;2,50\n2;b;3,50;4\n")
    lines = above.count(b"\n") + 3
    assert f"line {lines} cannot be read" in refusal(path, engine)


@pytest.mark.parametrize(
    "text",
    [
        b"a\n1\n",
        b"a;b\n1;2\n",
        b"a;b;c;d\n1;;;\n2;;;\n",
        b"\n\n",
        b'"Order\nnumber";b;c;d;e;f\n1;2;3;4;5;6\n2;2;3;4;5;6\n',
    ],
)
def test_a_header_of_few_cells_stays(tmp_path, text):
    path = tmp_path / "orders.csv"
    path.write_bytes(text)
    assert readable(path, None, tmp_path).path == path
