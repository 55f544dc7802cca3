"""`offerloop allocate`: its arguments, and what it prints."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from offerloop.commands.terminal import Json, progress_console, say


def allocate(
    table: Annotated[Path, typer.Argument(help="CSV, Excel or Parquet with customer_id, offer_id, value and cost.")],
    out: Annotated[Path, typer.Option(help="File to write: who gets what, CSV or Parquet.")],
    budget: Annotated[str | None, typer.Option(help="The most that the plan may cost, such as 10000.00.")] = None,
    cap: Annotated[list[str] | None, typer.Option(help="How often an offer is given at most: coupon=500.")] = None,
    config: Annotated[Path | None, typer.Option(help="TOML with more limits; see docs/how-to/allocate.md.")] = None,
    currency: Annotated[str, typer.Option(help="Of value and cost.")] = "USD",
    as_json: Json = False,
) -> None:
    """Values and costs of offers: who gets which one within a budget and other limits, and what the limits cost."""
    from offerloop.commands.allocate.page import page, write
    from offerloop.commands.allocate.task import allocate as decide
    from offerloop.commands.allocate.task import read_limits

    asked = read_limits(config, budget)
    found = decide(table, asked, cap or (), currency, progress_console(as_json))
    write(found, out)
    say({"out": str(out), **found.summary}, page(found, out), as_json)
