"""`offerloop replay`: its arguments, and what it prints."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from offerloop.commands.terminal import Json, progress_console, say


def replay(
    orders: Annotated[str, typer.Argument(help="Past order lines: CSV, Excel, Parquet, or a database's URL#table.")],
    offers: Annotated[Path, typer.Option(help="TOML or JSON: currency, [[offers]] and perhaps [policy].")],
    products: Annotated[str | None, typer.Option(help="Product list: category, brand, unit_cost.")] = None,
    customers: Annotated[str | None, typer.Option(help="Customer list: segment.")] = None,
    currency: Annotated[str | None, typer.Option(help="Of the orders; default: that of the offers.")] = None,
    timezone: Annotated[str | None, typer.Option(help="Where days begin, such as Europe/Berlin; guessed.")] = None,
    margin: Annotated[
        str | None, typer.Option(help="Share of the price that is left, such as 0.3, where no unit cost is known.")
    ] = None,
    codes: Annotated[str, typer.Option(help="Who presents coupons that need a code: all or none.")] = "all",
    out: Annotated[Path | None, typer.Option(help="New folder for report.html, the tables and replay.json.")] = None,
    language: Annotated[str, typer.Option(help="Of the report: en or zh.")] = "en",
    as_json: Json = False,
) -> None:
    """What offers would have cost over past orders, and which they touch; no change of behaviour assumed."""
    from offerloop.commands.replay.files import check_folder, write
    from offerloop.commands.replay.page import summarise_replay
    from offerloop.commands.replay.screen import page
    from offerloop.commands.replay.task import ReplayRequest
    from offerloop.commands.replay.task import replay as price_orders
    from offerloop.errors import check_known
    from offerloop.report import LANGUAGES

    check_known("language", language, LANGUAGES)
    if out is not None:
        check_folder(out)
    request = ReplayRequest(orders, offers, products, customers, currency, timezone, margin, codes)
    done = price_orders(request, progress=progress_console(as_json))
    report = None if out is None else str(write(done, out, language))
    facts = {} if report is None else {"report": report}
    text = page(done, language)
    say(facts | summarise_replay(done.findings, language), text if report is None else f"{text}\n{report}", as_json)
