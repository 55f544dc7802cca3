"""Offers from a table of the shop's own: one row each, its terms in further columns."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

import narwhals as nw
import polars as pl

from offerloop.engine import Frame, collect
from offerloop.errors import InputError, SourceError
from offerloop.events.columns.contracts import CONTRACTS
from offerloop.message import Message, joined
from offerloop.offers import NO_OFFER, OFFER_KIND_NAMES, guess_currency, names_no_offer, offer_kind, parse_offer

EXPECTATIONS = ("p_redeem", "incremental", "value")
"""Columns that make up an offer's `assumed`."""
NAMES = ("on", "products", "brands", "shops", "product", "except")
"""Columns that name things, also where the names are numbers."""
LISTS = CONTRACTS["offers"].lists
"""Columns of which a cell may name several."""
SEPARATORS, COMMA = re.compile("[;|；]"), re.compile("[,，、]")
DECIMALS = 9
"""Beyond them a term is an error of rounding: 0.15 x 100 is 15."""
ZERO_OFFER = r"^0+([.,]0+)? ?%?$"
EVERYTHING = frozenset({"全场", "全店", "全部", "全部商品", "所有商品", "全品类", "全场通用", "通用", "不限"})
"""What a list writes for an offer that is limited to nothing, unless a category is called so."""
SUMS = ("min_spend", "amount", "max_discount", "percent")
"""Columns of which lists write 0 where an offer has none."""
WORTH = ("amount", "save", "price", "tiers", "steps", "terms")
"""Columns by which an offer of 0 % gives something else."""
GIVING_KINDS = ("buy_x_get_y", "bundle", "gift", "free_shipping", "benefit")
"""Kinds that give something else than a percentage or an amount off."""
EXAMPLES = 3
"""Unreadable cells that an error shows."""
LOOSE_KINDS = ("coupon", "spend_and_save", "flash_sale")
"""Kinds whose names lists use for each other: the terms in words say which it is."""


def listed_offers(
    table: pl.DataFrame, whole_names: Collection[str] = (), currency: str | None = None
) -> list[dict[str, Any]]:
    """What `[[campaigns.offers]]` would hold: `kind`, `id` and the terms that are not empty, sorted by id.

    An offer that takes nothing off is none. `whole_names` are names that hold a separator themselves, or that else mean
    everything. Without a `currency`, terms in words say theirs. Raises SourceError for words that are not understood.
    """
    offers, unread = list[dict[str, Any]](), list[Message]()
    for row in table.filter(~_nothing(table)).sort("offer_id").iter_rows(named=True):
        terms = {name: _written(value) for name, value in row.items() if value is not None}
        terms |= {name: str(terms[name]) for name in NAMES if isinstance(terms.get(name), int)}
        terms |= {name: _several(cell, whole_names) for name in LISTS if isinstance(cell := terms.get(name), str)}
        terms |= {"except": {"on": terms["except"]}} if "except" in terms else {}
        if isinstance(on := terms.get("on"), str) and on in EVERYTHING - {*whole_names}:
            del terms["on"]
        assumed = {name: terms.pop(name) for name in EXPECTATIONS if name in terms}
        offer_id = str(terms.pop("offer_id"))
        try:
            offer = {"id": offer_id, **_in_our_terms(terms, currency)}
        except InputError as error:
            unread.append(
                Message("offer '{offer}': {reason}", context="cells in a row", offer=offer_id, reason=error.message)
            )
            continue
        if "campaign_id" in offer:
            offer["campaign_id"] = str(offer["campaign_id"])
        offers.append({**offer, "assumed": assumed} if assumed else offer)
    _check_all_read(unread)
    return offers


def _check_all_read(unread: list[Message]) -> None:
    """Raise SourceError where terms in words were not understood, with the first offers and how many more there are."""
    if not unread:
        return
    cells, more = joined(unread[:EXAMPLES], "; "), len(unread) - EXAMPLES
    if more > 0:
        cells = Message("{cells}; and {n} more", context="cells in a row", cells=cells, n=more)
    raise SourceError(
        Message(
            "[sources.offers], column 'terms': {cells}; correct the cell, or leave it empty and write the terms in "
            "columns of their own",
            plural="[sources.offers], {n} cells of column 'terms': {cells}; correct the cells, or leave them empty and "
            "write the terms in columns of their own",
            n=len(unread),
            cells=cells,
        )
    )


def with_instants(table: pl.DataFrame, columns: Collection[str]) -> pl.DataFrame:
    """Return a table of offers with seconds since 1970 in some columns as `[[campaigns.offers]]` would hold them.

    The last day of the calendar, which many lists write for an offer without an end, is empty.
    """
    has_end = {name: pl.from_epoch(name).dt.date() < date.max for name in columns}
    texts = {name: pl.from_epoch(name).dt.strftime("%Y-%m-%dT%H:%M:%S+00:00") for name in columns}
    return table.with_columns(pl.when(has_end[name]).then(texts[name]).alias(name) for name in columns)


def names_with_separators(table: pl.DataFrame, products: Frame) -> frozenset[str]:
    """Return what looks like several products, brands or categories in a table of offers, or like all, and is one."""
    cells = [one for name in LISTS if table.schema.get(name) == pl.String for one in table[name].drop_nulls()]
    parts = {part for cell in cells for part in (cell, *_split(SEPARATORS, cell))}
    parts = {part for part in parts if SEPARATORS.search(part) or COMMA.search(part) or part in EVERYTHING}
    columns = [name for name in ("product_id", "brand", "category") if parts and name in products.collect_schema()]
    names = (nw.col(name).cast(nw.String).alias("name") for name in columns)
    tables = (collect(products.select(name).filter(nw.col("name").is_in(sorted(parts)))) for name in names)
    return frozenset(name for one in tables for name in one["name"])


