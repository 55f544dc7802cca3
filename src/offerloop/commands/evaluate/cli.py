"""`offerloop evaluate`: its arguments, and what it prints."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from offerloop.commands.terminal import Engine, Json, say


def evaluate(
    config: Annotated[Path, typer.Argument(help="The offerloop.toml with a source of exposures, or its folder.")],
    run: Annotated[Path | None, typer.Option(help="A run whose plan is valued too: its folder, or the shop's.")] = None,
    policy: Annotated[
        Path | None, typer.Option(help="A policy to value: CSV or Parquet with customer_id, offer_id[, probability].")
    ] = None,
    window: Annotated[
        int | None, typer.Option(help="Days after an exposure that are its outcome; default: evaluate.window_days.")
    ] = None,
    engine: Engine = "duckdb",
    as_json: Json = False,
) -> None:
    """What policies would be worth, from the log of shown offers with their propensities, without trying them out."""
    from offerloop.commands.evaluate.task import evaluate as value

    done = value(config, run=run, policy=policy, window_days=window, engine=engine)
    found = {"evaluation": str(done.folder), "report": str(done.report), **done.summary}
    say(found, f"{done.summary['sentence']}\n{done.report}", as_json)
