"""`offerloop init DIR --orders F`: look at a shop's files and write an offerloop.toml that runs as it is."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import polars as pl
from rich.cells import cell_len

from offerloop.config import SourceName, load_config
from offerloop.errors import InputError
from offerloop.service.guess import Match, language_of
from offerloop.service.guess_doubts import encoding_notes
from offerloop.service.guess_orders import guess_orders
from offerloop.service.guess_others import KEYS, attributes, guess_source, products_in_orders
from offerloop.service.guess_shop import guess_currency, guess_zone
from offerloop.service.guess_shown import carried, check_exposures
from offerloop.service.guess_status import only_sales, row_filters
from offerloop.service.guess_times import evaluate, time_format
from offerloop.service.init_campaign import campaign_lines, first_budget
from offerloop.service.init_clean import clean_lines, no_goods, no_goods_note
from offerloop.service.init_figures import Figures, figures
from offerloop.service.init_toml import SECTIONS, ShopText, SourceText, named, padded, shop_text
from offerloop.service.peek import ROWS, Peek, known_encoding, peek, place_of

FILE = "offerloop.toml"
_LIST_ROWS = 200_000
"""Rows of a list of products or customers to look at, at most."""

ADDS: dict[SourceName, str] = {
    "products": "product_id, category, brand: offers limited to a category, and the response to shelf prices",
    "customers": "customer_id, consent and attributes: who agreed to personal offers, and whom the plan favours",
    "prices": "product_id, at, list_price: what was offered, also where nobody bought",
    "events": "customer_id, product_id, kind, at: views and carts, for recommendations",
    "offers": "offer_id, kind and terms: your own choices instead of the assumed ones",
    "exposures": "customer_id, offer_id, at: who was shown what, to learn from",
    "redemptions": "customer_id, coupon_id, at: profiles show who redeems coupons",
}
"""Sources that a shop need not have, and what each would add."""


@dataclass(frozen=True)
class Started:
    """A configuration that was written."""

    config: Path
    lines: list[str]
    """What a reader should know: the mapping, what is missing, what comes next."""
    facts: dict[str, Any]
    """The same for programs."""


def write_shop(
    folder: Path, files: Mapping[SourceName, str], budget: str | None, currency: str | None,
    encoding: str | None = None,
) -> Started:  # fmt: skip
    """Write `folder/offerloop.toml`. `files` are paths, or ``URL#table``; order_lines must be among them.

    `encoding` is that of all CSV files; it is guessed for each otherwise. Raises InputError when a file cannot be read
    or a required column not be found, and when there is a configuration already.
    """
    target = folder / FILE
    if folder.exists() and not folder.is_dir():
        raise InputError(f"'{folder}' is a file; name a folder to write {FILE} to")
    if target.exists():
        raise InputError(f"there is a configuration '{target}' already; delete or rename it to have one written anew")
    if "order_lines" not in files:
        raise InputError("order lines are missing; name their file with --orders")
    encoding = known_encoding(encoding) if encoding is not None else None
    peeks = look_at(files, encoding)
    sources = guessed(peeks)
    shop = _shop(folder, peeks, sources, budget, currency)
    _write(folder, target, shop_text(shop, folder))
    return Started(target, _lines(target, shop), _facts(target, shop))


def look_at(files: Mapping[SourceName, str], encoding: str | None = None) -> dict[SourceName, Peek]:
    """What is looked at of each file. Raises InputError for one that cannot be read."""
    rows = {name: _LIST_ROWS if name in KEYS else ROWS for name in files}
    return {name: peek(place_of(files[name]), rows[name], encoding) for name in SECTIONS if name in files}


def guessed(peeks: Mapping[SourceName, Peek]) -> dict[SourceName, Match]:
    """The mapping of every source; products also from the order lines when nobody gives a list of them."""
    orders = guess_orders(peeks["order_lines"])
    known = {ours: column.values for ours in KEYS.values() if (column := orders.column(ours)) is not None}
    found: dict[SourceName, Match] = {"order_lines": orders}
    if "products" not in peeks and (listed := products_in_orders(orders, peeks["order_lines"])):
        found["products"] = listed
    for name, peeked in peeks.items():
        if name != "order_lines":
            found[name] = guess_source(name, peeked, known)
    if "exposures" in found:
        check_exposures(found.get("offers"), found["exposures"], peeks["exposures"])
    return {name: found[name] for name in SECTIONS if name in found}


def _shop(
    folder: Path, peeks: Mapping[SourceName, Peek], found: Mapping[SourceName, Match], budget: str | None,
    currency: str | None,
) -> ShopText:  # fmt: skip
    language, orders = language_of(found.values()), found["order_lines"]
    money = guess_currency(currency, language, orders, found.values())
    texts: list[SourceText] = []
    for name, one in found.items():
        peeked = peeks.get(name, peeks["order_lines"])
        form = time_format(one, peeked, language, money.value)
        one.notes += [form.doubt] if form is not None and form.doubt else []
        one.notes += encoding_notes(peeked)
        texts.append(_with_rest(SourceText(name, peeked, one, form), peeks, found))
    described = found["products"] if "products" in peeks and "text" in found["products"].found else found["order_lines"]
    others = no_goods(described, peeks["products" if described is not orders else "order_lines"])
    orders.notes += no_goods_note(others)
    seen = _figures(peeks, found, texts[0])
    plan = first_budget(budget, seen, money.value)
    offers = next((one for one in texts if one.name == "offers"), None)
    shown = "exposures" in found and "propensity" in found["exposures"].found
    campaign = campaign_lines(plan, seen, money.value, offers, shown=shown)
    audit_only = attributes(found["customers"])[1] if "customers" in found else []
    absent = [name for name in SECTIONS if name not in found]
    missing = ["Not given, and what each would add:", *(f"[sources.{name}]: {ADDS[name]}" for name in absent)]
    title, zone = folder.resolve().name or "My shop", guess_zone(language, money.value)
    return ShopText(
        title, money, zone, texts, audit_only, campaign, missing if absent else [], clean_lines(others, orders)
    )


def _with_rest(text: SourceText, peeks: Mapping[SourceName, Peek], found: Mapping[SourceName, Match]) -> SourceText:
    """With what becomes of the columns that are none of ours."""
    rest = [column.name for column in text.found.unused()]
    personal: list[str] = []
    if text.name == "customers":
        kept, _, personal = attributes(text.found)
        notes = [f"Names and addresses are not carried along: {named(personal)}."] if personal else []
        text = replace(text, attributes=kept, notes=notes)
    if text.name == "offers":
        text = replace(text, attributes=carried(text.found))
    taken = {*text.attributes, *personal}
    if text.name == "order_lines":
        text = replace(text, filters=row_filters(text.found, text.peeked))
        taken |= {name for one in text.filters for name in one.theirs}
    if "products" in found and "products" not in peeks:  # read from the order lines, which say what is not used
        taken |= {name for one in found["products"].found.values() for name in one.theirs}
        rest = [] if text.name == "products" else rest
    return replace(text, unused=[name for name in rest if name not in taken])


def _figures(peeks: Mapping[SourceName, Peek], found: Mapping[SourceName, Match], orders: SourceText) -> Figures:
    products, categories = found.get("products"), None
    if products is not None and "category" in products.found:
        peeked = peeks.get("products", peeks["order_lines"])
        texts = {
            ours: evaluate(peeked.head, products.found[ours].written, peeked.decimal).cast(pl.String).str.strip_chars()
            for ours in ("product_id", "category")
        }
        categories = pl.DataFrame(texts).filter(pl.col("category") != "").unique("product_id", maintain_order=True)
    form = orders.time_format.form if orders.time_format else None
    return figures(orders.found, only_sales(orders.peeked, orders.filters), categories, form)


def _write(folder: Path, target: Path, text: str) -> None:
    """The file appears under its name only when it loads."""
    fresh = not folder.exists()
    partial = folder / f".{FILE}.partial"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        partial.write_text(text, encoding="utf-8")
        load_config(partial)
        partial.rename(target)
    except OSError as error:
        raise InputError(f"'{folder}' cannot be written to: {error.strerror}") from None
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
            if fresh and not target.exists():
                folder.rmdir()


def _lines(target: Path, shop: ShopText) -> list[str]:
    lines = [f"Wrote {target}.", *([f"note: {shop.currency.doubt}"] if shop.currency.doubt else [])]
    for source in shop.sources:
        rows = [(ours, one.written, one.why) for ours, one in source.mapping()]
        width = [max(cell_len(row[place]) for row in rows) for place in (0, 1)]
        lines += ["", f"{source.name} from {source.peeked.place}:"]
        lines += [f"  {padded(ours, width[0])} <- {padded(theirs, width[1])}  ({why})" for ours, theirs, why in rows]
        lines += [f"  note: {note}" for note in (*source.found.notes, *source.notes)]
        lines += [f"  only rows where {one.written}: {one.why}" for one in source.filters if one.active]
        if source.unused:
            lines.append(f"  not used: {named(source.unused)}")
        if absent := source.absent():
            lines.append(f"  not found: {', '.join(absent)}")
    lines += ["", *shop.missing, ""] if shop.missing else [""]
    return [*lines, f"Next: offerloop check {target}"]


def _facts(target: Path, shop: ShopText) -> dict[str, Any]:
    sources = {
        source.name: {
            "from": str(source.peeked.place),
            "columns": {ours: {"from": one.written, "why": one.why} for ours, one in source.mapping()},
            "where": next((one.written for one in source.filters if one.active), None),
            "not_used": list(source.unused),
            "not_found": source.absent(),
            "notes": [*source.found.notes, *source.notes],
        }
        for source in shop.sources
    }
    absent = [name for name in SECTIONS if name not in sources]
    doubt = shop.currency.doubt
    return {
        "config": str(target), "notes": [doubt] if doubt else [], "currency": shop.currency.value,
        "timezone": shop.zone.value, "sources": sources,
        "missing": {name: ADDS[name] for name in absent},
    }  # fmt: skip
