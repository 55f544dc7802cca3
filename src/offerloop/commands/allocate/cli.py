"""`offerloop allocate`: its arguments, and what it prints."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from offerloop.commands.terminal import Json, Language, progress_console, say
from offerloop.errors import InputError
from offerloop.message import Message


def allocate(
    table: Annotated[
        Path, typer.Argument(help="Table with customer_id, offer_id, value and cost: CSV, Excel or Parquet.")
    ],
    out: Annotated[Path, typer.Option(help="CSV or Parquet file to write: who gets what.")],
    budget: Annotated[str | None, typer.Option(help="Budget: the most that the plan may cost, e.g. 10000.00.")] = None,
    cap: Annotated[
        list[str] | None,
        typer.Option(
            metavar="OFFER=NUMBER", help="Maximum number of times that an offer is given, e.g. coupon=500; repeatable."
        ),
    ] = None,
    limits: Annotated[Path | None, typer.Option(help="TOML file with more limits.")] = None,
    currency: Annotated[str, typer.Option(help="Currency of value and cost.")] = "USD",
    language: Language = None,
    as_json: Json = False,
) -> None:
    """Decide who gets which offer from values and costs.

    The plan keeps to a budget and other limits, and says what each limit costs.
    """
    from offerloop.commands.allocate.page import page, write
    from offerloop.commands.allocate.task import allocate as decide
    from offerloop.commands.allocate.task import read_limits
    from offerloop.workspace import check_table_file

    if out.exists() and any(read.exists() and out.samefile(read) for read in (table, limits) if read is not None):
        raise InputError(Message("'{path}' is read for the plan; name another file with --out", path=str(out)))
    check_table_file(out)
    result = decide(table, read_limits(limits, budget), cap or (), currency, progress_console(as_json), language)
    write(result, out)
    say({"out": str(out), **result.summary}, page(result, out, result.language), as_json)
