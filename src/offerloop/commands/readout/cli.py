"""`offerloop readout`: its arguments, and what it prints."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from offerloop.commands.terminal import Engine, Json, Language, Run, say
from offerloop.errors import InputError
from offerloop.message import Message


def _day(written: str) -> date:
    """Return the day that an option names. Raises InputError for what is none."""
    try:
        return datetime.fromisoformat(written).date()
    except ValueError:
        raise InputError(Message("'{value}' is no day; write it like 2026-11-25", value=written)) from None


def readout(
    run: Run,
    orders: Annotated[
        Path | None,
        typer.Option(help="Order lines of the period, with the columns of the run's; default: those of the store."),
    ] = None,
    redemptions: Annotated[Path | None, typer.Option(help="Redeemed offers: customer_id, offer_id, amount.")] = None,
    exposures: Annotated[
        Path | None, typer.Option(help="Offers that reached customers: customer_id, offer_id.")
    ] = None,
    begin: Annotated[
        date | None,
        typer.Option(
            "--from", parser=_day, metavar="DAY", help="First day of the period; default: the day of the plan."
        ),
    ] = None,
    until: Annotated[
        date | None,
        typer.Option(
            parser=_day,
            metavar="DAY",
            help="Last day of the period; default: the last day of the file, at most 28 days, or those of the loop's "
            "period.",
        ),
    ] = None,
    engine: Engine = "duckdb",
    language: Language = None,
    as_json: Json = False,
) -> None:
    """Measure what a plan changed, and compare it with the forecast.

    The exit code is 1 where no effect can be shown: the groups are too small, or not those that were drawn.
    """
    from offerloop.commands.readout.task import read_out
    from offerloop.commands.readout.terminal_text import screen
    from offerloop.workspace import find_run

    done = read_out(
        find_run(run), orders, redemptions=redemptions, exposures=exposures, from_day=begin, until_day=until,
        engine=engine, language=language,
    )  # fmt: skip
    output = {"readout": str(done.folder), "report": str(done.report), **done.summary}
    say(output, screen(done), as_json)
    if done.stopped and not done.findings.effects:
        raise typer.Exit(1)
