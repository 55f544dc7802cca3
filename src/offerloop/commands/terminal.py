"""What commands share: options with one meaning everywhere, the output, and the progress on a terminal."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.console import Console

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of text.")]
Run = Annotated[Path, typer.Argument(help="A run's folder, or the shop's: then its newest run.")]
Engine = Annotated[str, typer.Option(help="Where table work runs: duckdb.")]


def say(facts: dict[str, object], text: str, as_json: bool) -> None:
    """Print facts for programs or text for people."""
    sys.stdout.write((json.dumps(facts, ensure_ascii=False) if as_json else text) + "\n")


def progress_console(as_json: bool) -> Console | None:
    """Return the console that shows progress, or None where nobody watches a terminal."""
    from rich.console import Console

    console = Console(stderr=True)
    return console if console.is_terminal and not as_json else None
