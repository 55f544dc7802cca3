"""`offerloop loop`: its arguments, and what it prints."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from offerloop.commands.terminal import Json, say


def loop(
    config: Annotated[Path, typer.Argument(help="The shop's offerloop.toml, or its folder.")],
    once: Annotated[bool, typer.Option("--once", help="Go on as far as the orders reach; for cron.")] = False,
    store: Annotated[
        str | None, typer.Option(help="Database of the journal, SQLite or PostgreSQL; default: in the shop's folder.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Each period's offers by what the earlier ones showed: the next steps, or without --once what was done so far."""
    from offerloop.commands.loop.page import loop_text
    from offerloop.commands.loop.task import take_steps

    found = take_steps(config, store, once=once)
    say(found.facts, loop_text(found), as_json)
