"""Random ids from bytes that are fetched many at a time: each call to the system lets other threads go first."""

from __future__ import annotations

import os

PIECES_AT_ONCE = 1_024
_DIGITS = 8
_pieces: list[str] = []


def random_hex(n_pieces: int) -> str:
    """Return pieces of four random bytes as hexadecimal digits. Safe to call from many threads."""
    return "".join([_piece() for _ in range(n_pieces)])


def _piece() -> str:
    while True:
        try:
            return _pieces.pop()
        except IndexError:
            digits = os.urandom(_DIGITS // 2 * PIECES_AT_ONCE).hex()
            _pieces.extend(digits[start : start + _DIGITS] for start in range(0, len(digits), _DIGITS))
