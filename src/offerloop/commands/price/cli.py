"""`offerloop price`: its arguments, and what it prints."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from offerloop.commands.terminal import Json, Language, say


def price(
    basket: Annotated[Path, typer.Argument(help="Basket: JSON or TOML.")],
    offers: Annotated[Path, typer.Option(help="Offers: TOML or JSON.")],
    now: Annotated[
        str | None, typer.Option(help="Time of the purchase, e.g. 2026-11-11T20:00:00+08:00; default: now.")
    ] = None,
    codes: Annotated[
        Path | None, typer.Option(help="List of codes: CSV with code, offer_id and perhaps customer_id.")
    ] = None,
    language: Language = None,
    as_json: Json = False,
) -> None:
    """Price a basket under the best set of offers.

    Every line shows what was taken off; offers that do not apply say why.
    """
    from offerloop.commands.price.page import bill, price_facts
    from offerloop.commands.price.task import price_files

    priced = price_files(basket, offers, now, language, codes)
    say(price_facts(priced, priced.codes), bill(priced, priced.language, priced.codes), as_json)
