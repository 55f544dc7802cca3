"""The rows of an experiment, wherever they lie, with what must be so of each of them."""

from __future__ import annotations

from pathlib import Path

import narwhals as nw
import polars as pl

from offerloop.commands.experiment.request import ExperimentRequest
from offerloop.engine import Engine, Frame
from offerloop.errors import InputError
from offerloop.message import Message
from offerloop.workspace import (
    InputTable,
    check_arm_cells,
    check_cells,
    no_column,
    numeric_column,
    table_on_engine,
    table_rows,
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
    _check_names(list(frame.collect_schema()), request, path)
    check_cells(frame, request.arm, list(request.columns.values()), list(request.clusters.values()), path)
