"""`offerloop price`: the price of a basket in JSON under a file of offers."""

from __future__ import annotations

from datetime import datetime

from offerloop.commands.price.findings import PricedBasket
from offerloop.config import StrPath, as_path, report_language
from offerloop.errors import InputError
from offerloop.message import Message
from offerloop.offers import CodeList, price, read_basket, read_code_list
from offerloop.workspace import (
    Document,
    check_offers_file,
    document_name,
    epoch_second,
    read_document,
    read_offers_file,
)


def price_files(
    basket: Document,
    offers: Document,
    now: str | datetime | None = None,
    language: str | None = None,
    codes: StrPath | None = None,
) -> PricedBasket:
    """The price at a moment, which is the present one unless another is said, in `language`, by default that of the
    basket's currency and products. Raises InputError for a bad file."""
    at = epoch_second(now)
    offer_set = read_offers_file(offers)
    check_offers_file(offer_set, document_name(offers, "offers"))
    document = read_document(basket)
    try:
        parsed = read_basket(document)
    except InputError as error:
        raise InputError(
            Message(
                "'{name}': {error}",
                context="error",
                name=document_name(basket, "basket"),
                error=error.message,
            )
        ) from None
    shown_language = report_language(language, parsed.currency, products=[line.product_id for line in parsed.lines])
    listed = CodeList({}) if codes is None else CodeList.of(read_code_list(as_path(codes)))
    with_offers, presented = listed.read(parsed)
    return PricedBasket.of(price(with_offers, offer_set.offers, at, offer_set.policy), shown_language, presented)
