"""Excel workbooks and packed files as people save them."""

import gzip
import zipfile
from datetime import datetime

import init_shops
import openpyxl
import pyarrow as pa
from openpyxl.utils.datetime import CALENDAR_MAC_1904

ROWS = init_shops.order_lines()
HEADER = ["Order", "Customer", "Product", "Units", "Paid", "Date"]


def lines(rows=ROWS):
    """Ids are numbers, which Excel holds as fractions; a real date; money with a format."""
    return [
        [float(order), float(customer), product, quantity, amount / 100, moment]
        for order, customer, product, quantity, _, amount, moment, *_ in rows.iter_rows()
    ]


def shop_workbook(path, *, titles=True, other_sheets=False, epoch_1904=False):
    """Order lines under a title, with a format of money, an empty row, and perhaps sheets that are none."""
    book = openpyxl.Workbook()
    if epoch_1904:
        book.epoch = CALENDAR_MAC_1904
    sheet = book.active
    sheet.title = "Sales"
    for row in [["Sales 2024", None], []] if titles else []:
        sheet.append(row)
    if titles:
        sheet.merge_cells("A1:D1")
    sheet.append([*HEADER, None, None])
    for number, row in enumerate(lines()):
        sheet.append(row)
        sheet.cell(sheet.max_row, 5).number_format = '#,##0.00 "€"'
        if number == 9:
            sheet.append([])
    if other_sheets:
        book.create_sheet("Read me").append(["These are our sales", "of 2024"])
        hidden = book.create_sheet("Old")
        hidden.sheet_state = "hidden"
        for row in [HEADER, *lines(ROWS.head(5))]:
            hidden.append(row)
    book.save(path)
    return path


def odd_cells(path):
    """One cell of each kind: error, share, truth, time of day, duration, broken text, and the result of a formula."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["id", "error", "share", "truth", "clock", "hours", "text", "sum"])
    sheet.append([17.0, "#N/A", 0.2, True, datetime(2024, 1, 2, 3, 4, 5).time(), None, "a\nb", 7])
    sheet["B2"].data_type, sheet["C2"].number_format = "e", "0%"
    book.save(path)
    with zipfile.ZipFile(path) as before:
        parts = {name: before.read(name) for name in before.namelist()}
    cell = b'<c r="H2" t="n"><v>7</v></c>'
    assert cell in parts["xl/worksheets/sheet1.xml"]
    formula = b'<c r="H2"><f>3+4</f><v>7</v></c>'
    parts["xl/worksheets/sheet1.xml"] = parts["xl/worksheets/sheet1.xml"].replace(cell, formula)
    with zipfile.ZipFile(path, "w") as after:
        for name, content in parts.items():
            after.writestr(name, content)
    return path


def packed(kind, content, path):
    if kind == "gz":
        path.write_bytes(gzip.compress(content[:9]) + gzip.compress(content[9:]))
    elif kind == "zst":
        with pa.output_stream(str(path), compression="zstd") as file:
            file.write(content)
    else:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("sales/", "")
            archive.writestr("sales/read me.md", "no table")
            archive.writestr("__MACOSX/sales/._lines.csv", "no table")
            archive.writestr("sales/lines.csv", content)
    return path
