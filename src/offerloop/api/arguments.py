"""Plain arguments as requests take them."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from offerloop.errors import InputError
from offerloop.message import Message

Names = str | Iterable[str] | None
"""One name, or several; None is none."""
Levels = float | Iterable[float] | None
"""One number, or several to compare; None is none."""
P = ParamSpec("P")
R = TypeVar("R")
_OPTION = re.compile(r"(?<![\w-])--([a-z]+(?:-[a-z]+)*)")
_COMMAND = re.compile(r"\bofferloop [a-z]")
"""What begins a command, whose options stay options."""
_OTHERS = {"id": "customer_id", "map": "columns", "from": "begin", "return": "returned"}
"""Arguments that are not called as their options are."""


def plain_arguments(function: Callable[P, R]) -> Callable[P, R]:
    """Take single values of numpy and pandas for plain ones, and name arguments in errors, not options."""

    @wraps(function)
    def call(*values: P.args, **named: P.kwargs) -> R:
        plain: dict[str, Any] = {name: _plain(value) for name, value in named.items()}
        try:
            return function(*map(_plain, values), **plain)
        except InputError as error:
            text = str(error)
            command = _COMMAND.search(text)
            end = command.start() if command else len(text)
            said = _OPTION.sub(lambda match: _argument(match, function), text[:end]) + text[end:]
            if said != text:
                InputError.__init__(error, said)
            raise

    return call


def _plain(value: Any) -> Any:  # noqa: ANN401 - any argument
    """Return a value with numbers and texts of numpy as those of Python, also within dictionaries and lists."""
    if isinstance(value, dict):
        return {_plain(name): _plain(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    is_single = getattr(value, "shape", None) == () and getattr(value, "dtype", None) is not None
    return value.item() if is_single and value.dtype.kind in "biufU" else value


def _argument(option: re.Match[str], function: Callable[..., object]) -> str:
    """Return the argument of a function that an option stands for; what is none of its options stays."""
    name = _OTHERS.get(option[1], option[1].replace("-", "_"))
    return name if name in inspect.signature(function).parameters else option[0]


def names_of(written: Names) -> tuple[str, ...]:
    """Return several names, or one as the only one; None is none."""
    return (written,) if isinstance(written, str) else tuple(() if written is None else written)


def numbers_of(written: Levels) -> tuple[float, ...]:
    """Return several numbers, or one as the only one; None is none."""
    if written is None:
        return ()
    return (float(written),) if isinstance(written, int | float) else tuple(float(one) for one in written)


def ids_of(written: str | int | Iterable[str | int]) -> list[str]:
    """Return several ids, or one as the only one."""
    return [id_of(one) for one in ([written] if isinstance(written, str | int) else written)]


def text_of(written: object) -> str | None:
    """Return an argument as a table has it as text: True as true, 17.0 as 17; nothing stays nothing."""
    return None if written is None else id_of(written)


def id_of(written: object) -> str:
    """Return an id as text; one that pandas turned into 17.0 is 17, and truth is written as in tables."""
    if isinstance(written, bool):
        return str(written).lower()
    return str(int(written)) if isinstance(written, float) and written.is_integer() else str(written)


def cost_text(written: str | float | Mapping[str, float] | None) -> str | None:
    """Return the costs of arms as they would be typed, such as coupon=2,letter=0.5; anything else as `text_of`."""
    if isinstance(written, Mapping):
        return ",".join(f"{id_of(arm)}={number}" for arm, number in written.items()) or None
    return text_of(written)


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
    return tuple((id_of(name), float(share)) for name, share in (shares or {}).items())
