"""Frozen dataclasses of which pricing makes many for every basket."""

from __future__ import annotations

from dataclasses import MISSING, fields
from functools import wraps
from typing import Any, TypeVar

T = TypeVar("T")


def set_at_once(cls: type[T]) -> type[T]:
    """Let a frozen dataclass set all its fields by one call: one call for each takes several times as long.

    For classes without default factories and without `__post_init__`. As `dataclasses` does, it compiles `__init__`.
    """
    defaults: dict[str, Any] = {one.name: one.default for one in fields(cls)}  # type: ignore[arg-type]
    parameters = [name if default is MISSING else f"{name}=defaults[{name!r}]" for name, default in defaults.items()]
    values = ", ".join(f"{name!r}: {name}" for name in defaults)
    names: dict[str, Any] = {"defaults": defaults, "set_attribute": object.__setattr__}
    exec(f"def init(self, {', '.join(parameters)}):\n set_attribute(self, '__dict__', {{{values}}})", names)
    cls.__init__ = wraps(cls.__init__)(names["init"])  # type: ignore[method-assign]
    return cls
