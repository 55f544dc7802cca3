"""The mapping of the other sources: products and customers by the ids of the order lines, the rest by name."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from offerloop.config import SourceName
from offerloop.errors import InputError
from offerloop.events.contracts import CONTRACTS
from offerloop.events.dialect import as_utf8
from offerloop.service.consent_columns import unmapped_answers
from offerloop.service.guess import Guess, Match, columns_of, match, says, unfit
from offerloop.service.guess_contents import is_time
from offerloop.service.guess_shown import offer_terms, without_other_terms
from offerloop.service.guess_texts import take_text
from offerloop.service.peek import Peek

KEYS: dict[SourceName, str] = {"products": "product_id", "customers": "customer_id"}
_OF_PRODUCTS = ("category", "subcategory", "brand")


def guess_source(
    name: SourceName, peeked: Peek, known: dict[str, frozenset[str]], given: Mapping[str, Guess] | None = None
) -> Match:
    """Required columns that are not in the result could not be identified; `given` ones are as the user said.

    Raises InputError for a product or customer with several rows.
    """
    contract = CONTRACTS[name]
    columns = columns_of(peeked)
    roles = (*contract.required, *contract.optional)
    found = match(without_other_terms(columns) if name == "offers" else columns, name, roles, known, given)
    found.columns = columns
    if "at" in contract.required and "at" not in found.found:
        times = [column for column in found.unused() if is_time(column)]
        if len(times) == 1:
            found.take("at", times[0].name, (times[0].name,), "guessed from the contents")
    if name == "offers":
        offer_terms(found)
    if name == "products":
        take_text(found)
    found.found |= given or {}
    found.notes += unfit(found, name, roles)
    key = KEYS.get(name)
    if key and key in found.found:
        _check_single(name, key, found, peeked)
        _check_known(key, found, known)
    if name == "customers":
        found.notes += unmapped_answers(found.unused(), found.found)
    return found


def _check_single(name: str, key: str, found: Match, peeked: Peek) -> None:
    theirs = found.found[key].written
    used = [one.written for ours, one in found.found.items() if ours != "text"]  # of which the commonest counts
    rows = peeked.head.select(used).unique().drop_nulls(theirs)
    several = rows.filter(pl.col(theirs).is_duplicated())
    if several.height:
        example = several[theirs].cast(pl.String).sort()[0]
        raise InputError(
            f"'{peeked.place}' has several different rows for '{theirs}' {example}, and {name} need one row for each "
            f"{key}; keep one"
        )


def _check_known(key: str, found: Match, known: dict[str, frozenset[str]]) -> None:
    column = found.column(key)
    if column is not None and known.get(key) and not column.values & known[key]:
        found.notes.append(f"none of the first order lines has a {key} that stands in '{column.name}'; compare the two")


def attributes(found: Match) -> tuple[list[str], list[str], list[str]]:
    """Of the customers' further columns: those to carry along, those of them for audits only, those left out."""
    ours = {*CONTRACTS["customers"].required, *CONTRACTS["customers"].optional}
    rest = [column.name for column in found.unused() if column.name not in ours]
    personal = [name for name in rest if says(name, "personal") and not says(name, "protected")]
    kept = [name for name in rest if name not in personal]
    return kept, [name for name in kept if says(name, "protected")], personal


def products_in_orders(orders: Match, peeked: Peek) -> Match | None:
    """Categories and brands that stand in the order lines, if every product has the same ones in the whole file."""
    rest = {column.name: column for column in orders.unused()}
    found = match(rest, "products", _OF_PRODUCTS)
    product = orders.column("product_id")
    if product is None or not found.found:
        return None
    names = {ours: one.written for ours, one in found.found.items()}
    names = _agreeing(peeked.head.lazy(), product.name, names)
    if names and not peeked.whole:
        names = _agreeing_everywhere(peeked, product.name, names)
    differing = [one.written for ours, one in found.found.items() if ours not in names]
    found.found = {ours: one for ours, one in found.found.items() if ours in names}
    if differing:
        orders.notes.append(f"products have several values of {', '.join(differing)}, so these are left out")
    if not found.found:
        return None
    found.columns[product.name] = product
    found.found = {"product_id": orders.found["product_id"], **found.found}
    return found


def _agreeing(table: pl.LazyFrame, product: str, names: dict[str, str]) -> dict[str, str]:
    """Columns of which every product has one value; cells without text are a value too, as for the reader."""
    texts = [pl.col(name).cast(pl.String).str.strip_chars().replace("", None).alias(name) for name in names.values()]
    key = pl.col(product).cast(pl.String).str.strip_chars().alias("_product")
    rows = table.select(key, *texts).unique()
    counts = rows.group_by("_product").agg(pl.col(name).n_unique() for name in names.values())
    most = counts.select(pl.col(name).max() for name in names.values()).collect(engine="streaming").row(0, named=True)
    return {ours: name for ours, name in names.items() if most[name] == 1}


def _agreeing_everywhere(peeked: Peek, product: str, names: dict[str, str]) -> dict[str, str]:
    file, dialect = peeked.file, peeked.dialect
    if file is None:
        return {}
    if dialect is None:
        return _agreeing(pl.scan_parquet(file.path, glob=False), product, names)
    with TemporaryDirectory(prefix="offerloop-") as folder:
        schema = dict.fromkeys(peeked.head.columns, pl.String)
        table = pl.scan_csv(
            as_utf8(file.path, dialect.encoding, Path(folder)), separator=dialect.separator, schema=schema, glob=False,
            truncate_ragged_lines=True, encoding="utf8-lossy",
        )  # fmt: skip
        return _agreeing(table, product, names)
