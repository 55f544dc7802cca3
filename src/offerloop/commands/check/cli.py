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
    from offerloop.commands.check.page import page
    from offerloop.commands.check.task import check as check_shop

    checked = check_shop(config, engine)
    say(checked.facts, page(checked), as_json)
    if not checked.ok:
        raise typer.Exit(InputError.exit_code)
