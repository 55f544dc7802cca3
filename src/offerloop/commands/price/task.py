"""`offerloop price`: the price of a basket in JSON under a file of offers."""

from __future__ import annotations

import time
from datetime import datetime

from offerloop.commands.price.findings import PricedBasket
from offerloop.errors import InputError
from offerloop.offers import price, read_basket
from offerloop.workspace import Document, document_name, read_document, read_offers_file

EARLIEST, LATEST = 1970, 9000
"""Years that clocks of all zones can tell."""


def price_files(basket: Document, offers: Document, now: str | datetime | None = None) -> PricedBasket:
    """The price at a moment, which is the present one unless another is said. Raises InputError for a bad file."""
    at = int(time.time()) if now is None else _moment(now)
    offer_set = read_offers_file(offers)
    document = read_document(basket)
    try:
        parsed = read_basket(document)
    except InputError as error:
        raise InputError(f"'{document_name(basket, 'basket')}': {error}") from None
    return PricedBasket.of(price(parsed, offer_set.offers, at, offer_set.policy))


def _moment(written: str | datetime) -> int:
    try:
        at = datetime.fromisoformat(written) if isinstance(written, str) else written
    except ValueError:
        raise InputError(f"--now must be like 2026-11-11T20:00:00+08:00, not '{written}'") from None
    if at.tzinfo is None:
        raise InputError(f"--now needs an offset, such as {written}Z, not '{written}'")
    if not EARLIEST <= at.year <= LATEST:
        raise InputError(f"--now must be in the years {EARLIEST} to {LATEST}, not {at.year}")
    return int(at.timestamp())
