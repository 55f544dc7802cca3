"""`offerloop score`: customers of another table, by what a study has learned, without learning again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from offerloop.commands.score.page import sentences
from offerloop.errors import InputError
from offerloop.message import Message
from offerloop.report import Result
from offerloop.workspace import InputTable, TrialScorer, table_rows


@dataclass(frozen=True, eq=False)
class ScoreResult(Result):
    """Scores of customers."""

    scores: pl.DataFrame
    """One row per customer: the id (or row), the offer, and the profit of each offer with its rough interval."""
    unseen: Mapping[str, int]
    """Rows in which a column holds what the trial never had, by column."""
    budget: float | None
    """What may be spent on these customers: as much for each as in the trial."""

    @property
    def frames(self) -> Mapping[str, pl.DataFrame]:
        """`scores`."""
        return {"scores": self.scores}

    @property
    def sentence(self) -> str:
        """How many get which offer, and what to know of it."""
        return "\n".join(sentences(self.offer_counts, self.unseen, self.budget))

    @property
    def offer_counts(self) -> dict[str, int]:
        """How many customers get each offer, the most frequent first."""
        counts = self.scores["offer"].value_counts().sort(["count", "offer"], descending=[True, False])
        return dict(counts.iter_rows())


def score(study: Path, table: InputTable) -> ScoreResult:
    """Score the customers of a table by the study in a folder.

    Raises InputError for a study that cannot be read and for a table that does not fit it.
    """
    scorer = TrialScorer.read(study)
    rows, path = table_rows(table, ids=() if scorer.key is None else (scorer.key,))
    try:
        unseen = scorer.check(rows)
    except InputError as error:
        raise InputError(
            Message("'{path}': {error}", context="what is wrong with a file", path=str(path), error=error.message)
        ) from None
    return ScoreResult(scorer.scores(rows), unseen, scorer.budget(rows.height))


def write_scores(result: ScoreResult, out: Path) -> None:
    """Write scores as CSV, or as Parquet by the name of the file. Raises InputError where that is not possible."""
    try:
        result.scores.write_parquet(out) if out.suffix == ".parquet" else result.scores.write_csv(out)
    except OSError as error:
        raise InputError(
            Message(
                "'{out}' cannot be written: {reason}",
                context="what is wrong with a file",
                out=str(out),
                reason=error.strerror or str(error),
            )
        ) from None
