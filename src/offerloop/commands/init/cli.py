"""`offerloop init`: its arguments, and what it prints."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from offerloop.commands.terminal import Json, Language, say


def init(
    folder: Annotated[Path, typer.Argument(help="Folder to write the shop to.")] = Path("shop"),
    orders: Annotated[
        str | None, typer.Option(help="Order lines: CSV, Excel, Parquet, or a database as URL#table or URL#query.")
    ] = None,
    join: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FILE",
            help="Further file whose columns belong to the order lines, such as orders with customer and time; "
            "repeatable.",
        ),
    ] = None,
    products: Annotated[str | None, typer.Option(help="Products, one row each.")] = None,
    customers: Annotated[str | None, typer.Option(help="Customers, one row each.")] = None,
    events: Annotated[
        str | None, typer.Option(help="Products that customers viewed, put into the cart or rated.")
    ] = None,
    prices: Annotated[str | None, typer.Option(help="Shelf prices of products by day or week.")] = None,
    exposures: Annotated[str | None, typer.Option(help="Offers that customers were shown.")] = None,
    offers: Annotated[str | None, typer.Option(help="Your own offers, one row each; default: assumed ones.")] = None,
    redemptions: Annotated[str | None, typer.Option(help="Offers that customers redeemed.")] = None,
    budget: Annotated[str | None, typer.Option(help="Budget: the most that the plan may cost, e.g. 1000.00.")] = None,
    currency: Annotated[
        str | None, typer.Option(help="ISO code of the currency; default: recognised from the data.")
    ] = None,
    margin: Annotated[
        str | None,
        typer.Option(help="Margin as a share of the list price, before offers, e.g. .35 or 35%; default: .30."),
    ] = None,
    columns: Annotated[
        list[str] | None,
        typer.Option(
            "--map",
            metavar="NAME=COLUMN",
            help="Column of your file for a name, e.g. customer_id=Member or products.category=Group; repeatable.",
        ),
    ] = None,
    encoding: Annotated[
        str | None, typer.Option(help="Encoding of all CSV files, e.g. gb18030; default: recognised.")
    ] = None,
    sample: Annotated[
        str | None, typer.Option(help="Sample shop to write instead of one from files: complete-journey.")
    ] = None,
    language: Language = None,
    as_json: Json = False,
) -> None:
    """Write a commented configuration from your files, or a sample."""
    from offerloop.commands.init.page import page
    from offerloop.commands.init.request import InitRequest
    from offerloop.commands.init.request import init as write_configuration

    places = {
        "order_lines": orders, "products": products, "customers": customers, "events": events, "prices": prices,
        "exposures": exposures, "offers": offers, "redemptions": redemptions,
    }  # fmt: skip
    files = {name: place for name, place in places.items() if place is not None}
    request = InitRequest(files, budget, currency, margin, columns or (), encoding, sample, language, join or ())
    started = write_configuration(folder, request)
    say(started.facts, page(started), as_json)
