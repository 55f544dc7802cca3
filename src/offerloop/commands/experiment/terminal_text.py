"""What `offerloop experiment` says on a terminal: tables of arms and of segments, and a sentence for each arm."""

from __future__ import annotations

import math
from collections.abc import Iterator

from rich.table import Table

from offerloop.commands.experiment.findings import ArmFound, Compared, ExperimentResult
from offerloop.commands.experiment.numbers import estimate_text
from offerloop.commands.experiment.segment_words import n_labels, segment_cells, segment_columns, segment_sentences
from offerloop.commands.experiment.sentences import sentences
from offerloop.evaluation import Estimate, known_step, number
from offerloop.message import Message
from offerloop.report import Localizer, text_page, text_table

COLUMNS = {
    "arm": Message("arm", context="column title"),
    "customers": Message("customers", context="column title"),
    "metric": Message("metric", context="column title"),
    "in_arm": Message("in the arm", context="column title"),
    "difference": Message("difference", context="column title"),
    "percent": Message("in percent", context="column title"),
    "p": Message("p", context="column title"),
}
"""Titles of the columns."""


def screen(result: ExperimentResult, language: str = "en") -> str:
    """Return the findings for a terminal."""
    _ = Localizer(language)
    parts: list[str | Table] = [_table(result, _), *sentences(result, _)]
    if result.segments:
        parts.append(_segments_table(result, _))
    parts += segment_sentences(result, _)
    return text_page(*parts)


def _segments_table(result: ExperimentResult, _: Localizer) -> Table:
    columns = segment_columns(result, _)
    return text_table(columns, segment_cells(result, _), columns[: n_labels(result)])


def _table(result: ExperimentResult, _: Localizer) -> Table:
    title = {name: _(text) for name, text in COLUMNS.items()}
    names = (title["arm"], title["customers"], title["metric"], f"'{result.control}'", title["in_arm"],
             title["difference"], title["percent"], title["p"])  # fmt: skip
    left = (title["arm"], title["metric"])
    return text_table(names, (row for arm in result.arms for row in _rows(arm, _)), left)


def _rows(arm: ArmFound, _: Localizer) -> Iterator[tuple[str, ...]]:
    lead = (arm.arm, _.count(arm.n))
    for k, metric in enumerate(arm.metrics):
        yield (*(lead if k == 0 else ("", "")), metric.metric, *_figures(metric, _))
    if not arm.metrics:
        yield lead


def _figures(metric: Compared, _: Localizer) -> tuple[str, ...]:
    step = _step(metric.difference)
    share = "" if metric.share is None else estimate_text(metric.share.times(100), _)
    figures = (number(metric.control, step), number(metric.value, step), estimate_text(metric.difference, _), share)
    return *(_.numbers(figure) for figure in figures), _.numbers(f"{metric.p_adjusted:.2g}")


def _step(estimate: Estimate) -> float:
    width = estimate.high - estimate.low
    return known_step(width) if math.isfinite(width) else 0.01
