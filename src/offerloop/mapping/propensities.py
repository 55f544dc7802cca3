"""Which columns of the exposures hold the chances with which offers were drawn: one for each row, or one per offer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from offerloop.errors import InputError
from offerloop.events import ONE_PERCENT, words_of
from offerloop.mapping.contents import SourceColumn, is_share
from offerloop.mapping.matching import ColumnMatch, name_score, reference
from offerloop.mapping.misfit import behind_file
from offerloop.mapping.times import column_values
from offerloop.message import Message
from offerloop.offers import NO_OFFER, names_no_offer
from offerloop.workspace import SampleRows

_APART = 0.005
"""So far from 1 the propensities of all offers may add up to by rounding."""
_MOST_SUGGESTED = 12
"""Offers whose shares are written out for somebody who knows that they were drawn alike for everybody."""
_Cell = str | int | float | None


def check_propensities(exposures: ColumnMatch, sample: SampleRows) -> None:
    """Find the chances, and say what exposures without them cannot teach.

    Raises InputError naming the file, the row and the column where a column by that name holds none.
    """
    if _has_one_for_each_offer(exposures, sample) or "propensity" in exposures.guesses:
        return
    for column in exposures.unused():
        score, _ = name_score(column.name, "exposures", "propensity")
        if score > 0 and column.numeric and not is_share(column):
            raise InputError(_no_chance(column, sample))
    exposures.notes.append(
        Message(
            "'{place}' has no column with the chance with which each offer was chosen (propensity), so nothing can be "
            "learned from what was shown; add it{drawn}",
            place=str(sample.place),
            drawn=_if_drawn_alike(exposures.column("offer_id")),
        )
    )


def _if_drawn_alike(shown: SourceColumn | None) -> Message | str:
    """What to write where every customer had the same chances."""
    if shown is None or not 1 < shown.cells.n_unique() <= _MOST_SUGGESTED or "`" in str(shown.values):
        return ""
    shares = shown.cells.rename("_cell").value_counts(normalize=True, name="_share").sort("_cell")
    written = _switch(shown, {cell: f"{share:.4g}" for cell, share in shares.iter_rows()})
    return Message(
        ", or if offers were drawn at random with the same chances for everybody, give these, such as "
        '--map "exposures.propensity={expression}" for the shares of the file',
        context="behind what exposures without chances cannot teach",
        expression=written,
    )


def _has_one_for_each_offer(exposures: ColumnMatch, sample: SampleRows) -> bool:
    """Take of several columns that add up to 1 in each row that of the offer shown, where their names tell it."""
    named = [one for one in exposures.columns.values() if name_score(one.name, "exposures", "propensity")[0] > 0]
    named = [one for one in named if is_share(one)]
    if exposures.is_given("propensity") or len(named) < 2:
        return False
    values = pl.DataFrame([_propensities(one, sample).alias(one.name) for one in named])
    if ((values.sum_horizontal() - 1).abs() > _APART).any():
        return False
    exposures.guesses.pop("propensity", None)
    columns, shown = [f"'{one.name}'" for one in named], exposures.column("offer_id")
    by_cell = {} if shown is None else _by_cell(shown, named)
    if shown is None or not by_cell:
        note = Message(
            "{columns} hold the propensities of all offers, and their names do not tell whose each is, so nothing can "
            "be learned from them; add a column with the propensity of the offer that was shown",
            columns=columns,
        )
        exposures.notes.append(note)
        return True
    written = _switch(shown, {cell: reference(one.name) for cell, one in by_cell.items()})
    why = Message("guessed: {columns} hold the propensities of all offers", columns=columns)
    exposures.take("propensity", written, [one.name for one in named], why)
    return True


def _by_cell(shown: SourceColumn, named: Sequence[SourceColumn]) -> dict[_Cell, SourceColumn]:
    """The column of each cell of the offers shown; empty where one has none, or shares it with another."""
    cells = shown.cells.unique(maintain_order=True).to_list()
    by_cell, free = dict[_Cell, SourceColumn](), list(named)
    for cell in sorted((one for one in cells if not _is_nothing(one)), key=lambda one: -len(str(one))):
        called = [one for one in free if _is_called_after(one.name, str(cell))]
        if len(called) != 1 or "`" in str(cell):
            return {}
        by_cell[cell] = called[0]
        free.remove(called[0])
    nothing = [one for one in cells if _is_nothing(one)]
    if nothing and len(free) != 1:
        return {}
    return by_cell | dict.fromkeys(nothing, free[0]) if nothing else by_cell


def _is_nothing(cell: _Cell) -> bool:
    return _is_blank(cell) or str(cell) == NO_OFFER or names_no_offer(str(cell))


def _is_blank(cell: _Cell) -> bool:
    return cell is None or not str(cell).strip()


def _is_called_after(column: str, cell: str) -> bool:
    """Return whether the words of a cell begin or end a column's name."""
    ours, theirs = words_of(cell), words_of(column)
    return bool(ours) and len(ours) < len(theirs) and ours in (theirs[: len(ours)], theirs[-len(ours) :])


def _switch(shown: SourceColumn, by_cell: Mapping[Any, str]) -> str:
    """The expression that has a result for each cell."""
    name = reference(shown.name)
    named = {"" if _is_blank(cell) else cell: result for cell, result in by_cell.items()}
    name = f"coalesce({name}, '')" if "" in named else name
    pairs = ", ".join(f"{cell!r}, {result}" for cell, result in named.items())
    return f"switch({name}, {pairs})"


def _propensities(column: SourceColumn, sample: SampleRows) -> pl.Series:
    one_percent = ONE_PERCENT["propensity"]
    return column_values(sample.head, reference(column.name), sample.decimal, as_number=True, one_percent=one_percent)


def _no_chance(column: SourceColumn, sample: SampleRows) -> Message:
    cells = sample.head[column.name].cast(pl.String).str.strip_chars()
    wrong = ~_propensities(column, sample).is_between(0, 1).fill_null(value=True)
    place = wrong.arg_max() if wrong.any() else None
    return Message(
        "'{place}'{row}, column '{column}': must hold the chance with which the offer was chosen, from 0 to 1, and "
        "holds{example}; write 0.091 or 9.1 %",
        place=str(sample.place),
        row=behind_file(place),
        column=column.name,
        example="" if place is None else f" '{cells[place]}'",
    )
