"""`offerloop loop`: its arguments, and what it prints."""

from __future__ import annotations

from typing import Annotated

import typer

from offerloop.commands.terminal import Config, Json, Language, reader_language, say


def loop(
    config: Config,
    once: Annotated[
        bool, typer.Option("--once", help="Take all steps that the orders allow, then stop; for cron.")
    ] = False,
    store: Annotated[
        str | None,
        typer.Option(
            help="Database of the journal, SQLite or PostgreSQL; default: the store of [data] or a file in the shop's "
            "folder."
        ),
    ] = None,
    language: Language = None,
    as_json: Json = False,
) -> None:
    """Plan each period's offers from the results of earlier periods.

    With --once it takes the next steps; without, it says what was done so far.
    """
    from offerloop.commands.loop.task import take_steps
    from offerloop.commands.loop.terminal_text import screen

    reader = reader_language(language)
    state = take_steps(config, store, once=once)
    say(state.facts, screen(state, reader), as_json)
