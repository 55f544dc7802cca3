"""What `offerloop replay` writes and says: a folder with tables and a page, and one page for the terminal."""

from __future__ import annotations

import json
from collections.abc import Sequence
from io import StringIO
from pathlib import Path

import polars as pl
from rich.console import Console
from rich.table import Table

from offerloop.errors import InputError
from offerloop.money import to_text
from offerloop.report.numbers import iso_day
from offerloop.report.replay import assumption, notes, render_replay, sentence, summarise_replay
from offerloop.report.replay_findings import ReplayFindings, Sums
from offerloop.service.replay import Replayed
from offerloop.workspace.new_folder import filling

WIDTH = 100
_SHOWN = 8
"""Offers, and days, that the terminal has room for."""


def check_folder(out: Path) -> None:
    """Raises InputError where it is not a new or an empty one."""
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise InputError(f"'{out}' exists already; name a new or an empty folder for the replay")


def write(done: Replayed, out: Path, language: str = "en") -> Path:
    """The page, replay.json and three tables; the folder appears only when everything is in it."""
    check_folder(out)
    found = done.findings
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        if out.exists():
            out.rmdir()
        with filling(out) as partial:
            _as_text(_days(found), found.currency).write_csv(partial / "days.csv")
            _as_text(pl.DataFrame([one.figures() for one in found.by_offer]), found.currency).write_csv(
                partial / "offers.csv"
            )
            orders = done.touched.with_columns(pl.col("day").cast(pl.Int32).cast(pl.Date))
            _as_text(orders, found.currency).write_csv(partial / "orders.csv")
            summary = json.dumps(summarise_replay(found, language), indent=2, ensure_ascii=False) + "\n"
            (partial / "replay.json").write_text(summary, encoding="utf-8")
            (partial / "report.html").write_text(render_replay(found, language), encoding="utf-8")
    except OSError as error:
        raise InputError(f"'{out}' cannot be written: {error.strerror or error}") from None
    return out / "report.html"


def _days(found: ReplayFindings) -> pl.DataFrame:
    return pl.DataFrame([{"day": iso_day(day), **one.figures()} for day, one in found.by_day.items()])


def _as_text(table: pl.DataFrame, currency: str) -> pl.DataFrame:
    """Amounts as decimal text with the currency's digits, under names without `_minor`."""
    amounts = [name for name in table.columns if name.endswith("_minor")]
    texts = [
        pl.Series(name.removesuffix("_minor"), [None if one is None else to_text(one, currency) for one in table[name]],
                  dtype=pl.String)
        for name in amounts
    ]  # fmt: skip
    kept = table.with_columns(texts)
    return kept.select(name.removesuffix("_minor") for name in table.columns)


def page(done: Replayed, language: str = "en") -> str:
    """The finding, what it rests on, the offers and the days, in a few lines."""
    found, text = done.findings, StringIO()
    console = Console(file=text, width=WIDTH, highlight=False, markup=False, emoji=False)
    console.print(sentence(found, language))
    console.print(assumption(language), end="\n\n")
    console.print(_offers(found), end="\n")
    console.print(_by_day(found), end="\n")
    if found.left_out:
        console.print("Left out:", "; ".join(f"{rows:,} rows {rule}" for rule, rows in found.left_out.items()))
    for note in notes(found, language):
        console.print(f"Note: {note}")
    return text.getvalue().rstrip()


def _columns(title: str, labels: Sequence[str], figures: Sequence[str]) -> Table:
    table = Table(*labels, title=title, title_justify="left", box=None, pad_edge=False)
    for name in figures:
        table.add_column(name, justify="right")
    return table


def _offers(found: ReplayFindings) -> Table:
    shown = found.by_offer[:_SHOWN]
    more = f" ({_SHOWN} of {len(found.by_offer)}, dearest first)" if len(found.by_offer) > _SHOWN else ""
    table = _columns(
        f"Offers{more}, {found.currency}", ("offer", "what it is"),
        ("orders", "discount", "suppliers pay", "gifts", "largest"),
    )  # fmt: skip
    for one in shown:
        amounts = (one.discount_minor, one.funded_minor, one.gifts_minor, one.biggest_minor)
        table.add_row(one.offer_id, one.label, f"{one.touched:,}", *(to_text(part, found.currency) for part in amounts))
    return table


def _by_day(found: ReplayFindings) -> Table:
    """The first and the last days, and all together."""
    rows = [(iso_day(day), one) for day, one in found.by_day.items()]
    names = ("orders", "touched", "before", "discount", "margin before", "margin after")
    table = _columns(f"Days in {found.zone}, {found.currency}", ("day",), names)
    half = _SHOWN // 2
    shown = rows if len(rows) <= _SHOWN else [*rows[:half], ("...", None), *rows[-half:]]
    for day, one in [*shown, ("all", found.total)]:
        table.add_row(day, *([] if one is None else _cells(one, found.currency)))
    return table


def _cells(one: Sums, currency: str) -> list[str]:
    amounts = (one.before_minor, one.discount_minor, one.margin_before_minor, one.margin_after_minor)
    texts = ["" if amount is None else to_text(amount, currency) for amount in amounts]
    return [f"{one.orders:,}", f"{one.touched:,}", *texts]
