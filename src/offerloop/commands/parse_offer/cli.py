"""`offerloop parse-offer`: its arguments, and what it prints."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from offerloop.commands.terminal import Json, say


def parse_offer(
    text: Annotated[
        str, typer.Argument(help='Offer in a few words, e.g. "满200减20", "200:20" or "20% off over $50, max $15".')
    ],
    currency: Annotated[
        str | None,
        typer.Option(help="Currency of the amounts; default: by the sign in the text, else by its language."),
    ] = None,
    language: Annotated[
        str | None, typer.Option(help="Language that it is printed back in: en or zh; default: both.")
    ] = None,
    reading: Annotated[
        int | None, typer.Option(help="Which reading to take of a text that can mean two offers, e.g. 1.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Turn an offer in a few words into terms for [[offers]].

    The words are English, Chinese or German; they are printed back in English and Chinese.
    """
    from offerloop.commands.parse_offer.task import short_offer

    parsed = short_offer(text, currency, language, reading)
    say(parsed.facts, "\n".join(parsed.lines(getattr(sys.stdout, "encoding", None) or "utf-8")), as_json)
