"""`offerloop check`: its arguments, and what it prints."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from offerloop.commands.terminal import Engine, Json, say
from offerloop.errors import InputError


def check(
    config: Annotated[Path, typer.Argument(help="The offerloop.toml to look at, or its folder.")],
    engine: Engine = "duckdb",
    as_json: Json = False,
) -> None:
    """Read and clean everything, fit nothing: what a run would start from, and what it could not find out."""
    from offerloop.service.check import check as look

    found = look(config, engine)
    say(found.facts, "\n".join(found.lines), as_json)
    if not found.ok:
        raise typer.Exit(InputError.exit_code)
