"""Where table work runs. Expressions are written once, as narwhals; an engine gives them a place to run."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from offerloop.engine.available import DEFAULT_ENGINE, ENGINES
    from offerloop.engine.base import BrokenFileError, Engine, Frame, collect
    from offerloop.engine.batching import Batch, batches, in_order

__all__ = [
    "DEFAULT_ENGINE",
    "ENGINES",
    "Batch",
    "BrokenFileError",
    "Engine",
    "Frame",
    "batches",
    "collect",
    "in_order",
]

_MODULES = {
    ".available": "DEFAULT_ENGINE ENGINES",
    ".base": "BrokenFileError Engine Frame collect",
    ".batching": "Batch batches in_order",
}
_LAZY = {name: module for module, names in _MODULES.items() for name in names.split()}


def __getattr__(name: str) -> object:
    """Load a module when one of its names is first asked for."""
    if name not in _LAZY:
        raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
    return getattr(import_module(_LAZY[name], __name__), name)
