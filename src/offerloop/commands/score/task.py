"""`offerloop score`: customers of another table, by what a study has learned, without learning again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from offerloop.commands.score.page import sentences
from offerloop.config import report_language
from offerloop.errors import InputError, unwritable
from offerloop.message import Message
from offerloop.report import Result
from offerloop.workspace import (
    BY_ESTIMATE,
    CheckedRows,
    InputTable,
    TableParts,
    TrialScorer,
    check_table_file,
    table_parts,
    write_parts,
)


@dataclass(frozen=True, eq=False)
class ScoreResult(Result):
    """Scores of customers."""

    scores: pl.DataFrame
    """One row per customer: the id (or row), the offer that is recommended, the one by the best estimates, and the
    profit of each offer with its rough interval."""
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
        """How many get which offer, and what to know of it, in the language of the table's names."""
        counts = self.offer_counts, self.estimate_counts
        language = report_language(None, "", (*self.scores.columns, *counts[0], *counts[1]))
        return "\n".join(sentences(*counts, self.unseen, self.budget, language))

    @property
    def offer_counts(self) -> dict[str, int]:
        """How many customers get each recommended offer, the most frequent first."""
        return _most_first(_counts(self.scores, "offer"))

    @property
    def estimate_counts(self) -> dict[str, int]:
        """How many customers get each offer by the best estimates; empty where the trial contradicts itself."""
        return _most_first(_counts(self.scores, BY_ESTIMATE))


@dataclass(frozen=True)
class ScoredFile:
    """What is to be known of scores that were written to a file."""

    offer_counts: Mapping[str, int]
    """As in `ScoreResult`, as are the next three."""
    estimate_counts: Mapping[str, int]
    unseen: Mapping[str, int]
    budget: float | None
    columns: tuple[str, ...]
    """Those of the file."""


def score(study: Path, table: InputTable) -> ScoreResult:
    """Score the customers of a table by the study in a folder.

    Raises InputError for a study that cannot be read and for a table that does not fit it.
    """
    scorer, parts, checked = _checked(study, table)
    return ScoreResult(pl.concat(scorer.each(parts)), checked.unseen, scorer.budget(checked.number))


def score_file(study: Path, table: InputTable, out: Path) -> ScoredFile:
    """Write the scores to a file as CSV, or as Parquet by its name, without holding all of them in memory.

    Raises InputError as `score` does, and where the file cannot be written.
    """
    check_table_file(out)
    scorer, parts, checked = _checked(study, table)
    counts, by_estimate, columns = Counter[str](), Counter[str](), set[tuple[str, ...]]()

    def counted() -> Iterator[pl.DataFrame]:
        for scores in scorer.each(parts):
            counts.update(_counts(scores, "offer"))
            by_estimate.update(_counts(scores, BY_ESTIMATE))
            columns.add(tuple(scores.columns))
            yield scores

    _write(counted(), out)
    budget = scorer.budget(checked.number)
    return ScoredFile(_most_first(counts), _most_first(by_estimate), checked.unseen, budget, columns.pop())


def _counts(scores: pl.DataFrame, column: str) -> Counter[str]:
    return Counter(dict(scores[column].value_counts().iter_rows()) if column in scores.columns else {})


def _most_first(counts: Counter[str]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda one: (-one[1], one[0])))


def _checked(study: Path, table: InputTable) -> tuple[TrialScorer, TableParts, CheckedRows]:
    scorer = TrialScorer.read(study)
    parts = table_parts(table, () if scorer.key is None else (scorer.key,))
    try:
        return scorer, parts, scorer.check(parts)
    except InputError as error:
        path = str(parts.path)
        raise InputError(
            Message("'{path}': {error}", context="what is wrong with a file", path=path, error=error.message)
        ) from None


def _write(parts: Iterable[pl.DataFrame], out: Path) -> None:
    try:
        write_parts(parts, out)
    except OSError as error:
        raise unwritable(out, error) from None
