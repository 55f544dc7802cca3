"""Trials in small shards, and findings that are the same but for rounding."""

import pytest

SHARD, FIT = 800, 1_000
"""Customers of a shard, and those of a sample that learns."""


def close(one, other):
    """Whether findings are the same but for rounding."""
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(close(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(close, one, other))
    return one == pytest.approx(other, rel=1e-7, abs=1e-9, nan_ok=True) if isinstance(one, float) else one == other
