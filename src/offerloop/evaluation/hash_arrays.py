"""The buckets of many customers at once: those of `hash_groups`, a byte of every text at a time."""

from __future__ import annotations

import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray

from offerloop.arrays import Floats, Ints
from offerloop.evaluation.hash_groups import BUCKETS, fnv1a

_PRIME = np.uint32(0x01000193)
_DIGITS, _ZERO = 10, ord("0")
"""Decimal digits of a number of 32 bits at most, and the byte of the first."""
_TOGETHER = 32_768
"""Texts that are looked at together, so that arrays of their letters and digits stay small."""


def buckets(customers: pl.Series, seed: str) -> Floats:
    """(customers,): what `bucket` gives each of these ids, which are texts or whole numbers."""
    texts = customers.cast(pl.String)
    parts = (_buckets(texts.slice(first, _TOGETHER), seed) for first in range(0, len(texts), _TOGETHER))
    return np.concatenate([np.zeros(0), *parts])


def _buckets(customers: pl.Series, seed: str) -> Floats:
    texts = pa.array(customers.to_arrow(), type=pa.large_string())
    _, offsets, data = texts.buffers()
    ends = np.frombuffer(offsets, dtype=np.int64)[texts.offset :][: len(texts) + 1]
    letters = np.frombuffer(data or b"", dtype=np.uint8)
    hashed = _continued(np.full(len(texts), fnv1a(seed), dtype=np.uint32), letters, ends[:-1], np.diff(ends))
    numbers = hashed[:, None].astype(np.int64) // 10 ** np.arange(_DIGITS)[::-1]
    length = np.maximum((numbers > 0).sum(axis=1), 1)
    digits = (numbers % 10 + _ZERO).astype(np.uint8).ravel()
    begin = np.arange(1, len(texts) + 1) * _DIGITS - length
    again = _continued(np.full(len(texts), fnv1a(""), dtype=np.uint32), digits, begin, length)
    return again % BUCKETS / BUCKETS


def _continued(value: NDArray[np.uint32], letters: NDArray[np.uint8], begin: Ints, length: Ints) -> NDArray[np.uint32]:
    """The hash that goes on with `length` bytes of each text from `begin`; changes `value`."""
    for place in range(int(length.max(initial=0))):
        rows = np.flatnonzero(length > place)
        value[rows] = (value[rows] ^ letters[begin[rows] + place]) * _PRIME
    return value
