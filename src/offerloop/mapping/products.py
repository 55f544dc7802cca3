"""The list of products that order lines hold: categories and brands that every product has one value of."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import narwhals as nw
import polars as pl

from offerloop.errors import InputError
from offerloop.events import Wording, as_utf8, compile_expression
from offerloop.mapping.matching import ColumnMatch, Guess, match
from offerloop.message import Message
from offerloop.workspace import SampleRows

_OF_PRODUCTS = ("category", "subcategory", "brand")


def products_in_orders(
    orders: ColumnMatch, sample: SampleRows, given_guesses: Mapping[str, Guess] | None = None
) -> ColumnMatch | None:
    """Categories and brands that stand in the order lines, if every product has the same ones in the whole file.

    `given_guesses` ones are as the user said. Raises InputError for one of them of which a product has several values.
    """
    rest = {column.name: column for column in orders.unused()}
    matched = match(rest, "products", _OF_PRODUCTS, given_guesses=given_guesses)
    product = matched.guesses.pop("product_id", None) or orders.guesses.get("product_id")
    if product is None or not product.theirs or not matched.guesses:
        return None
    names = {ours: one.written for ours, one in matched.guesses.items()}
    names = _agreeing(sample.head.lazy(), product.written, names, sample)
    if names and not sample.whole:
        names = _agreeing_everywhere(sample, product.written, names)
    differing = {ours: one.written for ours, one in matched.guesses.items() if ours not in names}
    if wrong := next((ours for ours in differing if matched.is_given(ours)), None):
        raise InputError(_several(wrong, differing[wrong], product.written, sample))
    if differing:
        orders.notes.append(
            Message(
                "products have several values of {columns}, so these are left out", columns=list(differing.values())
            )
        )
    if not names:
        return None
    matched.columns = dict(orders.columns)
    matched.guesses = {"product_id": product, **{ours: one for ours, one in matched.guesses.items() if ours in names}}
    return matched


def _several(ours: str, written: str, product: str, sample: SampleRows) -> Message:
    table = _texts(sample.head.lazy(), product, {ours: written}, sample).unique().sort("_product", ours).collect()
    several = table.filter(pl.col("_product").is_duplicated()).drop_nulls()
    cells = several.filter(pl.col("_product") == pl.col("_product").first())
    example: Message | str = ""
    if cells.height:
        values = [repr(cell) for cell in cells[ours][:2]]
        product = str(cells["_product"][0])
        example = Message(" (product {product}: {values})", context="example", product=product, values=values)
    return Message(
        "--map products.{field}={written}: '{place}' has several values of it for one product{example}, and a list "
        "of products needs one; map another column, or give a list of products with --products FILE",
        field=ours,
        written=written,
        place=str(sample.place),
        example=example,
    )


def _texts(table: pl.LazyFrame, product: str, names: Mapping[str, str], sample: SampleRows) -> pl.LazyFrame:
    """Columns or expressions as text, cells without text as null; the product's id is `_product`."""
    lazy = nw.from_native(table)
    wording = Wording(lazy.collect_schema(), "offerloop init", sample.decimal)
    written = {"_product": product, **names}
    values = {name: compile_expression(text, wording).value for name, text in written.items()}
    texts = lazy.select(**values).to_native().cast(pl.String)
    return texts.with_columns(pl.all().str.strip_chars()).with_columns(pl.col(list(names)).replace("", None))


def _agreeing(table: pl.LazyFrame, product: str, names: Mapping[str, str], sample: SampleRows) -> dict[str, str]:
    """Columns of which every product has one value; cells without text are a value too, as for the reader."""
    rows = _texts(table, product, names, sample).unique()
    counts = rows.group_by("_product").agg(pl.col(list(names)).n_unique())
    most = counts.select(pl.col(list(names)).max()).collect(engine="streaming").row(0, named=True)
    return {ours: written for ours, written in names.items() if most[ours] == 1}


def _agreeing_everywhere(sample: SampleRows, product: str, names: Mapping[str, str]) -> dict[str, str]:
    file, dialect = sample.file, sample.dialect
    if file is None:
        return {}
    if dialect is None:
        return _agreeing(pl.scan_parquet(file.path, glob=False), product, names, sample)
    with TemporaryDirectory(prefix="offerloop-") as folder:
        schema = dict.fromkeys(sample.head.columns, pl.String)
        table = pl.scan_csv(
            as_utf8(file.path, dialect.encoding, Path(folder)), separator=dialect.separator, schema=schema, glob=False,
            truncate_ragged_lines=True, encoding="utf8-lossy",
        )  # fmt: skip
        return _agreeing(table, product, names, sample)
