"""Plain arguments as requests take them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime

from offerloop.errors import InputError
from offerloop.message import Message

Names = str | Iterable[str]
"""One name, or several."""
Levels = float | Iterable[float]
"""One number, or several to compare."""
_OPTION = re.compile(r"--([a-z]+(?:-[a-z]+)*)")
_OTHERS = {"id": "customer_id"}
"""Arguments that are not called as their options are."""


def names_of(written: Names) -> tuple[str, ...]:
    """Return several names, or one as the only one."""
    return (written,) if isinstance(written, str) else tuple(written)


def numbers_of(written: Levels) -> tuple[float, ...]:
    """Return several numbers, or one as the only one."""
    return (float(written),) if isinstance(written, int | float) else tuple(float(one) for one in written)


def text_of(written: object) -> str | None:
    """Return an argument as it would be typed; nothing stays nothing."""
    return None if written is None else str(written)


def id_of(written: object) -> str:
    """Return an id as text; one that pandas turned into 17.0 is 17."""
    return str(int(written)) if isinstance(written, float) and written.is_integer() else str(written)


def day_of(name: str, written: str | date | None) -> date | None:
    """Return a day; of a time, its day."""
    try:
        day = datetime.fromisoformat(written) if isinstance(written, str) else written
    except ValueError:
        raise InputError(
            Message("{name} must be a day such as 2026-11-11, not '{written}'", name=name, written=str(written))
        ) from None
    return day.date() if isinstance(day, datetime) else day


def pairs_of(shares: Mapping[str, float] | None) -> tuple[tuple[str, float], ...]:
    """Return a mapping as pairs, which can be compared and hashed."""
    return tuple((str(name), float(share)) for name, share in (shares or {}).items())


@contextmanager
def argument_names() -> Iterator[None]:
    """Raise an InputError again whose message names arguments, such as `customer_id` for `--id`."""
    try:
        yield
    except InputError as error:
        said = _OPTION.sub(lambda match: _OTHERS.get(match[1], match[1].replace("-", "_")), str(error))
        if said == str(error):
            raise
        raise type(error)(said) from None
