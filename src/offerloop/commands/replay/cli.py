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
    from offerloop.errors import check_known
    from offerloop.report.replay import summarise_replay
    from offerloop.report.words import LANGUAGES
    from offerloop.service.replay import Asked
    from offerloop.service.replay import replay as bill
    from offerloop.service.replay_page import check_folder, page, write

    check_known("language", language, LANGUAGES)
    if out is not None:
        check_folder(out)
    asked = Asked(orders, offers, products, customers, currency, timezone, margin, codes)
    done = bill(asked, progress=progress_console(as_json))
    report = None if out is None else str(write(done, out, language))
    facts = {} if report is None else {"report": report}
    said = page(done, language)
    say(facts | summarise_replay(done.findings, language), said if report is None else f"{said}\n{report}", as_json)
