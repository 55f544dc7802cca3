"""The time of a purchase as people type it."""

from __future__ import annotations

import time
from datetime import datetime

from offerloop.errors import InputError
from offerloop.message import Message

EARLIEST, LATEST = 1970, 9000
"""Years that clocks of all zones can tell."""


def epoch_second(now: str | datetime | None) -> int:
    """Return the second of `--now`, or the present one. Raises InputError for what is no time with an offset."""
    return int(time.time()) if now is None else _epoch_second(now)


def _epoch_second(written: str | datetime) -> int:
    try:
        at = written if isinstance(written, datetime) else datetime.fromisoformat(written)
    except (TypeError, ValueError):
        raise InputError(
            Message("--now must be like 2026-11-11T20:00:00+08:00, not '{written}'", written=str(written))
        ) from None
    if at.tzinfo is None:
        example = f"{at.isoformat()}+00:00"
        raise InputError(
            Message("--now needs an offset, such as {example}, not '{written}'", example=example, written=str(written))
        )
    if not EARLIEST <= at.year <= LATEST:
        raise InputError(
            Message(
                "--now must be in the years {earliest} to {latest}, not {year}",
                earliest=EARLIEST,
                latest=LATEST,
                year=str(at.year),
            )
        )
    return int(at.timestamp())
