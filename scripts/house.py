"""Print the figures by which we judge how the source is laid out.

    scripts/house.py [CHECKOUT] [--names]

- Lines and files: Python files in `src/offerloop`.
- Modules per folder: Python files without `__init__.py`; folders with more than 20 are named.
- Deep imports: import statements that take a module inside another room instead of the room's face. A room is a
  package directly below `offerloop`, or below `offerloop.commands`. Strings in catalogues do not count, nor does the
  `cli` of a room, which the command line collects, nor do the modules of a command that the Python API calls: `task`
  with its `request` and `findings`. `--names` prints each deep import.
- Body lines: lines of code in a function, without its signature, docstring, comments and empty lines.
- Modules out of reach: modules that no command, no public function, no benchmark and no example imports, directly
  or through others; a `__main__` is run as a process. An import from the lazy face of a room reaches the module that
  defines the name, not all of them.
"""

from __future__ import annotations

import argparse
import ast
import io
import re
import sys
import tokenize
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PACKAGE = "offerloop"
MOST_MODULES = 20
"""Modules that a folder may hold."""
ENTRANCES = ("cli", "testing", "client", "web")
"""Modules and rooms at the top: what people start or inherit from. The package itself is the public API."""
OUTSIDE = ("benchmarks", "examples")
"""Folders whose programs count as uses."""
COLLECTED = "cli"
"""The module of any room that the command line collects."""
PUBLIC_ROLES = ("task", "request", "findings")
"""Modules of a command that others may import."""
_DOTTED = re.compile(rf"{PACKAGE}(\.\w+)+(:\w+)?")
_NOT_CODE = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}


@dataclass(frozen=True)
class Import:
    """One import: the module, the name taken from it, and whether it is for type checkers only."""

    module: str
    name: str | None
    line: int
    is_for_types: bool = False


@dataclass(frozen=True)
class Module:
    """A parsed file: its imports, and the dotted names that stand in its strings."""

    path: Path
    tree: ast.Module
    imports: tuple[Import, ...]
    strings: frozenset[str]

    @property
    def is_lazy_face(self) -> bool:
        """Return whether the file is a package's face that loads its names when first asked for."""
        functions = {node.name for node in self.tree.body if isinstance(node, ast.FunctionDef)}
        return self.path.name == "__init__.py" and "__getattr__" in functions


Modules = dict[str, Module]


def read_package(checkout: Path) -> Modules:
    """Return all modules of the package by their dotted names."""
    source = checkout / "src"
    return {_dotted(path, source): read_module(path) for path in sorted((source / PACKAGE).rglob("*.py"))}