def _in_our_terms(terms: Mapping[str, Any], currency: str | None) -> dict[str, Any]:
    """Return the terms with those that are said in words, which say what the offer is; other columns limit it.

    Raises InputError for words that are not understood, or say something else than the other columns.
    """
    words = terms.get("terms")
    written = {name: value for name, value in terms.items() if name != "terms"}
    if "kind" in written:
        written["kind"] = offer_kind(str(written["kind"]))
    if words is None:
        return _as_called(written)
    said = parse_offer(str(words), currency or guess_currency(str(words)))
    kind = _kind(written, said, str(words))
    written = _as_called({**written, "kind": kind})
    other = [name for name in said.keys() & written.keys() - {"kind"} if not _is_same(said[name], written[name])]
    if other:
        raise InputError(Message("'{words}' is not what '{other}' says", words=str(words), other=other[0]))
    return {**written, **said, "kind": kind}


def _kind(written: Mapping[str, Any], said: Mapping[str, Any], words: str) -> str:
    """Return the kind of an offer in words. Raises InputError where the list says another.

    Lists call offers of any kind coupons, such as one for free shipping. A flash sale whose hours no column says is a
    coupon, which may have a first and a last day.
    """
    listed, kind = written.get("kind"), str(said["kind"])
    if listed == "flash_sale" and kind == "coupon" and "hours" in written and said.keys() & {"percent", "price"}:
        return listed
    if listed in OFFER_KIND_NAMES and listed not in {kind, "coupon"} and {listed, kind} - {*LOOSE_KINDS, "combined"}:
        raise InputError(Message("'{words}' is no offer of the kind {kind}", words=words, kind=str(listed)))
    return kind


def _as_called(terms: Mapping[str, Any]) -> dict[str, Any]:
    """Return the terms with a least spend and an amount as a spend-and-save calls them; a sum of 0 is none."""
    stated = {name: value for name, value in terms.items() if name not in SUMS or value != 0}
    if stated.get("kind") != "spend_and_save" or stated.keys() & {"spend", "save", "tiers"}:
        return stated
    called = {"min_spend": "spend", "amount": "save"}
    return {called.get(name, name): value for name, value in stated.items()}


def _is_same(said: object, written: object) -> bool:
    try:
        return Decimal(str(said)) == Decimal(str(written))
    except InvalidOperation:
        return said == written


def _several(cell: str, whole_names: Collection[str]) -> str | list[str]:
    """Return the names that a cell lists: with `;` or `|` between them, or `,`, which names may hold."""
    parts = [cell] if cell in whole_names else _split(SEPARATORS, cell)
    names = [name for part in parts for name in ([part] if part in whole_names else _split(COMMA, part))]
    return names if len(names) > 1 else (names or [cell])[0]


def _split(separators: re.Pattern[str], cell: str) -> list[str]:
    return [one.strip() for one in separators.split(cell) if one.strip()]


def _nothing(table: pl.DataFrame) -> pl.Series:
    """Return whether each row takes 0 % off and gives nothing else."""
    return pl.Series([_gives_nothing(row) for row in table.iter_rows(named=True)], dtype=pl.Boolean)


def _gives_nothing(row: Mapping[str, Any]) -> bool:
    if row.get("percent") is None or not _is_zero(row["percent"]):
        return False
    kind = offer_kind(str(row.get("kind")))
    others = [row[name] for name in WORTH if row.get(name) is not None]
    return kind not in GIVING_KINDS and all(_is_zero(cell) or names_no_offer(str(cell)) for cell in others)


def _is_zero(cell: object) -> bool:
    return re.fullmatch(ZERO_OFFER, str(cell)) is not None


def without_offers_of_nothing(exposures: Frame, offers: pl.DataFrame, written_ids: Collection[str] = ()) -> Frame:
    """Exposures in which an offer of 0 % has become the empty offer: who was shown it was deliberately given nothing.

    So has what is no offer's id and is a plain 0 (`0`, `0.0`, `0 %`) or names a control group, such as `control`.
    `written_ids` are the ids of offers that stand in the configuration.
    """
    named = offers.with_columns(pl.col("offer_id").cast(pl.String))
    zeros = named.filter(_nothing(offers))["offer_id"].to_list()
    others = [*named.filter(~_nothing(offers))["offer_id"], *written_ids]
    shown = nw.col("offer_id").cast(nw.String).str.strip_chars()
    shown_names = collect(exposures.select(shown=shown).unique())["shown"].drop_nulls().to_list()
    controls = [name for name in shown_names if name != NO_OFFER and names_no_offer(name)]
    nothing = shown.is_in(zeros) | ((shown.str.contains(ZERO_OFFER) | shown.is_in(controls)) & ~shown.is_in(others))
    return exposures.with_columns(nw.when(~nothing).then(nw.col("offer_id")).alias("offer_id"))


def _written(value: object) -> object:
    """A cell as it would stand in TOML: whole numbers without a point, and none with an error of rounding."""
    if not isinstance(value, float):
        return value
    near = round(value, DECIMALS)
    return int(near) if near.is_integer() else near
