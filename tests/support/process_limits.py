"""Limits of this process that stand for a disk without room or a system without free files."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def limited(kind: int, value: int) -> Iterator[None]:
    """Set a limit of `resource`, such as RLIMIT_FSIZE, for a while."""
    before = resource.getrlimit(kind)
    resource.setrlimit(kind, (value, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(kind, before)
