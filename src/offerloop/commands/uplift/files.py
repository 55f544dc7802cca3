"""The folder of a study: its scores, its JSON and its page; and scores of other customers."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from offerloop.commands.uplift.page import render_uplift
from offerloop.commands.uplift.task import UpliftResult, summary
from offerloop.errors import InputError
from offerloop.message import Message
from offerloop.report import FolderResult
from offerloop.workspace import LEARNED, filling, new_folder


def write(result: UpliftResult, parent: Path, *, save: bool = False) -> FolderResult:
    """`<parent>/<time>/` with report.html, uplift.json and scores, and learned.json to `save` what was learned.

    Scores of other customers are in applied; scores and applied are .parquet and .csv, but scores of a table in shards
    are .parquet alone. Raises InputError where the folder cannot be written, and where other customers cannot be scored
    after all, with the rest of the study written.
    """
    facts = {"sentence": result.sentence, **summary(result.findings)}
    tables, error = {} if result.shards is not None else {"scores": result.scores()}, None
    if result.others is not None:
        try:
            tables["applied"] = result.scorer.scores(result.others.rows)
            facts["applied"] = asdict(result.applied) if result.applied else None
        except InputError as fault:
            error = fault
    page = render_uplift(result.findings, result.language)
    folder = new_folder(parent)
    with filling(folder) as partial:
        for name, table in tables.items():
            table.write_parquet(partial / f"{name}.parquet")
            table.write_csv(partial / f"{name}.csv")
        if result.shards is not None:
            result.shards.write_scores(result.scorer, partial / "scores.parquet")
        text = json.dumps(facts, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
        (partial / "uplift.json").write_text(text, encoding="utf-8")
        (partial / "report.html").write_text(page, encoding="utf-8")
        if save:
            (partial / LEARNED).write_text(result.scorer.to_json(), encoding="utf-8")
    if error is not None and result.others is not None:
        raise InputError(
            Message(
                "'{path}' (--apply): {error}; the study itself is in '{folder}'",
                path=str(result.others.path),
                error=str(error),
                folder=str(folder),
            )
        )
    return FolderResult(folder, folder / "report.html", facts)
