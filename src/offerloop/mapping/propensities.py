"""Which columns of the exposures hold propensities: of the offer that was shown, or one column for each offer."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import takewhile

import polars as pl

from offerloop.errors import InputError
from offerloop.events import ONE_PERCENT, ZERO_OFFER, words_of
from offerloop.mapping.contents import SourceColumn, is_share
from offerloop.mapping.matching import ColumnMatch, name_score, reference
from offerloop.mapping.misfit import behind_file
from offerloop.mapping.times import column_values
from offerloop.message import Message
from offerloop.offers import names_no_offer
from offerloop.workspace import SampleRows

_APART = 0.005
"""So far from 1 the propensities of all offers may add up to by rounding."""
_MOST_SUGGESTED = 12
"""Offers whose shares are written out for somebody who knows that they were assigned at random."""
_Cell = str | int | None
_Words = tuple[str, ...]


def check_propensities(exposures: ColumnMatch, listed: Collection[str], sample: SampleRows) -> None:
    """Find the propensities, and say what exposures without them cannot teach; `listed` are the ids of all offers.

    Raises InputError naming the file, the row and the column where a column by that name holds none.
    """
    if _has_one_for_each_offer(exposures, listed, sample) or "propensity" in exposures.guesses:
        return
    for column in exposures.unused():
        score, _ = name_score(column.name, "exposures", "propensity")
        if score > 0 and column.numeric and not is_share(column):
            raise InputError(_no_propensity(column, sample))
    exposures.notes.append(
        Message(
            "'{place}' has no column with the probability with which each offer was chosen (propensity), so nothing "
            "can be learned from what was shown; add it{assigned}",
            place=str(sample.place),
            assigned=_if_assigned_alike(exposures.column("offer_id")),
        )
    )


def _if_assigned_alike(shown: SourceColumn | None) -> Message | str:
    """Return what to write where all customers had the same propensities."""
    counts = {} if shown is None else dict(shown.cells.value_counts().sort(shown.cells.name).iter_rows())
    if shown is None or not 1 < len(counts) <= _MOST_SUGGESTED:
        return ""
    n_nothing = sum(n for cell, n in counts.items() if _is_nothing(cell))
    shares = {cell: f"{n_nothing if _is_nothing(cell) else n}/{shown.cells.len()}" for cell, n in counts.items()}
    written = _switch(shown, shares)
    if written is None or '"' in written:
        return ""
    return Message(
        ", or if offers were assigned at random with the same probabilities for all customers, write these below "
        '[sources.exposures.columns], such as propensity = "{expression}" for the shares of the rows that were looked '
        "at",
        context="behind what exposures without propensities cannot teach",
        expression=written,
    )


def _has_one_for_each_offer(exposures: ColumnMatch, listed: Collection[str], sample: SampleRows) -> bool:
    """Take of several columns that add up to 1 in each row that of the offer shown, where their names tell it."""
    named = [one for one in exposures.columns.values() if name_score(one.name, "exposures", "propensity")[0] > 0]
    named = [one for one in named if is_share(one)]
    if exposures.is_given("propensity") or len(named) < 2:
        return False
    values = pl.DataFrame([_propensities(one, sample).alias(one.name) for one in named])
    if ((values.sum_horizontal() - 1).abs() > _APART).any():
        return False
    exposures.guesses.pop("propensity", None)
    shown = exposures.column("offer_id")
    written = None if shown is None else _switch(shown, _by_cell(shown, listed, named))
    columns = [f"'{one.name}'" for one in named]
    if written is None:
        note = Message(
            "{columns} hold the propensities of all offers, and their names do not tell whose each is, so nothing can "
            "be learned from them; add a column with the propensity of the offer that was shown",
            columns=columns,
        )
        exposures.notes.append(note)
        return True
    why = Message("guessed: {columns} hold the propensities of all offers", columns=columns)
    exposures.take("propensity", written, [one.name for one in named], why)
    return True


def _by_cell(shown: SourceColumn, listed: Collection[str], named: Sequence[SourceColumn]) -> dict[_Cell, str]:
    """Return the column of each cell of the offers shown, and of each listed offer; empty where a cell has none."""
    names = [words_of(one.name) for one in named]
    first, last = _n_shared(names), _n_shared([words[::-1] for words in names])
    columns = {words[first : len(words) - last]: reference(one.name) for words, one in zip(names, named, strict=True)}
    nothing = [column for words, column in columns.items() if words and _is_nothing(" ".join(words))]
    by_cell = dict[_Cell, str]()
    for cell in shown.cells.unique(maintain_order=True).to_list():
        column = columns.get(words_of(str(cell)))
        if _is_nothing(cell):
            column = nothing[0] if len(nothing) == 1 else None
        if column is None or len(columns) < len(named):
            return {}
        by_cell[cell] = column
    others: dict[_Cell, str] = {one: columns[words_of(one)] for one in sorted(listed) if words_of(one) in columns}
    return {**others, **by_cell} if all(isinstance(cell, str) for cell in by_cell) else by_cell


def _n_shared(names: Sequence[_Words]) -> int:
    """Return how many words all names begin with."""
    return sum(1 for _ in takewhile(lambda words: len(set(words)) == 1, zip(*names, strict=False)))


def _is_nothing(cell: object) -> bool:
    """Return whether a cell, or what a column is named after, says that nothing was shown."""
    text = "" if cell is None else str(cell).strip()
    return not text or names_no_offer(text) or bool(pl.Series([text]).str.contains(ZERO_OFFER)[0])


def _switch(shown: SourceColumn, by_cell: Mapping[_Cell, str]) -> str | None:
    """Return the expression that has a result for each cell; None where no expression can name the cells."""
    if not by_cell or not all(_is_writable(cell) for cell in by_cell):
        return None
    blank = [result for cell, result in by_cell.items() if cell is None or not str(cell).strip()]
    name = reference(shown.name)
    pairs: list[tuple[_Cell, str]] = list(by_cell.items())
    if blank:
        name = f"coalesce({name}, '')"
        pairs = [*((str(cell), result) for cell, result in pairs if cell not in (None, "")), ("", blank[0])]
    return f"switch({name}, {', '.join(f'{cell!r}, {result}' for cell, result in pairs)})"


def _is_writable(cell: object) -> bool:
    return cell is None or (isinstance(cell, str) and "`" not in cell) or (type(cell) is int and cell >= 0)


def _propensities(column: SourceColumn, sample: SampleRows) -> pl.Series:
    one_percent = ONE_PERCENT["propensity"]
    return column_values(sample.head, reference(column.name), sample.decimal, as_number=True, one_percent=one_percent)


def _no_propensity(column: SourceColumn, sample: SampleRows) -> Message:
    cells = sample.head[column.name].cast(pl.String).str.strip_chars()
    wrong = ~_propensities(column, sample).is_between(0, 1).fill_null(value=True)
    place = wrong.arg_max() if wrong.any() else None
    return Message(
        "'{place}'{row}, column '{column}': must hold the probability with which the offer was chosen, from 0 to 1, "
        "and holds{example}; write 0.091 or 9.1 %",
        place=str(sample.place),
        row=behind_file(place),
        column=column.name,
        example="" if place is None else f" '{cells[place]}'",
    )
