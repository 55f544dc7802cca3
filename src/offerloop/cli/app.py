"""The application that commands belong to, and how they answer."""

from __future__ import annotations

import json
import sys
from typing import Annotated

import typer

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Decide which customer gets which promotion, at what budget, and prove whether it worked.",
)

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of text.")]


def say(found: dict[str, object], text: str, as_json: bool) -> None:
    """Print facts for programs or text for people."""
    sys.stdout.write((json.dumps(found, ensure_ascii=False) if as_json else text) + "\n")
