"""`offerloop init`: its arguments, and what it prints."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from offerloop.commands.terminal import Json, say
from offerloop.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from offerloop.config import SourceName


def init(
    folder: Annotated[Path, typer.Argument(help="Folder to write the shop to.")],
    orders: Annotated[
        str | None, typer.Option(help="Order lines: CSV, Excel, Parquet, or a database's URL#table or URL#query.")
    ] = None,
    products: Annotated[str | None, typer.Option(help="Product list, one row per product.")] = None,
    customers: Annotated[str | None, typer.Option(help="Customer list, one row per customer.")] = None,
    events: Annotated[str | None, typer.Option(help="What customers viewed, put into the cart or rated.")] = None,
    prices: Annotated[str | None, typer.Option(help="What was offered at which price, whoever bought.")] = None,
    exposures: Annotated[str | None, typer.Option(help="Who was shown which offer.")] = None,
    offers: Annotated[str | None, typer.Option(help="Your offers, one row each, instead of assumed ones.")] = None,
    redemptions: Annotated[str | None, typer.Option(help="Who redeemed what.")] = None,
    budget: Annotated[str | None, typer.Option(help="The most that the plan may cost, such as 1000.00.")] = None,
    currency: Annotated[str | None, typer.Option(help="ISO code of all money; default: guessed.")] = None,
    margin: Annotated[
        str | None, typer.Option(help="Share of the list price left before offers, such as .35 or 35%; default: .30.")
    ] = None,
    columns: Annotated[
        list[str] | None,
        typer.Option(
            "--map",
            metavar="OURS=THEIRS",
            help="Your column for one of ours, such as customer_id=Member or products.category=Group; repeatable.",
        ),
    ] = None,
    encoding: Annotated[str | None, typer.Option(help="Of all CSV files, such as gb18030; default: guessed.")] = None,
    sample: Annotated[str | None, typer.Option(help="Instead of files, a shop to try: complete-journey.")] = None,
    as_json: Json = False,
) -> None:
    """Write a commented offerloop.toml that runs: from a shop's own files, or for a sample."""
    from offerloop.commands.init.given_columns import read_map
    from offerloop.commands.init.page import page
    from offerloop.commands.init.sample import write_sample
    from offerloop.commands.init.task import write_shop

    given = {
        "order_lines": orders, "products": products, "customers": customers, "events": events, "prices": prices,
        "exposures": exposures, "offers": offers, "redemptions": redemptions,
    }  # fmt: skip
    files = {name: place for name, place in given.items() if place is not None}
    if (sample is None) == (not files):
        raise InputError("name your order lines with --orders FILE, or a shop to try with --sample complete-journey")
    if sample is not None:
        path = write_sample(sample, folder)
        say({"config": str(path)}, f"Wrote {path}. Next: offerloop run {path}", as_json)
        return
    named = cast("Mapping[SourceName, str]", files)
    started = write_shop(folder, named, budget, currency, encoding, read_map(columns or (), named), margin)
    say(started.facts, page(started), as_json)
