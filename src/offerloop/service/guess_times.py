"""In which form times are written, where their text leaves it open."""

from __future__ import annotations

import narwhals as nw
import polars as pl

from offerloop.events.contracts import TIMES
from offerloop.events.expression import Wording, compile_expression
from offerloop.service.guess import Match
from offerloop.service.guess_contents import ALSO, Column
from offerloop.service.peek import Peek

_DAY_FIRST, _MONTH_FIRST = ("%d/%m/", "%d-%m-"), ("%m/%d/", "%m-%d-")
DAY_FIRST_CURRENCIES = ("EUR", "GBP", "CHF")


def evaluate(table: pl.DataFrame, written: str, decimal: str, *, as_number: bool = False) -> pl.Series:
    """A column or expression over the rows of a table, as it will be read in a run."""
    lazy = nw.from_native(table.lazy())
    wording = Wording(lazy.collect_schema(), "offerloop init", decimal)
    value = compile_expression(written, wording, as_number=as_number).value
    return lazy.with_columns(value.alias("value")).select("value").collect().to_native()["value"]


def forms_of(found: Match, ours: str, peeked: Peek) -> tuple[str, ...]:
    """Forms that a time of ours may be written in; none when its type says what it is."""
    column = found.column(ours)
    if column is not None:
        return column.forms
    return Column(ours, evaluate(peeked.seen, found.found[ours].written, peeked.decimal)).forms


def time_format(found: Match, peeked: Peek, language: str, currency: str) -> tuple[str, str] | None:
    """A form to write down and why; None when every reader finds the same one."""
    for ours in TIMES:
        forms = forms_of(found, ours, peeked) if ours in found.found else ()
        if not forms or not (forms[0] in ALSO or forms[0].startswith((*_DAY_FIRST, *_MONTH_FIRST))):
            continue
        if len(forms) == 1:
            return forms[0], "guessed from the contents"
        day_first = language == "de" or peeked.decimal == "," or currency in DAY_FIRST_CURRENCIES
        wanted = _DAY_FIRST if day_first else _MONTH_FIRST
        other = "month" if day_first else "day"
        form = next((one for one in forms if one.startswith(wanted)), forms[0])
        return form, f"a guess: no day beyond 12 was seen; put the {other} first if it is the first number"
    return None
