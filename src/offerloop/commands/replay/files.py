"""What `offerloop replay` writes: a folder with tables and a page."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl

from offerloop.commands.replay.findings import ReplayResult
from offerloop.commands.replay.page import render_replay, summarise_replay
from offerloop.errors import InputError, unwritable
from offerloop.message import Message
from offerloop.money import to_text
from offerloop.workspace import filling


def check_folder(out: Path) -> None:
    """Raise InputError where it is not a new or an empty one."""
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise InputError(Message("'{out}' exists already; name a new or an empty folder for the replay", out=str(out)))


def write(done: ReplayResult, out: Path) -> None:
    """Write the page, replay.json and three tables; the folder appears only when everything is in it."""
    findings, language = done.findings, done.language
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        if out.exists():
            out.rmdir()
        with filling(out) as partial:
            for name, table in done.frames.items():
                _as_text(table, findings.currency).write_csv(partial / f"{name}.csv")
            summary = json.dumps(summarise_replay(findings, language), indent=2, ensure_ascii=False) + "\n"
            (partial / "replay.json").write_text(summary, encoding="utf-8")
            (partial / "report.html").write_text(render_replay(findings, language), encoding="utf-8")
    except OSError as error:
        raise unwritable(out, error) from None


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
