"""One table of values and costs: who gets what within budget and limits (`offerloop allocate`)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from os import PathLike
from pathlib import Path

import polars as pl
from rich.console import Console

from offerloop.allocation import CandidateRows, CandidateTable, Solution, solve, whole
from offerloop.commands.allocate.findings import AllocationResult
from offerloop.config import LimitRule, Limits, StrPath, as_path, load_file, report_language
from offerloop.errors import InputError, SourceError, near_miss
from offerloop.message import Message
from offerloop.money import DIGITS, MICRO, is_currency, to_minor
from offerloop.offers import NO_OFFER
from offerloop.report import ProgressDisplay
from offerloop.workspace import InputTable, table_rows

NEEDED = ("customer_id", "offer_id", "value", "cost")
PLAIN = r"^(0|-?[1-9]\d{0,17})$"
"""How a whole number is written."""
MOST = 10**9
"""Amounts of single candidates stay below so many units of money."""
_DECIDING = Message("deciding on {n} customer", plural="deciding on {n} customers", context="progress")


def allocate(
    table: InputTable, limits: Limits, caps: Sequence[str], currency: str, console: Console | None = None,
    language: str | None = None,
) -> AllocationResult:  # fmt: skip
    """The plan, told in `language`, by default that of the table.

    Raises InputError for a table or limits that cannot be, InfeasibleError where no plan keeps to them.
    """
    if not is_currency(currency):
        raise InputError(
            Message(
                "'{currency}' is not a currency{near}; write its three letters, such as EUR",
                currency=currency,
                near=near_miss(currency, DIGITS),
            )
        )
    unit = (10 ** DIGITS[currency] * MICRO, currency)
    read, path = table_rows(table, ("customer_id", "offer_id"))
    is_file = isinstance(table, str | PathLike)
    rows = _rows(read.with_columns(pl.col("_row") + is_file), path, currency)
    if is_file:
        rows = rows.with_columns(_id(rows["customer_id"]))
    candidates_table = CandidateTable(rows, lambda amount: to_minor(str(amount), currency) * MICRO, unit, rows)
    rules = [*limits.limits, *_caps(caps)]
    candidates, problem = candidates_table.problem(limits.model_copy(update={"limits": tuple(rules)}))
    language, n = report_language(language, currency, read.columns), problem.blocks.customers
    with ProgressDisplay(console, language).working(_DECIDING.with_values(n=n)):
        solution = solve(problem)
    assigned = _assigned(candidates_table, limits, candidates, solution, currency)
    return AllocationResult(assigned, solution, currency, language)


def read_limits(path: StrPath | None, budget: str | None) -> Limits:
    """Read limits from a file and `--budget`. Raises ConfigError; InputError where both say a budget."""
    limits = Limits() if path is None else load_file(as_path(path), Limits)
    if budget is not None and limits.budget is not None:
        raise InputError(Message("both --budget and '{path}' say a budget; name it once", path=str(path)))
    return limits if budget is None else limits.model_copy(update={"budget": budget})


def _caps(caps: Sequence[str]) -> list[LimitRule]:
    rules = [_cap(one) for one in caps]
    times = Counter(offer for rule in rules for offer in rule.offers)
    if repeated := [offer for offer, n in times.items() if n > 1]:
        raise InputError(Message("--cap names '{offer}' twice; name each offer once", offer=repeated[0]))
    return rules


def _cap(text: str) -> LimitRule:
    offer, _, number = text.rpartition("=")
    if not offer or not number.isdecimal():
        raise InputError(Message("--cap must be like offer=500, not '{text}'", text=text))
    return LimitRule(name=f"cap {offer}", counts="offers", at_most=int(number), offers=(offer,))


def _rows(table: pl.DataFrame, path: Path, currency: str) -> pl.DataFrame:
    """Return the table with value and cost in millionths of a minor unit, cost rounded up.

    Rows are numbered as messages call them: those of a file with its header as row 1.
    """
    _check_names(table, path)
    unit = 10 ** DIGITS[currency] * MICRO
    value, cost = (_amounts(table, name, path) * unit for name in ("value", "cost"))
    _refuse(cost < 0, table, path, Message("'{path}' row {row}: the cost is below zero; correct it"))
    whole(value.to_numpy(), Message("the value of '{path}'", context="what adds up", path=str(path)))
    rounded_up = whole(
        cost.to_numpy().round(3), Message("the cost of '{path}'", context="what adds up", path=str(path))
    )
    return table.with_columns(pl.col("offer_id").cast(pl.String), value=value, cost=rounded_up)


def _check_names(table: pl.DataFrame, path: Path) -> None:
    """Raise InputError for a missing column, and for a customer or an offer that is not named or stands twice."""
    for name in NEEDED:
        if name not in table.columns:
            near = near_miss(name, table.columns)
            raise SourceError(
                Message(
                    "'{path}' has no column '{name}'{near}; an allocation needs {needed}",
                    path=str(path),
                    name=name,
                    near=near,
                    needed=NEEDED,
                )
            )
    for name in ("customer_id", "offer_id"):
        empty = Message("'{path}' row {row}: the {name} is empty; fill it or leave the row out", name=name)
        _refuse(table[name].is_null(), table, path, empty)
    _refuse(
        table["offer_id"].cast(pl.String) == NO_OFFER,
        table,
        path,
        Message("'{path}' row {row}: '{name}' stands for no offer; name it otherwise", name=NO_OFFER),
    )
    twice = table.select("customer_id", "offer_id").is_duplicated()
    twice_told = Message("'{path}' row {row}: this customer and offer stand in another row too; keep one")
    _refuse(twice, table, path, twice_told)


def _amounts(table: pl.DataFrame, name: str, path: Path) -> pl.Series:
    """Return a column of amounts as numbers. Raises InputError for a cell that is none."""
    written = table[name] if table[name].dtype.is_numeric() else table[name].cast(pl.String, strict=False)
    numbers = written.cast(pl.Float64, strict=False)
    bad = ~(numbers.is_finite() & (numbers.abs() < MOST)).fill_null(value=False)
    fault = Message(
        "'{path}' row {row}: the {name} is empty, too large, or no amount such as 12.40; correct it, or leave the "
        "row out"
    )
    _refuse(bad, table, path, fault.with_values(name=name))
    return numbers


def _id(column: pl.Series) -> pl.Series:
    """The ids of a file: integers where all are written plainly, else text."""
    text = column.cast(pl.String)
    return text.cast(pl.Int64) if text.str.contains(PLAIN).all() else text


def _refuse(bad: pl.Series, table: pl.DataFrame, path: Path, fault: Message) -> None:
    """Raise SourceError with the number of the first bad row."""
    if bad.any():
        raise SourceError(fault.with_values(path=str(path), row=str(table["_row"][int(bad.arg_true()[0])])))


def _assigned(
    table: CandidateTable, limits: Limits, candidates: CandidateRows, solution: Solution, currency: str
) -> pl.DataFrame:
    """Return one row per offer given, and one with `none` for each customer without."""
    unit = 10 ** DIGITS[currency] * MICRO
    rows = table.kept(limits).rows[candidates.chosen(solution.choice)]
    money = [(pl.col(name) / unit).alias(name) for name in ("value", "cost")]
    offered = rows.select("customer_id", pl.col("offer_id").cast(pl.String), *money)
    without = table.rows.select("customer_id").unique().join(offered, on="customer_id", how="anti")
    nothing = without.with_columns(offer_id=pl.lit(NO_OFFER), value=pl.lit(0.0), cost=pl.lit(0.0))
    both = pl.concat([offered, nothing.select(offered.columns)])
    return both.with_columns(profit=pl.col("value") - pl.col("cost")).sort("customer_id", "offer_id")
