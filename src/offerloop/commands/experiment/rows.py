"""The rows of an experiment, wherever they lie, with what must be so of each of them."""

from __future__ import annotations

from pathlib import Path

import narwhals as nw
import polars as pl

from offerloop.commands.experiment.request import ExperimentRequest
from offerloop.engine import Engine, Frame, collect
from offerloop.errors import InputError
from offerloop.message import Message
from offerloop.workspace import (
    MOST_ARMS,
    InputTable,
    check_arm_cells,
    no_column,
    numeric_column,
    table_on_engine,
    table_rows,
    too_many_arms,
)


def checked_rows(table: InputTable, request: ExperimentRequest, engine: Engine | None) -> tuple[Frame, Path]:
    """The rows, on an engine or in memory, and what messages call them. Raises InputError for what cannot be read."""
    where = table_on_engine(table, engine, (request.arm,))
    if where is not None:
        _check_on_engine(*where, request)
        return where
    rows, path = table_rows(table, (request.arm,))
    _check_names(rows.columns[1:], request, path)
    check_arm_cells(rows, request.arm, path)
    for name in dict.fromkeys(request.columns.values()):
        _check_numbers(rows, name, path)
    if request.cluster is not None and rows[request.cluster].null_count():
        raise InputError(
            Message(
                "'{path}', row {row}: '{column}' (--cluster) is empty; fill it in",
                path=str(path),
                row=int(rows.filter(pl.col(request.cluster).is_null())["_row"][0]),
                column=request.cluster,
            )
        )
    return nw.from_native(rows.lazy()), path


def _check_names(columns: list[str], request: ExperimentRequest, path: Path) -> None:
    named = {"--arm": request.arm, **request.columns, **request.clusters, **request.segmented}
    for option, name in named.items():
        if name not in columns:
            raise InputError(no_column(name, option, columns, path))


def _check_numbers(table: pl.DataFrame, name: str, path: Path) -> None:
    try:
        numeric_column(table, name)
    except InputError as error:
        raise InputError(
            Message("'{path}', {error}", context="what is wrong with a file", path=str(path), error=error.message)
        ) from None


def _check_on_engine(frame: Frame, path: Path, request: ExperimentRequest) -> None:
    """The same of rows that have no numbers: how many are wrong."""
    schema = frame.collect_schema()
    _check_names(list(schema), request, path)
    numbers = list(dict.fromkeys(request.columns.values()))
    for name in numbers:
        if not (schema[name].is_numeric() or schema[name] == nw.Boolean):
            raise InputError(
                Message(
                    "'{path}': '{name}' is a column of type {type}, not of numbers; correct it",
                    path=str(path),
                    name=name,
                    type=str(schema[name]),
                )
            )
    filled = dict.fromkeys([request.arm, *numbers, *request.clusters.values()])
    empty = {f"empty {place}": nw.col(name).is_null().cast(nw.Int64).sum() for place, name in enumerate(filled)}
    total = {f"sum {place}": nw.col(name).cast(nw.Float64).sum() for place, name in enumerate(numbers)}
    counts = collect(frame.select(arms=nw.col(request.arm).n_unique(), **empty, **total)).row(0, named=True)
    for name, number in zip(filled, (counts[one] for one in empty), strict=True):
        if number:
            raise InputError(
                Message(
                    "'{path}': '{name}' is empty in {n} row; fill it in or leave the row out",
                    plural="'{path}': '{name}' is empty in {n} rows; fill it in or leave the rows out",
                    path=str(path),
                    name=name,
                    n=number,
                )
            )
    if counts["arms"] > MOST_ARMS:
        raise InputError(too_many_arms(request.arm, counts["arms"], path))
    for name, number in zip(numbers, (counts[one] for one in total), strict=True):
        if not abs(number) < float("inf"):
            raise InputError(
                Message("'{path}': '{name}' holds a number that is not finite; correct it", path=str(path), name=name)
            )
