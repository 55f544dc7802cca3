"""`offerloop run`: its arguments, and what it prints."""

from __future__ import annotations

from typing import Annotated

import typer

from offerloop.commands.terminal import Config, Engine, Json, Language, progress_console, say


def run(
    config: Config,
    engine: Engine = "duckdb",
    begin: Annotated[
        str | None,
        typer.Option(
            "--from", help="Stage to start again from, e.g. allocation; earlier ones are taken from the last run."
        ),
    ] = None,
    shards: Annotated[
        int | None, typer.Option(min=1, help="Number of shards of customers; default: one for each 50,000 customers.")
    ] = None,
    table: Annotated[
        str | None,
        typer.Option(help="With Spark: name of a table that the assignments are written to as well."),
    ] = None,
    language: Language = None,
    as_json: Json = False,
) -> None:
    """Decide who gets which offer, with a forecast and a report."""
    from offerloop.commands.run.task import run as carry_out
    from offerloop.commands.run.terminal_text import screen

    written = carry_out(config, engine, progress_console(as_json), begin, language, shards, table)
    output = {"run": str(written.folder), "report": str(written.report), **written.summary}
    say(output, f"{screen(written.summary)}\n{written.report}", as_json)
