"""The folder of an experiment: its report and its figures."""

from __future__ import annotations

import json
from pathlib import Path

from offerloop.commands.experiment.findings import ExperimentResult
from offerloop.report import FolderResult
from offerloop.workspace import filling, new_folder


def write(result: ExperimentResult, parent: Path) -> FolderResult:
    """`<parent>/<time>/` with report.html and experiment.json. Raises InputError where it cannot be written."""
    facts = {"sentence": result.sentence, **result.summary}
    page, folder = result.page(), new_folder(parent)
    with filling(folder) as partial:
        text = json.dumps(facts, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
        (partial / "experiment.json").write_text(text, encoding="utf-8")
        (partial / "report.html").write_text(page, encoding="utf-8")
    return FolderResult(folder, folder / "report.html", facts)
