"""Products that are no goods (postage, fees, samples, adjustments): recognised by their texts, codes and behaviour."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib import resources
from itertools import accumulate

import narwhals as nw
import polars as pl

from offerloop.config import Clean, fits_pattern
from offerloop.engine import Frame, collect, distinct
from offerloop.events.cleaning.sold_sums import SoldSums

_MOST_WORDS, _LONGEST_SIGNS = 4, 10
"""Words of a text whose end is looked at, and signs of a Chinese one. Longer ones describe goods."""
_CODES = re.compile(
    r"^(POST|DOT|[MDSB]|C2|CRUK|ADJUST\d*|BANK ?CHARGES|SHIP|SHIPPING|FREIGHT|DELIVERY|FEE|VERSAND|PFAND)$",
    re.IGNORECASE,
)
"""Codes of products without a text."""
_KINDS_OF_CATEGORIES = ("postage or delivery", "a gift card or voucher", "a donation")
"""Kinds that a category tells. Goods are in categories called like others, such as "Discounts" or "Packaging"."""
_MOST_ORDERS, _ONE_UNIT, _FEWEST_PRICES, _WILD = 0.5, 0.98, 10, 5.0
"""Behaviour of a charge: in this share of the orders, one unit in this share of its lines, so many different prices,
and this ratio of high prices to low ones. Nothing that is put on a shelf has all four."""


def kind_of(product_id: str, text: str | None, category: str | None = None) -> str:
    """Return what a product is that is no goods, such as "a sample"; empty for goods."""
    if text and (kind := _kind_of_text(text)):
        return kind
    if category and (kind := _kind_of_text(category)) in _KINDS_OF_CATEGORIES:
        return kind
    if kind := _kind_of_text(product_id.replace("_", " ")):
        return kind
    return "no goods, by its code" if not text and _CODES.match(product_id) else ""


def product_label(product_id: object, text: str | None) -> str:
    """Return a product as a person reads it."""
    return str(product_id) if not text or text == str(product_id) else f"{text} ({product_id})"


@lru_cache(maxsize=100_000)
def _kind_of_text(text: str) -> str:
    kinds, plain = _written_kinds(), _plain(text)
    if re.search(r"[\u4e00-\u9fff]", text):
        short = text.strip() if len(text.strip()) <= _LONGEST_SIGNS else ""
        hit = (name for name, one in kinds.items() if short in one.get("whole", ()) or _any(one, "signs", short))
        return next(hit, "") if short else ""
    brief = plain if len(plain.split()) <= _MOST_WORDS else ""
    for name, pattern in kinds.items():
        if plain in pattern["whole"] or any(brief.startswith(begin) for begin in pattern.get("begin", ())):
            return name
        if any(brief == end or brief.endswith(f" {end}" if " " in end else end) for end in pattern.get("end", ())):
            return name
    return ""


def _any(kind: Mapping[str, Sequence[str]], part: str, text: str) -> bool:
    return any(sign in text for sign in kind.get(part, ()))


@lru_cache(maxsize=1)
def _written_kinds() -> Mapping[str, Mapping[str, Sequence[str]]]:
    file = resources.files("offerloop.events.cleaning") / "non_merchandise.toml"
    return tomllib.loads(file.read_text(encoding="utf-8"))


def _plain(text: str) -> str:
    """Return small letters and single blanks, without numbers, signs and accents."""
    folded = text.lower()
    for sign, spelt in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss"), ("&", " and ")):
        folded = folded.replace(sign, spelt)
    letters = "".join(one for one in unicodedata.normalize("NFD", folded) if not unicodedata.combining(one))
    return " ".join(re.sub(r"[^a-z]+", " ", letters).split())


def recognised(lines: Frame, products: Frame, clean: Clean, sold: SoldSums) -> pl.DataFrame:
    """Return product_id, text and kind of the sold and listed products that are no goods, sorted.

    What `clean.merchandise` fits is goods, what `clean.non_merchandise` fits is none, whatever it looks like.
    """
    names = [name for name in ("text", "category") if name in products.collect_schema()]
    listed = collect(products.select("product_id", *names), "product_id")
    ids = listed["product_id"].cast(pl.String).to_list()
    texts, categories = (
        listed[name].to_list() if name in names else [None] * len(ids) for name in ("text", "category")
    )
    charges = set(_charges(lines, sold).cast(pl.String))
    kinds = [
        _decided(product_id, kind_of(product_id, text, category), product_id in charges, clean)
        for product_id, text, category in zip(ids, texts, categories, strict=True)
    ]
    rows = listed.select("product_id", text=pl.Series(texts, dtype=pl.String), kind=pl.Series(kinds, dtype=pl.String))
    return rows.filter(pl.col("kind") != "")


def _decided(product_id: str, kind: str, is_charge: bool, clean: Clean) -> str:
    if any(fits_pattern(product_id, one) for one in clean.merchandise):
        return ""
    if any(fits_pattern(product_id, one) for one in clean.non_merchandise):
        return kind or "no goods, by clean.non_merchandise"
    return kind or ("a charge, by its prices: one in most orders, each at its own" if is_charge else "")


def _charges(lines: Frame, sold: SoldSums) -> pl.Series:
    """product_id of what is in most orders, one at a time, at prices all over the place; never the only product."""
    fewest = max(_MOST_ORDERS * sold.orders, _FEWEST_PRICES)
    common = sold.products.filter(pl.col("n") >= fewest)["product_id"]
    if common.is_empty() or sold.products.height == 1:
        return common.clear()
    pairs = distinct(lines.filter(nw.col("product_id").is_in(common.to_list())), "product_id", "order_id")
    common = collect(pairs.group_by("product_id").agg(nw.len().alias("n"))).filter(pl.col("n") >= fewest)["product_id"]
    if common.is_empty():
        return common
    priced = lines.filter(nw.col("product_id").is_in(common.to_list()), nw.col("paid_minor") > 0)
    priced = priced.with_columns(single=nw.col("quantity") == 1)
    counted = collect(priced.group_by("product_id", "single", "paid_minor").agg(nw.len().alias("n")))
    return common.filter([_is_wild(counted.filter(pl.col("product_id") == one)) for one in common])


def _is_wild(counted: pl.DataFrame) -> bool:
    """Return whether nearly all lines of a product (n by single and paid_minor) have one unit, at wild prices."""
    single = pl.col("n").filter("single").sum()
    rows = counted.group_by("paid_minor").agg(pl.col("n").sum(), single=single).sort("paid_minor")
    prices, ends, singles = rows["paid_minor"].to_list(), list(accumulate(rows["n"].to_list())), sum(rows["single"])
    if len(prices) < _FEWEST_PRICES or singles < _ONE_UNIT * ends[-1]:
        return False
    low, high = (prices[bisect_right(ends, round(share * (ends[-1] - 1)))] for share in (0.1, 0.9))
    return bool(high >= _WILD * low)
