"""Ids of all sources in one kind: integers where every one is a plain integer, text everywhere else."""

from __future__ import annotations

import narwhals as nw

from offerloop.config import SourceName
from offerloop.engine import collect
from offerloop.engine.base import Frame

_PLAIN = r"^(0|-?[1-9]\d{0,17})$"
"""An integer that is written in only one way: "007" is not the number 7."""


def alike(sources: dict[SourceName, Frame]) -> dict[SourceName, Frame]:
    """The sources with each id in one kind, so that ids of a CSV file and of a database meet."""
    columns = {column for frame in sources.values() for column in frame.collect_schema() if column.endswith("_id")}
    text = {column for column in columns if not all(_plain(frame, column) for frame in sources.values())}
    return {name: _with_kind(frame, text) for name, frame in sources.items()}


def _plain(frame: Frame, column: str) -> bool:
    kind = frame.collect_schema().get(column)
    if kind != nw.String:
        return True
    plain = nw.col(column).str.contains(_PLAIN)
    found = collect(frame.select(odd=(~plain).any(), some=(~nw.col(column).is_null()).any())).row(0)
    return found[0] is not True and found[1] is not False


def _with_kind(frame: Frame, text: set[str]) -> Frame:
    schema = frame.collect_schema()
    ids = [column for column in schema if column.endswith("_id")]
    return frame.with_columns(nw.col(column).cast(nw.String if column in text else nw.Int64) for column in ids)
