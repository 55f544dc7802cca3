"""`offerloop replay`: its arguments, and what it prints."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from offerloop.commands.terminal import Json, Language, progress_console, say


def replay(
    orders: Annotated[str, typer.Argument(help="Past order lines: CSV, Excel, Parquet, or a database as URL#table.")],
    offers: Annotated[Path, typer.Option(help="TOML or JSON file with currency, [[offers]] and perhaps [policy].")],
    products: Annotated[str | None, typer.Option(help="Products, with category, brand and unit_cost.")] = None,
    customers: Annotated[str | None, typer.Option(help="Customers, with segment.")] = None,
    currency: Annotated[str | None, typer.Option(help="Currency of the orders; default: that of the offers.")] = None,
    timezone: Annotated[
        str | None, typer.Option(help="Time zone of the days, e.g. Europe/Berlin; default: recognised.")
    ] = None,
    margin: Annotated[
        str | None, typer.Option(help="Margin as a share of the price, e.g. 0.3, where no unit cost is known.")
    ] = None,
    codes: Annotated[str, typer.Option(help="Customers who present coupons that need a code: all or none.")] = "all",
    out: Annotated[
        Path | None, typer.Option(help="New folder to write: report.html, the tables and replay.json.")
    ] = None,
    language: Language = None,
    as_json: Json = False,
) -> None:
    """Compute what offers would have cost over past orders.

    It assumes that the offers would not have changed what customers bought.
    """
    from offerloop.commands.replay.page import summarise_replay
    from offerloop.commands.replay.task import ReplayRequest
    from offerloop.commands.replay.task import replay as price_orders
    from offerloop.commands.replay.terminal_text import page

    request = ReplayRequest(orders, offers, products, customers, currency, timezone, margin, codes)
    done = price_orders(request, out, language, progress_console(as_json))
    written = {} if out is None else {"report": str(out / "report.html")}
    text = "\n".join([page(done, done.language), *written.values()])
    say(written | summarise_replay(done.findings, done.language), text, as_json)
