"""The table of `offerloop uplift`: which type each column of a CSV file is read as."""

from datetime import date, datetime, time

import openpyxl
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from offerloop.errors import SourceError
from offerloop.workspace.input_tables import read_table, table_parts


def read(tmp_path, *cells, texts=()):
    file = tmp_path / "table.csv"
    file.write_text("cell,row\n" + "".join(f"{cell},{row}\n" for row, cell in enumerate(cells)))
    return read_table(file, texts)["cell"]


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (("1", "2"), [1, 2]),
        (("1", "2.5", "NA"), [1.0, 2.5, None]),
        (("true", "false"), [True, False]),
        (("2026-03-01", "", "2026-03-01"), [date(2026, 3, 1), None, date(2026, 3, 1)]),
        (("2026-03-01 10:00:00", "2026-03-02 11:30:00"), [datetime(2026, 3, 1, 10), datetime(2026, 3, 2, 11, 30)]),
        (("13/02/2026", "01/02/2026"), [date(2026, 2, 13), date(2026, 2, 1)]),
        (("10:00:00", "11:30:00"), [time(10), time(11, 30)]),
        (("north", "south"), ["north", "south"]),
        (("1", "٢"), ["1", "٢"]),
        (("１.5", "2.5"), ["１.5", "2.5"]),
        (("", ""), [None, None]),
    ],
)
def test_a_column_has_the_type_that_all_its_cells_fit(tmp_path, cells, values):
    assert read(tmp_path, *cells).to_list() == values


def test_dates_with_one_other_text_among_many_stay_texts(tmp_path):
    cells = [f"2026-03-{1 + row % 28:02d}" for row in range(400)] + ["unknown"]
    assert read(tmp_path, *cells).dtype == pl.String


@pytest.mark.parametrize("kind", ["csv", "xlsx", "parquet"])
def test_columns_of_one_name_are_refused_with_it(tmp_path, kind):
    """A parser would rename the second one, which would count as a fact about customers."""
    file = tmp_path / f"table.{kind}"
    if kind == "csv":
        file.write_text("arm,paid,,paid,\na,1,,2,\n")
    elif kind == "xlsx":
        book = openpyxl.Workbook()
        for row in (["arm", "paid", "paid"], ["a", 1, 2]):
            book.active.append(row)
        book.save(file)
    else:
        pq.write_table(pa.table([["a"], [1], [2]], names=["arm", "paid", "paid"]), file)
    with pytest.raises(SourceError, match=rf"table.{kind}' has two columns named 'paid'; rename one in its header"):
        read_table(file)


def test_columns_without_names_and_in_upper_case_are_read(tmp_path):
    (tmp_path / "table.csv").write_text("arm,paid,,Paid,\na,1,,2,\n")
    assert read_table(tmp_path / "table.csv").select("paid", "Paid").row(0) == (1, 2)


def test_lines_that_end_in_carriage_returns_alone_are_read(tmp_path):
    """As Excel on a Mac wrote them; one within a quoted name ends no line."""
    file = tmp_path / "table.csv"
    file.write_bytes(b'arm,paid\ra,1\rb,2\r"c\rd",3\r')
    assert read_table(file).rows() == [("a", 1), ("b", 2), ("c\nd", 3)]
    file.write_bytes(b'arm,"paid\rby card"\r\na,1\r\nb,2\r\n')
    assert read_table(file).rows() == [("a", 1), ("b", 2)]


def test_named_columns_stay_as_written(tmp_path):
    assert read(tmp_path, "2026-03-01", "007", texts=("cell",)).to_list() == ["2026-03-01", "007"]


def test_dates_of_several_forms_are_refused_with_the_name_of_the_file(tmp_path):
    with pytest.raises(SourceError, match=r"table\.csv"):
        read(tmp_path, "2026-03-01", "01/04/2026")


def test_a_damaged_later_page_is_refused_with_the_name_of_the_file(tmp_path, monkeypatch):
    file = tmp_path / "table.parquet"
    pl.DataFrame({"row": range(80)}).write_parquet(file, row_group_size=40)
    content = bytearray(file.read_bytes())
    second = pq.ParquetFile(file).metadata.row_group(1).column(0)
    start = second.dictionary_page_offset or second.data_page_offset
    content[start : start + 8] = b"\xff" * 8
    file.write_bytes(content)
    monkeypatch.setattr("offerloop.workspace.input_tables.PART_ROWS", 40)
    parts = iter(table_parts(file))
    assert next(parts).height == 40
    with pytest.raises(SourceError, match=r"table\.parquet' is no Parquet file, or a damaged one"):
        next(parts)
