"""Records of which pricing makes many for every basket."""

from __future__ import annotations

from dataclasses import MISSING, fields
from typing import Any, TypeVar

T = TypeVar("T")


def set_at_once(cls: type[T]) -> type[T]:
    """Let a frozen dataclass set all its fields by one call: one call for each takes several times as long.

    For classes without default factories and without `__post_init__`.
    """
    defaults = {one.name: one.default for one in fields(cls)}  # type: ignore[arg-type]
    parameters = [name if default is MISSING else f"{name}=_defaults[{name!r}]" for name, default in defaults.items()]
    values = ", ".join(f"{name!r}: {name}" for name in defaults)
    body = f"def __init__(self, {', '.join(parameters)}):\n    _set(self, '__dict__', {{{values}}})"
    names: dict[str, Any] = {"_defaults": defaults, "_set": object.__setattr__}
    exec(body, names)
    cls.__init__ = names["__init__"]
    return cls