def read_module(path: Path) -> Module:
    """Parse one file."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    texts = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str))
    strings = frozenset(text for text in texts if _DOTTED.fullmatch(text))
    return Module(path, tree, tuple(_imports(tree)), strings)


def modules_per_folder(modules: Modules) -> Counter[Path]:
    """Count the modules of each folder."""
    return Counter(module.path.parent for module in modules.values() if module.path.name != "__init__.py")


def imports_between_rooms(modules: Modules) -> tuple[list[str], int]:
    """Return the places of deep imports, and the number of all imports between rooms."""
    deep, total = [], 0
    for name, module in modules.items():
        statements = {(statement.line, _target(statement, modules)) for statement in module.imports}
        for line, target in sorted(statements):
            room = _room(target, modules)
            if room is None or room == _room(name, modules):
                continue
            total += 1
            if target not in _face(room):
                deep.append(f"{name}:{line} imports {target}")
    return deep, total


def body_lines(modules: Modules) -> list[int]:
    """Return the lines of code in the body of each function, in ascending order."""
    counts = []
    for module in modules.values():
        code = _lines_of_code(module.path.read_text(encoding="utf-8"))
        for node in ast.walk(module.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                body = node.body[1:] if ast.get_docstring(node, clean=False) is not None else node.body
                counts.append(sum(line in code for line in _span(body)))
    return sorted(counts)


def out_of_reach(modules: Modules, checkout: Path) -> list[str]:
    """Return the modules that nothing at the top and no program outside the package leads to."""
    programs = [read_module(path) for folder in OUTSIDE for path in sorted((checkout / folder).rglob("*.py"))]
    frontier = {name for name in modules if name == PACKAGE or name.split(".")[1] in ENTRANCES or _is_program(name)}
    frontier |= {target for program in programs for target in _leads_to(program, modules, is_root=True)}
    reached: set[str] = set()
    while frontier:
        reached |= frontier
        found = {one for name in frontier for one in _leads_to(modules[name], modules, is_root=name == PACKAGE)}
        frontier = found - reached
    return sorted(name for name in modules if name not in reached and modules[name].path.name != "__init__.py")


def _leads_to(module: Module, modules: Modules, *, is_root: bool) -> set[str]:
    """Return the modules that a module loads, with the packages around them."""
    is_lazy = module.is_lazy_face and not is_root
    imported = {
        _defining(statement, modules) for statement in module.imports if not (is_lazy and statement.is_for_types)
    }
    strings = {text.partition(":")[0] for text in module.strings if ":" in text or not is_lazy}
    return {
        parent
        for name in imported | strings
        if name in modules
        for parent in (".".join(name.split(".")[:depth]) for depth in range(1, name.count(".") + 2))
    }


def _defining(statement: Import, modules: Modules) -> str:
    """Return the module that an import loads; through a lazy face, the one that defines the name."""
    target = _target(statement, modules)
    face = modules.get(target)
    if face is not None and face.is_lazy_face and statement.name is not None:
        for inner in face.imports:
            if inner.name == statement.name and inner.module != target:
                return _defining(inner, modules)
    return target


def _target(statement: Import, modules: Modules) -> str:
    """Return the module that an import names: `from package import module` names the module."""
    inner = f"{statement.module}.{statement.name}"
    return inner if inner in modules else statement.module


def _imports(tree: ast.Module) -> Iterator[Import]:
    for_types = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(alias.name, None, node.lineno, id(node) in for_types)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                yield Import(node.module, alias.name, node.lineno, id(node) in for_types)


def _room(name: str, modules: Modules) -> str | None:
    """Return the room of a module; None for what is in no package below `offerloop`."""
    parts = name.split(".")
    depth = 3 if parts[1:2] == ["commands"] and len(parts) > 2 else 2
    room = ".".join(parts[:depth])
    is_package = len(parts) >= depth and room in modules and modules[room].path.name == "__init__.py"
    return room if parts[0] == PACKAGE and is_package else None


def _face(room: str) -> set[str]:
    """Return the modules of a room that others may import."""
    roles = PUBLIC_ROLES if room.startswith(f"{PACKAGE}.commands.") else ()
    return {room, *(f"{room}.{role}" for role in (COLLECTED, *roles))}


def _is_program(name: str) -> bool:
    return name.endswith(".__main__")


def _lines_of_code(text: str) -> set[int]:
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    spans = ((token.start[0], token.end[0]) for token in tokens if token.type not in _NOT_CODE)
    return {line for first, last in spans for line in range(first, last + 1)}


def _span(body: list[ast.stmt]) -> range:
    return range(body[0].lineno, (body[-1].end_lineno or body[-1].lineno) + 1) if body else range(0)


def _dotted(path: Path, source: Path) -> str:
    return ".".join(path.relative_to(source).with_suffix("").parts).removesuffix(".__init__")


def _percentile(ascending: list[int], share: float) -> int:
    """Return the smallest value that at least this share of all do not exceed."""
    return ascending[max(0, -int(-share * len(ascending) // 1) - 1)]


def figures(checkout: Path, *, with_names: bool) -> Iterator[str]:
    """Yield the lines that are printed."""
    modules = read_package(checkout)
    lines = sum(module.path.read_text(encoding="utf-8").count("\n") for module in modules.values())
    yield f"source: {lines:,} lines in {len(modules)} files"
    folders = modules_per_folder(modules).most_common()
    crowded = [f"{folder.relative_to(checkout / 'src')} {count}" for folder, count in folders if count > MOST_MODULES]
    yield f"modules per folder: at most {folders[0][1]}; more than {MOST_MODULES}: {', '.join(crowded) or 'none'}"
    deep, total = imports_between_rooms(modules)
    yield f"deep imports between rooms: {len(deep)} of {total}"
    yield from (f"  {place}" for place in deep if with_names)
    bodies = body_lines(modules)
    yield f"body lines of functions: 50th percentile {_percentile(bodies, 0.5)}, 95th {_percentile(bodies, 0.95)}"
    lost = out_of_reach(modules, checkout)
    yield f"modules that no command, no public function and no benchmark reaches: {len(lost)}"
    yield from (f"  {name}" for name in lost)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Print figures of the source: size, folders, imports, functions.")
    parser.add_argument("checkout", nargs="?", type=Path, default=Path(__file__).parent.parent)
    parser.add_argument("--names", action="store_true", help="Print each deep import.")
    chosen = parser.parse_args()
    sys.stdout.writelines(f"{line}\n" for line in figures(chosen.checkout.resolve(), with_names=chosen.names))
