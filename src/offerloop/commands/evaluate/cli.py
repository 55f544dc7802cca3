"""`offerloop evaluate`: its arguments, and what it prints."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from offerloop.commands.terminal import Config, Engine, Json, Language, say


def evaluate(
    config: Config,
    run: Annotated[
        Path | None,
        typer.Option(help="Run whose plan is valued too: its folder, or the folder of the shop for its newest run."),
    ] = None,
    policy: Annotated[
        Path | None,
        typer.Option(help="Policy to value: CSV or Parquet with customer_id, offer_id and perhaps probability."),
    ] = None,
    window: Annotated[
        int | None,
        typer.Option(help="Days after an exposure that count as its outcome; default: evaluate.window_days."),
    ] = None,
    engine: Engine = "duckdb",
    language: Language = None,
    as_json: Json = False,
) -> None:
    """Estimate from the log what other policies would be worth.

    The configuration names a source of exposures: which offers were shown, with their propensities.
    """
    from offerloop.commands.evaluate.task import evaluate as value
    from offerloop.commands.evaluate.terminal_text import screen

    done = value(config, run=run, policy=policy, window_days=window, engine=engine, language=language)
    output = {"evaluation": str(done.folder), "report": str(done.report), **done.summary}
    say(output, screen(done), as_json)
