"""What a trial on an engine is refused for, by sums over its rows."""

from __future__ import annotations

from pathlib import Path

import narwhals as nw

from offerloop.commands.uplift.arms import FEWEST_ROWS
from offerloop.commands.uplift.columns import no_dates
from offerloop.commands.uplift.request import UpliftRequest
from offerloop.commands.uplift.trial import HEAVY
from offerloop.engine import Frame, collect
from offerloop.errors import InputError
from offerloop.message import Message
from offerloop.workspace import empty_cells


def check_rows_on_engine(frame: Frame, rows: int, request: UpliftRequest, path: Path) -> None:
    """Raise InputError for ids that are empty or stand in several rows, for propensities that are none, and for columns
    with later times than the treatment.
    """
    _check_ids(frame, rows, request.id, path)
    _check_propensities(frame, request.propensity, path)
    _check_weights(frame, request, path)
    _check_times(frame, request, path)


def _check_ids(frame: Frame, rows: int, key: str | None, path: Path) -> None:
    if key is None:
        return
    empty = nw.col(key).is_null().cast(nw.Int64).sum()
    counts = collect(frame.select(customers=nw.col(key).n_unique(), empty=empty)).row(0, named=True)
    if n := int(counts["empty"]):
        raise InputError(empty_cells(key, n, path))
    if counts["customers"] < rows:
        raise _repeated(frame, key, path)


def _check_propensities(frame: Frame, column: str | None, path: Path) -> None:
    if column is None:
        return
    own = nw.col(column).cast(nw.Float64)
    if n := _rows_where(frame, (own <= 0) | (own > 1)):
        raise InputError(
            Message(
                "'{path}': '{propensity}' is not above 0 and at most 1 in {n} row, and the probability of what was "
                "given is; correct it",
                plural="'{path}': '{propensity}' is not above 0 and at most 1 in {n} rows, and the probability of what "
                "was given is; correct it",
                path=str(path),
                propensity=column,
                n=n,
            )
        )
    if n := _rows_where(frame, own == 1):
        raise InputError(
            Message(
                "'{path}': '{propensity}' is 1 in {n} row, so nobody like this customer could have got anything else; "
                "leave such rows out",
                plural="'{path}': '{propensity}' is 1 in {n} rows, so nobody like these customers could have got "
                "anything else; leave such rows out",
                path=str(path),
                propensity=column,
                n=n,
            )
        )


def _check_weights(frame: Frame, request: UpliftRequest, path: Path) -> None:
    """Refuse a propensity so small that the effect of an arm, which weighs rows by its inverse, is that of one row.

    Arms of few rows are left out anyway.
    """
    if request.propensity is None:
        return
    weight = 1 / nw.col(request.propensity).cast(nw.Float64)
    weights = frame.select(nw.col(request.treatment).cast(nw.String).alias("arm"), weight=weight)
    weight = nw.col("weight")
    sums = collect(weights.group_by("arm").agg(most=weight.max(), whole=weight.sum(), rows=nw.len()), "arm")
    for arm, most, whole, rows in sums.iter_rows():
        if rows >= FEWEST_ROWS and most > HEAVY * whole:
            raise InputError(
                Message(
                    "'{path}': '{propensity}' is {number} in a row of arm '{arm}', so this row counts for more than "
                    "all others of the arm together; correct it, or leave the row out",
                    path=str(path),
                    propensity=request.propensity,
                    number=f"{1 / most:g}",
                    arm=arm,
                )
            )


def _check_times(frame: Frame, request: UpliftRequest, path: Path) -> None:
    if request.treated_at is None:
        return
    schema = frame.collect_schema()
    if not _has_day(schema[request.treated_at]):
        raise InputError(no_dates(request.treated_at, path))
    treated = nw.col(request.treated_at).cast(nw.Datetime("us"))
    named = set(request.named.values())
    for name in (one for one, kind in schema.items() if _has_day(kind) and one not in named):
        if n := _rows_where(frame, nw.col(name).cast(nw.Datetime("us")) > treated):
            raise InputError(
                Message(
                    "'{path}': '{name}' is later than the treatment ('{treated_at}') in {n} row, so it may be an "
                    "effect of it; leave it out with --ignore {name}",
                    plural="'{path}': '{name}' is later than the treatment ('{treated_at}') in {n} rows, so it may be "
                    "an effect of it; leave it out with --ignore {name}",
                    path=str(path),
                    name=name,
                    treated_at=request.treated_at,
                    n=n,
                )
            )


def _has_day(kind: nw.dtypes.DType) -> bool:
    """Whether it is a date or a moment; a time of day and a duration are before or after none."""
    return isinstance(kind, nw.Date | nw.Datetime)


def _rows_where(frame: Frame, condition: nw.Expr) -> int:
    return int(collect(frame.select(n=condition.cast(nw.Int64).sum()))["n"][0] or 0)


def _repeated(frame: Frame, key: str, path: Path) -> InputError:
    """Say that customers have several rows, and in how many rows they stand."""
    several = frame.group_by(key).agg(n=nw.len()).filter(nw.col("n") > 1)
    n = int(collect(several.select(n=nw.col("n").sum()))["n"][0])
    return InputError(
        Message(
            "'{path}': '{id}' names the same customers in {n} rows; a trial has one row for each customer, so add the "
            "rows of a customer up",
            path=str(path),
            id=key,
            n=n,
        )
    )
