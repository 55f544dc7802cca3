"""Offers as lines of a text: in words where they say all of an offer, with its id in brackets, else as JSON."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from typing import Any

from offerloop.errors import InputError
from offerloop.locale import ENGLISH
from offerloop.message import Message
from offerloop.offers import SHORT_FORM_LANGUAGES, parse_offer, print_offer, read_offers


def examples(categories: Sequence[str], language: str, currency: str) -> tuple[str, str]:
    """Return two offers in words, the first on a category of the shop where one is known."""
    on = next(iter(categories), "tea")
    coupon = {"kind": "coupon", "on": on, "percent": 20, "max_discount": "5"}
    saving, written_in = {"kind": "spend_and_save", "spend": "30", "save": "5"}, _written_in(language)
    return print_offer(coupon, written_in, currency), print_offer(saving, written_in, currency)


def _written_in(language: str) -> str:
    """Return the language in which offers are written for a reader: their own where it has a short form."""
    return language if language in SHORT_FORM_LANGUAGES else ENGLISH


def line_of(offer: Mapping[str, Any], language: str, currency: str) -> str:
    """Return an offer in words with its id, where they say all of it, else as JSON."""
    plain = {name: value for name, value in offer.items() if name != "id"}
    with suppress(InputError):
        text = print_offer(plain, _written_in(language), currency)
        if read_offers([parse_offer(text, currency)], None, currency) == read_offers([plain], None, currency):
            return f"{text} ({offer['id']})" if "id" in offer else text
    return json.dumps(offer, ensure_ascii=False)


def offers_of(text: str, currency: str, ids: Collection[str] = ()) -> list[dict[str, Any]]:
    """Return the offers of a text with one to a line, of which some are in words with one of the `ids` behind them.

    Raises InputError that names the line.
    """
    offers = []
    for number, line in enumerate(text.splitlines(), 1):
        written = line.strip()
        if not written:
            continue
        try:
            offers.append(_offer_of(written, currency, ids))
        except json.JSONDecodeError:
            raise InputError(Message("line {n} of the offers is no JSON; write the offer in words", n=number)) from None
        except InputError as error:
            raise InputError(Message("line {n} of the offers: {why}", n=number, why=error.message)) from None
    return offers


def _offer_of(line: str, currency: str, ids: Collection[str]) -> dict[str, Any]:
    if line.startswith("{"):
        return dict(json.loads(line))
    own_id = next((one for one in ids if line.endswith(f"({one})")), None)
    if own_id is None:
        return parse_offer(line, currency)
    return {**parse_offer(line.removesuffix(f"({own_id})").strip(), currency), "id": own_id}
