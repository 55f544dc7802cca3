"""Faces of rooms that load a module only when one of its names is first asked for (PEP 562)."""

from __future__ import annotations

import ast
import pkgutil
import sys
from collections.abc import Callable
from functools import cache
from importlib import import_module


def lazy_exports(face: str) -> tuple[Callable[[str], object], Callable[[], list[str]]]:
    """Return `__getattr__` and `__dir__` for a package that imports its names below `if TYPE_CHECKING:`.

    Each name and its module are written once, for type checkers and for Python. This needs the source of the package,
    which every wheel has.
    """

    @cache
    def modules() -> dict[str, str]:
        return _typed_imports(pkgutil.get_data(face, "__init__.py") or b"")

    def load(name: str) -> object:
        if name not in modules():
            raise AttributeError(f"module '{face}' has no attribute '{name}'")
        return getattr(import_module(modules()[name]), name)

    def names() -> list[str]:
        return sorted({*vars(sys.modules[face]), *modules()})

    return load, names


def _typed_imports(source: bytes) -> dict[str, str]:
    """Return the module of each name that is imported for type checkers only."""
    blocks = [one.body for one in ast.parse(source).body if isinstance(one, ast.If)]
    imports = [one for block in blocks for one in block if isinstance(one, ast.ImportFrom)]
    return {alias.name: one.module or "" for one in imports for alias in one.names}
