"""The rows of an experiment, wherever they lie, with what must be so of each of them."""

from __future__ import annotations

from pathlib import Path

import narwhals as nw

from offerloop.commands.experiment.request import ExperimentRequest
from offerloop.engine import Engine, Frame
from offerloop.errors import InputError
from offerloop.workspace import (
    InputTable,
    check_arm_cells,
    check_cells,
    check_filled,
    check_numbers,
    no_column,
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
    check_numbers(rows, request.columns.values(), path)
    check_filled(rows, request.cluster, "--cluster", path)
    return nw.from_native(rows.lazy()), path


def _check_names(columns: list[str], request: ExperimentRequest, path: Path) -> None:
    named = {"--arm": request.arm, **request.columns, **request.clusters, **request.segmented}
    for option, name in named.items():
        if name not in columns:
            raise InputError(no_column(name, option, columns, path))


def _check_on_engine(frame: Frame, path: Path, request: ExperimentRequest) -> None:
    """The same of rows that have no numbers: how many are wrong."""
    _check_names(list(frame.collect_schema()), request, path)
    check_cells(frame, request.arm, list(request.columns.values()), list(request.clusters.values()), path)
