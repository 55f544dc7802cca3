"""`offerloop price`: its arguments, and what it prints."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from offerloop.commands.terminal import Json, say


def price(
    basket: Annotated[Path, typer.Argument(help="The basket, in JSON.")],
    offers: Annotated[Path, typer.Option(help="The offers, in TOML or JSON.")],
    now: Annotated[str | None, typer.Option(help="When, such as 2026-11-11T20:00:00+08:00; default: at once.")] = None,
    as_json: Json = False,
) -> None:
    """What a basket costs under offers: every line with what was taken off, and why other offers do not apply."""
    from offerloop.commands.price.page import bill, price_facts
    from offerloop.commands.price.task import price_files

    priced = price_files(basket, offers, now)
    say(price_facts(priced), bill(priced), as_json)
