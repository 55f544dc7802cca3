"""Names of arrays by what they hold, and rows of several arrays at once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Names = NDArray[np.str_]
Record = TypeVar("Record", bound="DataclassInstance")


def some_rows(record: Record, rows: Ints | Bools) -> Record:
    """Return a dataclass with some rows of each of its arrays, and all else as it is."""
    arrays = {name: one[rows] for name, one in vars(record).items() if isinstance(one, np.ndarray)}
    return replace(record, **arrays)
