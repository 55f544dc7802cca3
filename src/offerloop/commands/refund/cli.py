"""`offerloop refund`: its arguments, and what it prints."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from offerloop.commands.terminal import Json, Language, say
from offerloop.errors import InputError
from offerloop.message import Message


def refund(
    returned: Annotated[
        list[str],
        typer.Option(
            "--return",
            metavar="PRODUCT=UNITS",
            help="Units that come back now, e.g. tea=1; @2=1 for the second line. Repeatable.",
        ),
    ],
    basket: Annotated[
        Path | None, typer.Argument(help="Basket that was bought: JSON or TOML, or what `price --json` printed.")
    ] = None,
    before: Annotated[
        list[str] | None,
        typer.Option(metavar="PRODUCT=UNITS", help="Units that came back before, e.g. tea=1. Repeatable."),
    ] = None,
    given_back: Annotated[
        str | None,
        typer.Option(
            help="Sum of the refunds before, e.g. 30.00; needed with --before where what stays is priced again."
        ),
    ] = None,
    offers: Annotated[Path | None, typer.Option(help="Offers under which it was bought: TOML or JSON.")] = None,
    now: Annotated[
        str | None, typer.Option(help="Time of the purchase, e.g. 2026-11-11T20:00:00+08:00; default: now.")
    ] = None,
    codes: Annotated[
        Path | None, typer.Option(help="List of codes: CSV with code, offer_id and perhaps customer_id.")
    ] = None,
    rule: Annotated[str | None, typer.Option(help="Rule: kept or repriced; default: both.")] = None,
    order: Annotated[str | None, typer.Option(help="Id of an order of the service, instead of a basket.")] = None,
    shop: Annotated[Path | None, typer.Option(help="Folder of the shop that the order belongs to.")] = None,
    store: Annotated[str | None, typer.Option(help="URL of the order's database; default: that of [data].")] = None,
    language: Language = None,
    as_json: Json = False,
) -> None:
    """Calculate the refund for units that come back.

    There are two rules: discounts are kept, or the units that stay are priced again. Nothing is changed in the shop.
    """
    from offerloop.commands.refund.page import refund_facts, refund_text
    from offerloop.commands.refund.task import refund_basket, refund_order

    if (basket is None) == (order is None):
        raise InputError(Message("name either a basket or an --order of the service"))
    if basket is not None and (shop is not None or store is not None):
        raise InputError(Message("--shop and --store go with an --order of the service"))
    if basket is not None:
        counted = refund_basket(basket, returned, offers, now, before or [], rule, language, codes, given_back)
    elif offers is not None or now is not None or codes is not None:
        raise InputError(
            Message("--offers, --now and --codes go with a basket; an order of the service has its own already")
        )
    elif before or given_back is not None:
        raise InputError(
            Message("--before and --given-back go with a basket; the service knows what came back of an order")
        )
    elif shop is None or order is None:
        raise InputError(Message("an --order needs its --shop, the folder that 'offerloop serve' has"))
    else:
        counted = refund_order(shop, order, returned, store, rule, language)
    say(refund_facts(counted), refund_text(counted), as_json)
