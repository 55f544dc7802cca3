"""`offerloop score`: its arguments, and what it prints."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from offerloop.commands.terminal import Json, Language, say


def score(
    study: Annotated[Path, typer.Argument(help="Folder of a study that `offerloop uplift --save` wrote.")],
    table: Annotated[Path, typer.Argument(help="Customers with the trial's columns: CSV, Excel or Parquet.")],
    out: Annotated[Path, typer.Option(help="File to write, .csv or .parquet.")] = Path("scores.csv"),
    language: Language = None,
    as_json: Json = False,
) -> None:
    """Recommend offers for new customers, by an earlier trial."""
    from offerloop.commands.score.page import sentences
    from offerloop.commands.score.task import score_file
    from offerloop.config import report_language
    from offerloop.locale import known_language

    known_language(language)
    scored = score_file(study, table, out)
    language = report_language(language, "", (*scored.columns, *scored.offer_counts, *scored.estimate_counts))
    facts: dict[str, object] = {
        "out": str(out),
        "offers": dict(scored.offer_counts),
        "offers_by_estimate": dict(scored.estimate_counts),
        "unseen": dict(scored.unseen),
        "budget": scored.budget,
    }
    said = sentences(scored.offer_counts, scored.estimate_counts, scored.unseen, scored.budget, language)
    say(facts, "\n".join([*said, str(out)]), as_json)
