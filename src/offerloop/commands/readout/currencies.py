"""Refuses orders since the plan that name another currency than the run's in a column that its mapping does not have.

`init` maps such a column, and a run then leaves out what is in another currency. A run without it adds up all amounts.
"""

from __future__ import annotations

from collections.abc import Iterator

import narwhals as nw

from offerloop.config import Source
from offerloop.engine import Engine, Frame, collect
from offerloop.errors import SourceError
from offerloop.events import Raw, Wording, as_text, columns_in, compile_condition, is_other_currency, open_source
from offerloop.mapping import name_score
from offerloop.message import Message

SURE = 0.9
"""The least score of a name that is sure to mean the currency of amounts: "currency_code", not "customer_currency"."""


def check_currency(source: Source, currency: str, engine: Engine) -> None:
    """Raise SourceError for order lines that name another currency, unless the mapping says what to do with them."""
    if "currency" in source.columns:
        return
    with open_source(source, engine) as raw:
        for column in _unmapped(raw, source):
            other = next((one for one in sorted(_cells(raw, source, column)) if is_other_currency(one, currency)), None)
            if other is not None:
                raise SourceError(
                    Message(
                        "'{name}'{line}, column '{column}': '{cell}' is not {currency}, in which the run counts, and "
                        "the amounts cannot be added; write them in {currency}, leave such rows out, or leave the "
                        "column out if amounts are not in what it says",
                        name=raw.name,
                        line=raw.of(column).line(column, other),
                        column=column,
                        cell=other,
                        currency=currency,
                    )
                )


def _unmapped(raw: Raw, source: Source) -> Iterator[str]:
    """Yield columns that are called a currency and that no column of ours is read from."""
    schema = raw.frame.collect_schema()
    called = [name for name in schema if name_score(name, "order_lines", "currency")[0] >= SURE]
    used = {theirs for written in source.columns.values() for theirs in columns_in(written, schema)} if called else ()
    yield from (name for name in called if name not in used)


def _cells(raw: Raw, source: Source, column: str) -> list[str]:
    """Return the different cells of a column, in rows that the filter of the source keeps."""
    schema = raw.frame.collect_schema()
    rows: Frame = raw.frame
    if source.where is not None:
        rows = rows.filter(compile_condition(source.where, Wording(schema, raw.name, raw.decimal)))
    cells = rows.select(as_text(nw.col(column), schema[column]).alias(column)).unique()
    return collect(cells, column).drop_nulls()[column].to_list()
