"""The mapping of the other sources: products and customers by the ids of the order lines, the rest by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import polars as pl

from offerloop.config import SourceName
from offerloop.errors import InputError
from offerloop.events import CONTRACTS, says_opt_in, says_opt_out
from offerloop.mapping.amounts.money_units import in_whole_units
from offerloop.mapping.consent_columns import unmapped_answers
from offerloop.mapping.contents import is_class, is_time
from offerloop.mapping.matching import (
    BY_CONTENTS,
    SAME,
    ColumnMatch,
    Guess,
    columns_of,
    is_called,
    match,
    says,
    unfit_columns,
)
from offerloop.mapping.shown import APART, offer_terms, without_other_terms
from offerloop.mapping.texts import take_text
from offerloop.mapping.times import column_values
from offerloop.message import Message
from offerloop.workspace import SampleRows

_NO_KINDS = ("channel", "store_id", "brand", "category", "order_id")
"""What classes of events are not called, where they say what customers did."""
KEYS: dict[SourceName, str] = {"products": "product_id", "customers": "customer_id"}

_SEVERAL_ROWS = Message(
    "'{place}' has several different rows for '{column}' {example}, and {source} need one row for each {key}; keep one"
)
_SEVERAL_PRODUCT_ROWS = Message(
    "'{place}' has several different rows for '{column}' {example}, and {source} need one row for each {key}; keep "
    "one, or give no file of products: where the order lines name their products, these are read from there"
)


def guess_source(
    name: SourceName,
    sample: SampleRows,
    known_values: dict[str, frozenset[str]],
    given_guesses: Mapping[str, Guess] | None = None,
) -> ColumnMatch:
    """Required columns that are not in the result could not be identified; `given_guesses` ones are as the user said.

    Raises InputError for a product or customer with several rows.
    """
    contract = CONTRACTS[name]
    columns = columns_of(sample)
    apart = APART if name == "offers" else ()
    roles = [one for one in (*contract.required, *contract.optional) if one not in apart]
    matched = match(
        without_other_terms(columns) if name == "offers" else columns, name, roles, known_values, given_guesses
    )
    matched.columns = columns
    if "at" in contract.required and "at" not in matched.guesses:
        times = [column for column in matched.free() if is_time(column)]
        if len(times) == 1:
            matched.take("at", times[0].name, (times[0].name,), BY_CONTENTS)
    if name == "events":
        _take_views(matched)
    if name == "offers":
        offer_terms(matched)
    if name == "products":
        take_text(matched)
    in_whole_units(matched)
    matched.guesses |= given_guesses or {}
    matched.notes += unfit_columns(matched, name, roles)
    key = KEYS.get(name)
    if key and key in matched.guesses:
        _check_single(name, key, matched, sample)
        _check_known(key, matched, known_values)
    if name == "customers":
        matched.notes += unmapped_answers(matched.unused(), matched.guesses)
    return matched


def _take_views(match: ColumnMatch) -> None:
    """Take every row for a view where no column is left that could say what customers did."""
    left = [one for one in match.free() if is_class(one) and not any(is_called(one.name, ours) for ours in _NO_KINDS)]
    if "kind" not in match.guesses and "product_id" in match.guesses and not left:
        match.take("kind", "'view'", (), Message("assumed: no column says what customers did, so each row is a view"))


def _check_single(name: str, key: str, match: ColumnMatch, sample: SampleRows) -> None:
    theirs = match.guesses[key].written
    used = {ours: one.written for ours, one in match.guesses.items() if ours != "text"}  # of which the commonest counts
    cells = {ours: column_values(sample.head, written, sample.decimal) for ours, written in used.items()}
    rows = pl.DataFrame(cells).unique().filter(pl.col(key).cast(pl.String).str.strip_chars() != "")
    several = rows.filter(pl.col(key).is_duplicated())
    if several.height:
        example = several[key].cast(pl.String).sort()[0]
        several_rows = _SEVERAL_PRODUCT_ROWS if name == "products" else _SEVERAL_ROWS
        raise InputError(
            several_rows.with_values(place=str(sample.place), column=theirs, example=str(example), source=name, key=key)
        )


def _check_known(key: str, match: ColumnMatch, known_values: dict[str, frozenset[str]]) -> None:
    column = match.column(key)
    if column is not None and known_values.get(key) and not column.values & known_values[key]:
        match.notes.append(
            Message(
                "none of the first order lines has a {key} that stands in '{column}'; compare the two",
                key=key,
                column=column.name,
            )
        )


class FurtherColumns(NamedTuple):
    """Further columns of customers, by name."""

    kept: list[str]
    """Carried along."""
    protected: list[str]
    """Those of them that are for audits only."""
    fixed: list[str]
    """Those of them that may tell who responds to offers."""
    personal: list[str]
    """Left out."""


def customer_attributes(match: ColumnMatch) -> FurtherColumns:
    """Sort the further columns of customers by their names; columns without any filled cell are left out silently."""
    ours = {*CONTRACTS["customers"].required, *CONTRACTS["customers"].optional}
    rest = [column.name for column in match.unused() if column.name not in ours and column.filled.len()]
    personal = [name for name in rest if _is_personal(name)]
    kept = [name for name in rest if name not in personal]
    protected = [name for name in kept if says(name, "protected")]
    fixed = [name for name in kept if name not in protected and says(name, "fixed", SAME)]
    return FurtherColumns(kept, protected, fixed, personal)


def _is_personal(name: str) -> bool:
    """Return whether a name says that the column identifies people: "Email", but not "Email Opt-Out"."""
    if says(name, "personal", SAME) or says(name, "personal_alone", SAME):
        return True
    return says(name, "personal") and not (says(name, "protected") or says_opt_in(name) or says_opt_out(name))
