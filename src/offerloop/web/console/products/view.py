"""Products: which ones are recommended most, and to how many customers."""

from __future__ import annotations

import polars as pl

from offerloop.message import Message
from offerloop.web.console.blocks import Notice, PageTable, TableColumn, View, start_run
from offerloop.web.console.page_request import Page, PageRequest
from offerloop.workspace import RunRead

SHOWN = 50
COLUMNS = (
    TableColumn("product", Message("product", context="column title")),
    TableColumn("text", Message("what it is", context="column title")),
    TableColumn("repeat", Message("customers to whom it is recommended again", context="column title"), is_figure=True),
    TableColumn("new", Message("customers to whom it is recommended as new", context="column title"), is_figure=True),
)


def view(request: PageRequest) -> View:
    """Return the products that the newest run recommends."""
    title = Message("Products", context="page title")
    run = request.run
    if run is None:
        start = start_run(Message("There is no run yet, so nothing is recommended."))
        return View(title, "", (start,))
    offset = request.number("from") or 0
    table = _recommended(run, offset)
    named = any(row[1] for row in table.rows) or not table.rows
    return View(
        title, Message("What the newest run recommends to most customers."), (*([] if named else [_NO_NAMES]), table)
    )


_NO_NAMES = Notice(
    Message("The data do not name the products. With a column of names, “text” of the sources, they are shown here.")
)


def _recommended(run: RunRead, offset: int) -> PageTable:
    by_task = [(pl.col("task") == task).sum().alias(task) for task in ("repeat", "new")]
    counted = run.table("affinities").group_by("product_id").agg(*by_task, pl.len().alias("all"))
    products = counted.sort(["all", "product_id"], descending=[True, False]).slice(offset, SHOWN + 1).collect()
    ids = [str(one) for one in products["product_id"].head(SHOWN)]
    texts = run.texts(ids)
    rows = tuple(
        (str(row["product_id"]), texts.get(str(row["product_id"])), row["repeat"], row["new"])
        for row in products.head(SHOWN).iter_rows(named=True)
    )
    more = f"/console/products?from={offset + SHOWN}" if products.height > SHOWN else None
    return PageTable(
        "products",
        Message("Products recommended most", context="table title"),
        COLUMNS,
        rows,
        Message("The run recommends no product."),
        more,
    )


PAGE = Page("products", Message("Products", context="page title"), view, in_navigation=True)
