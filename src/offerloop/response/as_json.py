"""What estimators have learned as JSON, to be read again without learning; nothing that is read can run code.

Dataclasses of this room are written with their names, arrays with their numbers, boosted trees in LightGBM's own text.
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from importlib import import_module
from typing import Any

import numpy as np

from offerloop.errors import InputError
from offerloop.message import Message

ROOM = "offerloop.response."


def to_plain(value: object) -> object:
    """Return an object as what JSON holds. Raises TypeError for what is none of this room's."""
    if isinstance(value, np.generic):
        return value.item()
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, np.ndarray):
        return {"array": value.tolist(), "shape": list(value.shape), "type": str(value.dtype)}
    if isinstance(value, tuple | list):
        return {"tuple": [to_plain(part) for part in value]}
    if is_dataclass(value) and type(value).__module__.startswith(ROOM):
        parts = {field.name: to_plain(getattr(value, field.name)) for field in fields(value)}
        return {"of": f"{type(value).__module__.removeprefix(ROOM)}:{type(value).__qualname__}", "with": parts}
    if hasattr(value, "model_to_string"):
        return {"trees": value.model_to_string()}
    raise TypeError(f"a {type(value).__name__} cannot be written")


def from_plain(plain: Any) -> Any:  # noqa: ANN401 - whatever was written
    """Return the object that `to_plain` wrote. Raises InputError or ValueError for anything else."""
    if not isinstance(plain, dict):
        return plain
    if "array" in plain:
        return np.array(plain["array"], dtype=plain["type"]).reshape(plain["shape"])
    if "tuple" in plain:
        return tuple(from_plain(part) for part in plain["tuple"])
    if "trees" in plain:
        import lightgbm

        try:
            return lightgbm.Booster(model_str=plain["trees"])
        except lightgbm.basic.LightGBMError as error:
            raise ValueError(str(error)) from None
    module, _, name = str(plain.get("of")).partition(":")
    try:
        kind: Any = getattr(import_module(ROOM + module), name)
        if not (isinstance(kind, type) and is_dataclass(kind)):
            raise TypeError(name)
        return kind(**{key: from_plain(part) for key, part in plain["with"].items()})
    except (ImportError, AttributeError, TypeError, KeyError):
        raise InputError(
            Message("'{name}' was written by another version of Offerloop; make the study again", name=name)
        ) from None
