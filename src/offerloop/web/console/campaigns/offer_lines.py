"""Offers as lines of a text: in words where they say all of an offer, with its id in brackets, else as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from offerloop.errors import InputError
from offerloop.locale import ENGLISH
from offerloop.message import Message, Share
from offerloop.money import exact_share
from offerloop.offers import SHORT_FORM_LANGUAGES, parse_offer, print_offer, read_offers
from offerloop.report import Localizer


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


def shown_line(offer: Mapping[str, Any], _: Localizer, currency: str) -> str:
    """Return an offer for readers: as `line_of`, with what is expected of it in words."""
    assumed = offer.get("assumed")
    if not isinstance(assumed, Mapping) or set(assumed) != {"p_redeem", "incremental"}:
        return line_of(offer, _.language, currency)
    return _(
        "{offer}, expected: {redeem} of its customers redeem it, {incremental} of these purchases are additional",
        offer=line_of({name: term for name, term in offer.items() if name != "assumed"}, _.language, currency),
        redeem=Share(float(exact_share(assumed["p_redeem"]))),
        incremental=Share(float(exact_share(assumed["incremental"]))),
    )


@dataclass(frozen=True)
class OfferLines:
    """Reads offers of which one stands on each line, in words or as JSON."""

    language: str
    currency: str
    before: Sequence[Mapping[str, Any]]
    """The offers that the text was made from: one whose line was left as it is stays as it was written."""
    check: Callable[[Mapping[str, Any]], None]
    """Raises InputError for what is no offer of the campaign."""

    def read(self, text: str) -> list[dict[str, Any]]:
        """Return the offers of a text. Raises InputError that names the line."""
        kept = {line_of(one, self.language, self.currency): dict(one) for one in self.before}
        offers = []
        for number, line in enumerate(text.splitlines(), 1):
            written = line.strip()
            if not written:
                continue
            try:
                offer = kept[written] if written in kept else self._offer_of(written)
                self.check(offer)
            except InputError as error:
                raise InputError(Message("line {n} of the offers: {why}", n=number, why=error.message)) from None
            except (ValueError, RecursionError):  # also for numbers and brackets beyond what Python reads
                no_json = Message("line {n} of the offers is no JSON; write the offer in words", n=number)
                raise InputError(no_json) from None
            offers.append(offer)
        return offers

    def _offer_of(self, line: str) -> dict[str, Any]:
        if line.startswith("{"):
            return dict(json.loads(line))
        ids = (str(one["id"]) for one in self.before if "id" in one)
        own_id = next((one for one in ids if line.endswith(f"({one})")), None)
        if own_id is None:
            return parse_offer(line, self.currency)
        return {**parse_offer(line.removesuffix(f"({own_id})").strip(), self.currency), "id": own_id}
