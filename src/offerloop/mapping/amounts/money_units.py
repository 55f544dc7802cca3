"""Amounts in cents or in thousands, where the name of a column says so."""

from __future__ import annotations

from offerloop.events import words_of
from offerloop.mapping.amounts.shares import share_by_itself
from offerloop.mapping.matching import ColumnMatch, as_factor, reference
from offerloop.message import Message

_AMOUNTS = (
    "paid", "list_price", "list_value", "discount", "coupon", "order_discount", "reimbursed", "unit_cost", "amount",
    "min_spend", "max_discount", "worth",
)  # fmt: skip
_FACTORS = {
    "cents": "/ 100", "pence": "/ 100", "分": "/ 100", "千元": "* 1000", "千円": "* 1000", "万元": "* 10000",
    "万円": "* 10000",
}  # fmt: skip
"""What makes whole units of amounts, by the last word of a name."""


def in_whole_units(match: ColumnMatch) -> None:
    """Have amounts in cents or in thousands count in whole units of their currency.

    Those of order lines stay as they are where they would differ in units from what was paid.
    """
    read = [ours for ours in _AMOUNTS if ours in match.guesses and not match.is_given(ours)]
    factors = {ours: _factor(match, ours) for ours in read}
    if "paid" in match.guesses and len(set(factors.values())) > 1:
        return  # `money_unit_notes` names them
    for ours, factor in factors.items():
        if not factor:
            continue
        guess = match.guesses[ours]
        name = next(one for one in guess.theirs if _of_name(match, one))
        why = Message("{why}, in whole units, as '{column}' says", why=guess.why, column=name)
        match.take(ours, _times(match, ours, factor), guess.theirs, why)


def money_unit_notes(match: ColumnMatch) -> list[Message]:
    """Return notes on columns in cents or in thousands that are read as whole units."""
    columns = {ours: column for ours in _AMOUNTS if (column := match.column(ours)) is not None}
    doubtful = {
        ours: column for ours, column in columns.items()
        if match.guesses[ours].written in (column.name, reference(column.name)) and _of_name(match, column.name)
    }  # fmt: skip
    return [
        Message(
            "'{column}' is read as whole units of the currency, which its name does not say; else map {entry}",
            column=column.name,
            entry=f'{ours} = "{_times(match, ours, _of_name(match, column.name))}"',
        )
        for ours, column in doubtful.items()
    ]


def _factor(match: ColumnMatch, ours: str) -> str:
    """Return what makes whole units of what is read; empty where its columns are in whole units, or in several."""
    if ours not in match.guesses:
        return ""
    quantity = match.guesses["quantity"].theirs if "quantity" in match.guesses else ()
    amounts = [name for name in match.guesses[ours].theirs if name not in quantity]
    amounts = [name for name in amounts if len(amounts) == 1 or not share_by_itself(match.columns[name])]
    factors = {_of_name(match, name) for name in amounts}
    return factors.pop() if len(factors) == 1 else ""


def _of_name(match: ColumnMatch, name: str) -> str:
    """Return what makes whole units of a column by its name; empty for fractions of cents, and "per cents"."""
    column, words = match.columns.get(name), words_of(name)
    factor = _FACTORS.get(words[-1], "") if words and "per" not in words else ""
    if not factor or column is None or not column.numeric or (factor.startswith("/") and column.fractions):
        return ""
    return factor


def _times(match: ColumnMatch, ours: str, factor: str) -> str:
    return f"{as_factor(match, match.guesses[ours].written)} {factor}"
