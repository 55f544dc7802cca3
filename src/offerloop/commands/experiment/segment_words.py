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
    "percent": Message("change", context="column title"),
    "p": Message("p-value, adjusted", context="column title"),
    "win": Message("chance to win", context="column title"),
}
"""Titles of the columns."""


def _kept(result: ExperimentResult) -> list[str]:
    """Names of the columns that say something: the arm where there are several, and the change once."""
    shared = all(one.compared.share is not None for one in result.segments)
    kept = ["column", "segment", *(["arm"] if len(result.arms) > 1 else []), "customers"]
    return [*kept, "percent" if shared else "difference", "p", *(["win"] if result.sequential is None else [])]


def segment_columns(result: ExperimentResult, _: Localizer) -> tuple[str, ...]:
    """Translate the titles of the table of segments."""
    return tuple(_(COLUMNS[name]) for name in _kept(result))


def n_labels(result: ExperimentResult) -> int:
    """Return how many columns of the table of segments are words: those before the number of customers."""
    return _kept(result).index("customers")


def segment_cells(result: ExperimentResult, _: Localizer) -> Iterator[tuple[str, ...]]:
    """Yield the rows of the table of segments."""
    kept = _kept(result)
    for segment in result.segments:
        compared = segment.compared
        cells = {
            "column": segment.column,
            "segment": segment.value,
            "arm": segment.arm,
            "customers": _.count(segment.n),
            "difference": estimate_text(compared.difference, _),
            "percent": percent_text(compared.share, _),
            "p": p_words(compared.p_adjusted, _),
            "win": win_text(compared.chance_to_win, _),
        }
        yield tuple(cells[name] for name in kept)


def segment_sentences(result: ExperimentResult, _: Localizer) -> list[str]:
    """Say how segments were corrected for, whether they differ, and which were left out."""
    said = [contrast_sentence(one, _) for one in result.contrasts]
    if result.segments:
        looks = _(
            "The outcome was looked at {n} time: intervals hold for all of them together (Bonferroni), and p-values "
            "are adjusted (Holm).",
            plural="The outcome was looked at {n} times: intervals hold for all of them together (Bonferroni), and "
            "p-values are adjusted (Holm).",
            n=len(result.segments),
        )
        said.insert(0, looks)
    if result.untested:
        said.append(
            _(
                "Not tested, because units ({cluster}) have rows in several segments: whether arms do different things "
                "by {columns}.",
                cluster=_.quoted(result.cluster or ""),
                columns=_.listed(_.quoted(one) for one in result.untested),
            )
        )
    return [*said, *left_out_sentences(result, _)]


def left_out_sentences(result: ExperimentResult, _: Localizer) -> list[str]:
    """Say which segments were left out, if any."""
    if not result.small_segments:
        return []
    return [
        _(
            "Segments left out, because an arm has too few customers there: {names}.",
            names=_.listed(_.quoted(one) for one in result.small_segments),
        )
    ]


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
