"""What is said of the segments of an experiment."""

from __future__ import annotations

from collections.abc import Iterator

from offerloop.commands.experiment.findings import ExperimentResult, SegmentContrast
from offerloop.commands.experiment.numbers import estimate_text, percent_text, win_text
from offerloop.evaluation import ALPHA
from offerloop.message import Message
from offerloop.report import Localizer, p_words

COLUMNS = {
    "column": Message("column", context="column title"),
    "segment": Message("segment", context="column title"),
    "arm": Message("arm", context="column title"),
    "customers": Message("customers", context="column title"),
    "difference": Message("difference", context="column title"),
    "percent": Message("in percent", context="column title"),
    "p": Message("p-value, adjusted", context="column title"),
    "win": Message("chance to win", context="column title"),
}
"""Titles of the columns."""


def segment_columns(result: ExperimentResult, _: Localizer) -> tuple[str, ...]:
    """Translate the titles of the table of segments."""
    titles = [_(text) for text in COLUMNS.values()]
    return tuple(titles if result.sequential is None else titles[:-1])


def segment_cells(result: ExperimentResult, _: Localizer) -> Iterator[tuple[str, ...]]:
    """Yield the rows of the table of segments."""
    for one in result.segments:
        found = one.compared
        cells = (
            one.column,
            one.value,
            one.arm,
            _.count(one.n),
            estimate_text(found.difference, _),
            percent_text(found.share, _),
            p_words(found.p_adjusted, _),
        )
        yield cells if result.sequential is not None else (*cells, win_text(found.chance_to_win, _))


def segment_sentences(result: ExperimentResult, _: Localizer) -> list[str]:
    """Say how segments were corrected for, whether they differ, and which were left out."""
    said = [
        _(
            "The outcome was looked at {n} time: intervals hold for all of them together (Bonferroni), and p-values "
            "are adjusted (Holm).",
            plural="The outcome was looked at {n} times: intervals hold for all of them together (Bonferroni), and "
            "p-values are adjusted (Holm).",
            n=len(result.segments),
        ),
        *(contrast_sentence(one, _) for one in result.contrasts),
    ]
    if result.small_segments:
        said.append(
            _(
                "Segments left out, because an arm has too few customers there: {names}.",
                names=_.listed(_.quoted(one) for one in result.small_segments),
            )
        )
    return said


def contrast_sentence(contrast: SegmentContrast, _: Localizer) -> str:
    """Whether the segments of one column differ."""
    text = (
        Message("{arm} does clearly different things in the segments of {column} (p-value: {p}).")
        if contrast.p_adjusted < ALPHA
        else Message(
            "Chance alone explains the differences of {arm} between the segments of {column} (p-value: {p}): do not "
            "act on them."
        )
    )
    return _(text, arm=_.quoted(contrast.arm), column=_.quoted(contrast.column), p=p_words(contrast.p_adjusted, _))
