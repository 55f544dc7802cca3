"""The column that says in words what a product is, whatever it is called."""

from __future__ import annotations

import polars as pl

from offerloop.mapping.contents import SourceColumn
from offerloop.mapping.matching import HOLDS, ColumnMatch, name_score, says
from offerloop.message import Message

_ONE_TEXT = 0.8
"""Share of the rows that must have the commonest text of their product."""
_SEVERAL = 0.3
"""Distinct texts for each product, at least, unless the name is that of a product's text: categories have fewer."""
_SURELY = 0.9
"""Score of a name that is one of those known."""
_WORDY = 0.3
"""Share of the texts that must have letters and blanks, or Chinese, Japanese or Korean signs."""
_SIGNS = r"[\x{3040}-\x{30ff}\x{4e00}-\x{9fff}\x{ac00}-\x{d7a3}]{2}"
_FEWEST = 5
_TAKEN = ("category", "subcategory", "brand")


def take_text(match: ColumnMatch) -> None:
    """Take the column with mostly one text for each product, many different ones, made of words."""
    product = match.column("product_id")
    if product is None or "text" in match.guesses:
        return
    texts = [column for column in match.unused() if describes(column, product)]
    if texts:
        best = max(texts, key=lambda one: (_score(one), one.distinct))
        why = Message("guessed from the contents: mostly one text for each product")
        match.take("text", best.name, (best.name,), why)


def describes(column: SourceColumn, product: SourceColumn) -> bool:
    """Return whether a column holds texts of products: by its contents, with any name but that of a person's data.

    What is called a category, or a status of orders, and has fewer values than there are products, is one.
    """
    if column.cells.dtype != pl.String or column.numeric or column.dated or not column.full:
        return False
    if _is_named_class(column) and column.distinct < product.distinct:
        return False
    if says(column.name, "personal", 0.9) and _score(column) < HOLDS:
        return False
    rows = pl.DataFrame({"product": product.cells.cast(pl.String), "text": column.cells.str.strip_chars()})
    rows = rows.drop_nulls().filter(pl.col("text") != "")
    products = rows["product"].n_unique()
    if products < _FEWEST or not _words(rows["text"].unique(), column):
        return False
    if _score(column) < _SURELY and rows["text"].n_unique() < _SEVERAL * products:
        return False
    counts = rows.group_by("product", "text").len("n")
    pairs = counts.group_by("product").agg(pl.col("n").max().alias("commonest"), pl.col("n").sum())
    several = pairs.filter(pl.col("n") > 1)
    if several.is_empty():
        return _score(column) >= _SURELY
    return int(several["commonest"].sum()) >= _ONE_TEXT * int(several["n"].sum())


def _words(texts: pl.Series, column: SourceColumn) -> bool:
    wordy = texts.str.contains(r"\p{L}{3}.*\s") | texts.str.contains(_SIGNS)
    least = _WORDY if _score(column) < HOLDS else 0.0
    lettered = texts.str.contains(r"\p{L}{2}")
    links = texts.str.contains("^https?://")
    return bool(wordy.mean() >= least and lettered.mean() > 0.5 and links.mean() < 0.5)  # type: ignore[operator]


def _score(column: SourceColumn) -> float:
    return 0.0 if _is_named_class(column) else name_score(column.name, "products", "text")[0]


def _is_named_class(column: SourceColumn) -> bool:
    is_status = name_score(column.name, "order_lines", "status")[0] >= _SURELY
    return is_status or any(name_score(column.name, "products", ours)[0] >= _SURELY for ours in _TAKEN)
