"""Sentences and tables as plain text: columns line up, also with Chinese, and no line of a pipe is broken."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Collection, Iterable, Sequence
from io import StringIO

from rich.console import Console
from rich.table import Table

MOST_COLUMNS = 110
"""Wider sentences are hard to read."""
_ENDLESS = 100_000
_FIGURES = 4
"""Significant digits of a figure for people."""
_WHOLE_FROM = 1000


def text_table(
    names: Sequence[str], rows: Iterable[Sequence[str]], left: Collection[str] | None = None, title: str | None = None
) -> Table:
    """Return a table without lines; columns other than `left`, by default the first, are aligned to the right.

    Without any name it has no row of names.
    """
    table = Table(title=title, title_justify="left", box=None, pad_edge=False, show_header=any(names))
    kept = names[:1] if left is None else left
    for k, name in enumerate(names):
        table.add_column(name, justify="left" if name in kept and (name or k == 0) else "right")
    for row in rows:
        table.add_row(*row)
    return table


def text_page(*parts: str | Table) -> str:
    """Return sentences and tables below each other, as wide as the terminal, or as they need to be in a pipe."""
    text, is_watched = StringIO(), sys.stdout.isatty()
    columns = shutil.get_terminal_size().columns
    for part in parts:
        width = _ENDLESS if not is_watched else min(columns, MOST_COLUMNS) if isinstance(part, str) else columns
        console = Console(file=text, width=width, color_system=None, highlight=False, markup=False, emoji=False)
        console.print(part, soft_wrap=not is_watched and isinstance(part, str))
    return "\n".join(line.rstrip() for line in text.getvalue().splitlines()).rstrip()


def figure_text(value: object) -> str:
    """Return a value of a table for people: fractions with four significant digits, nothing for what is missing."""
    if isinstance(value, float):
        rounded = float(f"{value:.{_FIGURES}g}")
        return f"{value:#.{_FIGURES}g}" if abs(rounded) < _WHOLE_FROM else f"{value:,.0f}"
    return "" if value is None else str(value)
