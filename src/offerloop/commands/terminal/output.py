"""What is printed: facts for programs, text and tables for people, and progress on a terminal."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from offerloop.commands.terminal.language import localized
from offerloop.commands.terminal.logs import logs_to_terminal
from offerloop.message import Message

if TYPE_CHECKING:
    import polars as pl
    from rich.console import Console

MOST_ROWS = 50
"""Rows of a table that a terminal shows."""
_MORE = Message("... and {n} more row", plural="... and {n} more rows", context="below a table")


@dataclass
class _Output:
    """How much the command that runs may print."""

    quiet: bool = False


_output = _Output()


def keep_quiet(quiet: bool) -> None:
    """Set whether text and progress are left out; errors and JSON are always printed."""
    _output.quiet = quiet


def say(facts: dict[str, object], text: str, as_json: bool) -> None:
    """Print facts for programs or text for people."""
    if as_json:
        sys.stdout.write(json.dumps(facts, ensure_ascii=not _writes_unicode()) + "\n")
    elif not _output.quiet:
        sys.stdout.write(text + "\n")


def remark(message: Message) -> None:
    """Print a sentence beside the result, in the language of the reader."""
    if not _output.quiet:
        sys.stderr.write(f"{localized(message)}\n")


def rows_text(table: pl.DataFrame) -> str:
    """Return a table for the reader: columns that line up on a terminal, all rows with tabs between cells in a pipe."""
    if not sys.stdout.isatty():
        return table.write_csv(separator="\t").rstrip()
    from offerloop.report import figure_text, text_page, text_table

    kinds = table.schema.values()
    shown = ([figure_text(cell) for cell in row] for row in table.head(MOST_ROWS).iter_rows())
    left = [name for name, kind in zip(table.columns, kinds, strict=True) if not kind.is_numeric()]
    more = table.height - MOST_ROWS
    rest = [localized(_MORE.with_values(n=more))] if more > 0 else []
    return text_page(text_table(table.columns, shown, left), *rest)


def progress_console(as_json: bool) -> Console | None:
    """Return the console that shows progress, or None where nobody watches a terminal or the log goes there."""
    from rich.console import Console

    console = Console(stderr=True)
    is_wanted = not (as_json or _output.quiet or logs_to_terminal())
    return console if console.is_terminal and is_wanted else None


def _writes_unicode() -> bool:
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    return encoding.lower().replace("-", "").startswith("utf")
