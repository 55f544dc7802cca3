"""Assignments carried to files, databases and webhooks: each place once, and what is finished is noted."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from offerloop.publishing.carriers import Parcels, Published, carry
    from offerloop.publishing.rows import rows_of

__all__ = [
    "Parcels",
    "Published",
    "carry",
    "rows_of",
]

_MODULES = {
    ".carriers": "Parcels Published carry",
    ".rows": "rows_of",
}
_LAZY = {name: module for module, names in _MODULES.items() for name in names.split()}


def __getattr__(name: str) -> object:
    """Load a module when one of its names is first asked for."""
    if name not in _LAZY:
        raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
    return getattr(import_module(_LAZY[name], __name__), name)
