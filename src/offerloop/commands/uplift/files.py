"""The folder of a study: its scores, its JSON and its page; and scores of other customers."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl

from offerloop.commands.uplift.page import render_uplift
from offerloop.commands.uplift.sentences import sentence
from offerloop.commands.uplift.task import UpliftResult, summary
from offerloop.errors import InputError
from offerloop.report import FolderResult
from offerloop.workspace import filling, new_folder


def write(found: UpliftResult, parent: Path, language: str = "en", apply: Path | None = None) -> FolderResult:
    """`<parent>/<time>/` with report.html, uplift.json and scores; with `apply` also applied, both .parquet and .csv.

    Raises InputError where `apply` cannot be scored or the folder cannot be written.
    """
    tables = {"scores": found.scores()}
    if apply is not None:
        tables["applied"] = _applied(found, apply)
    facts = {"sentence": sentence(found.findings, language), **summary(found.findings)}
    page = render_uplift(found.findings, language)
    folder = new_folder(parent)
    with filling(folder) as partial:
        for name, table in tables.items():
            table.write_parquet(partial / f"{name}.parquet")
            table.write_csv(partial / f"{name}.csv")
        text = json.dumps(facts, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
        (partial / "uplift.json").write_text(text, encoding="utf-8")
        (partial / "report.html").write_text(page, encoding="utf-8")
    return FolderResult(folder, folder / "report.html", facts)


def _applied(found: UpliftResult, path: Path) -> pl.DataFrame:
    try:
        return found.scores(path)
    except InputError as error:
        raise InputError(f"'{path}' (--apply): {error}") from None
