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
from offerloop.workspace import LEARNED, filling, new_folder, write_parts


def write(result: UpliftResult, parent: Path, *, save: bool = False) -> FolderResult:
    """`<parent>/<time>/` with report.html, uplift.json and scores, and learned.json to `save` what was learned.

    Scores of other customers are in applied; scores and applied are .parquet and .csv, but scores of a table in shards
    are .parquet alone. Raises InputError where the folder cannot be written, and where other customers cannot be scored
    after all, with the rest of the study written.
    """
    facts = {"sentence": result.sentence, **summary(result.findings)}
    page, error = render_uplift(result.findings, result.language), None
    folder = new_folder(parent)
    with filling(folder) as partial:
        if result.shards is None:
            write_parts([result.scores()], partial / "scores.parquet", partial / "scores.csv")
        else:
            result.shards.write_scores(result.scorer, partial / "scores.parquet")
        if result.others is not None:
            try:
                applied = result.scorer.each(result.others.parts)
                write_parts(applied, partial / "applied.parquet", partial / "applied.csv")
                facts["applied"] = asdict(result.applied) if result.applied else None
            except InputError as fault:
                error = fault
        text = json.dumps(facts, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
        (partial / "uplift.json").write_text(text, encoding="utf-8")
        (partial / "report.html").write_text(page, encoding="utf-8")
        if save:
            (partial / LEARNED).write_text(result.scorer.to_json(), encoding="utf-8")
    if error is not None and result.others is not None:
        raise InputError(
            Message(
                "'{path}' (--apply): {error}; the study itself is in '{folder}'",
                path=str(result.others.parts.path),
                error=str(error),
                folder=str(folder),
            )
        )
    return FolderResult(folder, folder / "report.html", facts)
