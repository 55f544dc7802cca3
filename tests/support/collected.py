"""Counts what an engine hands to the program: every table that is collected goes through one method of narwhals."""

from contextlib import contextmanager

import narwhals as nw
import pytest


@contextmanager
def heights():
    """The heights of all tables that are collected meanwhile, in their order."""
    counted, collect = [], nw.LazyFrame.collect

    def counting(frame, *args, **named):
        table = collect(frame, *args, **named)
        counted.append(len(table))
        return table

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(nw.LazyFrame, "collect", counting)
        yield counted
