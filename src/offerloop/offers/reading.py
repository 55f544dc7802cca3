"""Reading offers from the terms written in a configuration or a file."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from offerloop.errors import InputError
from offerloop.message import Message
from offerloop.offers.base import EACH_CATEGORY, NO_OFFER, Offer
from offerloop.offers.form import Term, form
from offerloop.offers.pricing.basket_reading import known_currency
from offerloop.offers.terms import WrittenTerms
from offerloop.part_catalogue import Catalogue

OFFER_KINDS = Catalogue(
    "offer kind",
    {
        "coupon": "offerloop.offers.kinds.coupon:read_coupon",
        "spend_and_save": "offerloop.offers.kinds.spend_and_save:read_spend_and_save",
        "flash_sale": "offerloop.offers.kinds.flash_sale:read_flash_sale",
        "buy_x_get_y": "offerloop.offers.kinds.buy_x_get_y:read_buy_x_get_y",
        "bundle": "offerloop.offers.kinds.bundle:read_bundle",
        "gift": "offerloop.offers.kinds.gift:read_gift",
        "free_shipping": "offerloop.offers.kinds.free_shipping:read_free_shipping",
        "combined": "offerloop.offers.kinds.combined:read_combined",
        "benefit": "offerloop.offers.kinds.benefit:read_benefit",
    },
)
OFFER_KIND_NAMES = {
    "coupon": Message("coupon", context="offer kind"),
    "spend_and_save": Message("spend and save", context="offer kind"),
    "flash_sale": Message("flash sale", context="offer kind"),
    "buy_x_get_y": Message("buy X, get Y", context="offer kind"),
    "bundle": Message("bundle", context="offer kind"),
    "gift": Message("gift", context="offer kind"),
    "free_shipping": Message("free shipping", context="offer kind"),
    "combined": Message("combined offer", context="offer kind"),
    "benefit": Message("benefit", context="offer kind"),
}
"""What readers call the kinds of offer that come with us."""


def read_offers(
    written: Sequence[Mapping[str, Any]],
    categories: Sequence[str] | None,
    currency: str,
    listed: Sequence[Mapping[str, Any]] = (),
    *,
    is_numbered: bool = False,
    zone: str = "UTC",
    of_the_past: bool = False,
) -> list[Offer]:
    """Read all offers of a campaign. Raises InputError for unknown kinds and fields, and for an id that is taken.

    Without known categories every offer is read as it stands, one for each. Those `listed` in a table of the shop's
    keep the id that it has there, because logs of shown offers name it, and an error says it. Where they are numbered,
    an error says at which one it is. `zone` is the time zone of offers without a `timezone`. Offers `of_the_past` are
    kept with orders and runs, and may have what limits nothing, such as empty lists, which is refused otherwise.
    """
    offers = list[Offer]()
    for place, entry in enumerate(written, 1):
        read_entry = partial(_read, entry, categories, currency, zone, of_the_past=of_the_past)
        offers += _numbered(place, entry, read_entry) if is_numbered else read_entry()
    for terms in listed:
        read = _from_list(terms, categories, currency, zone)
        offers += [_named(read[0], str(terms["id"]))] if len(read) == 1 else read
    _check_ids(offers)
    return offers


def _check_ids(offers: Sequence[Offer]) -> None:
    offer_ids = {NO_OFFER}
    for offer in offers:
        if offer.offer_id == NO_OFFER:
            raise InputError(
                Message("the id '{offer_id}' stands for giving nothing; choose another", offer_id=NO_OFFER)
            )
        if offer.offer_id in offer_ids:
            raise InputError(
                Message("two offers have the id '{offer_id}'; give each its own 'id'", offer_id=offer.offer_id)
            )
        offer_ids.add(offer.offer_id)


def _numbered(number: int, written: Mapping[str, Any], read: Callable[[], list[Offer]]) -> list[Offer]:
    """Return the offers of an entry. Raises InputError that says its number and its id."""
    try:
        return read()
    except InputError as error:
        name = f" ('{written['id']}')" if isinstance(written.get("id"), str) else ""
        numbered = InputError(
            Message("offer {place}{name}: {error}", context="error", place=str(number), name=name, error=error.message)
        )
        numbered.field = error.field
        raise numbered from None


def _from_list(terms: Mapping[str, Any], categories: Sequence[str] | None, currency: str, zone: str) -> list[Offer]:
    """Return the offers of a row of a table. Raises InputError that says its id."""
    try:
        return _read(terms, categories, currency, zone)
    except InputError as error:
        raise InputError(
            Message("offer '{id}': {error}", context="error", id=str(terms["id"]), error=error.message)
        ) from None


def _named(offer: Offer, offer_id: str) -> Offer:
    others = tuple(replace(one, offer_id=offer_id) for one in offer.other_currencies)
    return replace(offer, offer_id=offer_id, other_currencies=others)


def _read(
    written: Mapping[str, Any],
    categories: Sequence[str] | None,
    currency: str,
    zone: str,
    *,
    of_the_past: bool = False,
) -> list[Offer]:
    """One entry, which may stand for several offers. Raises InputError that names the field."""
    terms = WrittenTerms(written, currency, zone=zone, of_the_past=of_the_past)
    offers = _as_written(terms, categories)
    others = [_as_written(terms.in_currency(one), categories) for one in sorted(terms.currencies - {currency})]
    if not others:
        return offers
    return [replace(one, other_currencies=tuple(same)) for one, *same in zip(offers, *others, strict=True)]


def _as_written(terms: WrittenTerms, categories: Sequence[str] | None) -> list[Offer]:
    """Return the offers of an entry with their amounts in the currency of its terms."""
    try:
        read = OFFER_KINDS.load(str(terms.need("kind") if "kind" in terms.written else ""))
        offers: list[Offer] = read(terms, categories)
        if categories is not None:
            offers = [each for one in offers for each in _of_each_category(one, categories)]
        terms.currencies.update(map(known_currency, terms.names("currencies", may_be_empty=True)))
        terms.finish()
    except InputError as error:
        error.field = terms.reading
        raise
    return offers


def _of_each_category(offer: Offer, categories: Sequence[str]) -> Sequence[Offer]:
    """Return an offer that is on "each category" once for every known one."""
    if EACH_CATEGORY not in offer.scope.categories:
        return [offer]
    return [
        replace(offer, offer_id=f"{offer.offer_id} {category}", scope=scope)
        for scope in offer.scope.of_each(categories)
        for category in scope.categories
    ]


def named_categories(written: Sequence[Mapping[str, Any]]) -> set[str]:
    """Return the categories that written offers are on by name."""
    scopes = [one.get("on") for one in written]
    names = [name for on in scopes for name in (on if isinstance(on, list) else [on])]
    return {name for name in names if isinstance(name, str)} - {EACH_CATEGORY}


def offer_form(kind: str) -> tuple[Term, ...]:
    """Return the fields that a kind of offers has of its own. Raises ConfigError for an unknown kind."""
    OFFER_KINDS.load(kind)
    return next((form(one) for one in Offer.__subclasses__() if one.kind == kind), ())


def read_one(terms: WrittenTerms, offer_id: str) -> Offer:
    """One offer as it stands; its id unless it has one."""
    read = OFFER_KINDS.load(str(terms.get("kind") or ""))
    (offer,) = read(terms.named(offer_id), None)
    terms.finish()
    return offer
