"""From the terms written in a configuration to offers."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

from offerloop.catalogue import Catalogue
from offerloop.errors import InputError, near_miss
from offerloop.money import exact_share, to_minor
from offerloop.offers.base import NO_OFFER, Assumption, Contact, Offer

OFFER_KINDS = Catalogue(
    "offer kind",
    {
        "coupon": "offerloop.offers.coupon:read_coupon",
        "spend_and_save": "offerloop.offers.spend_and_save:read_spend_and_save",
        "flash_sale": "offerloop.offers.flash_sale:read_flash_sale",
        "benefit": "offerloop.offers.benefit:read_benefit",
    },
)


_CLOCK = re.compile(r"^([01]\d|2[0-3]):[0-5]\d$")


class Terms:
    """The written terms of one offer, read field by field; every field must be asked for once."""

    def __init__(self, written: Mapping[str, Any], currency: str) -> None:
        self.currency = currency
        self._written = dict(written)
        self._asked: set[str] = set()

    def get(self, field: str, default: Any = None) -> Any:  # noqa: ANN401 - whatever TOML holds
        """The field as written, or the default."""
        self._asked.add(field)
        return self._written.get(field, default)

    def need(self, field: str) -> Any:  # noqa: ANN401 - whatever TOML holds
        """The field as written; InputError when it is missing."""
        if self.get(field) is None:
            raise InputError(f"an offer of kind '{self._written['kind']}' needs the field '{field}'")
        return self._written[field]

    def money(self, field: str) -> int:
        """A required amount above zero, in minor units."""
        amount = to_minor(self.need(field), self.currency)
        if amount <= 0:
            raise InputError(f"'{field}' must be above zero, not {self._written[field]}")
        return amount

    def share(self, field: str, default: str = "0") -> Fraction:
        """A share between 0 and 1."""
        try:
            share = exact_share(self.get(field, default))
        except (ValueError, ZeroDivisionError):
            raise InputError(f"'{field}' must be a number from 0 to 1, not '{self.get(field)}'") from None
        if not 0 <= share <= 1:
            raise InputError(f"'{field}' must be from 0 to 1, not {self.get(field)}")
        return share

    def percents(self, field: str) -> list[Fraction]:
        """One percentage or several, each between 0 and 100."""
        written = self.need(field)
        return [_percent(field, value) for value in (written if isinstance(written, list) and written else [written])]

    def percent(self, field: str) -> Fraction:
        """A required percentage between 0 and 100."""
        return _percent(field, self.need(field))

    def whole(self, field: str) -> int:
        """A required whole number of at least 1."""
        number = self.need(field)
        if type(number) is not int or number < 1:
            raise InputError(f"'{field}' must be a whole number of at least 1, not {number}")
        return number

    def text(self, field: str, default: str) -> str:
        """Text, not empty."""
        text = self.get(field, default)
        if not isinstance(text, str) or not text:
            raise InputError(f"'{field}' must be text, not '{text}'")
        return text

    def assumption(self) -> Assumption | None:
        """The expectation under `assumed`, if any."""
        written = self.get("assumed")
        if written is None:
            return None
        if not isinstance(written, Mapping):
            raise InputError(
                f"'assumed' must be a table with 'p_redeem' and either 'value' or 'incremental', not '{written}'"
            )
        inner = Terms({"kind": self._written["kind"], **written}, self.currency)
        inner.need("p_redeem")
        if (inner.get("value") is None) == (inner.get("incremental") is None):
            raise InputError("'assumed' needs either 'value' (an amount) or 'incremental' (a share of redemptions)")
        value = None if inner.get("value") is None else to_minor(inner.get("value"), self.currency)
        incremental = None if inner.get("incremental") is None else inner.share("incremental")
        found = Assumption(inner.share("p_redeem"), value, incremental)
        inner.finish()
        return found

    def contact(self) -> Contact:
        """Channel, cost and quiet hours, if any."""
        written = self.get("quiet_hours")
        hours = [] if written is None else str(written).split("-")
        if written is not None and (len(hours) != 2 or not all(map(_CLOCK.match, hours))):
            raise InputError(f"'quiet_hours' must be like \"21:00-08:00\", not '{written}'")
        cost = 0 if self.get("contact_cost") is None else to_minor(self.get("contact_cost"), self.currency)
        if cost < 0:
            raise InputError(f"'contact_cost' must not be below zero, and is {self.get('contact_cost')}")
        quiet = (hours[0], hours[1]) if hours else None
        return Contact(self.text("channel", "any"), cost, quiet)

    def finish(self) -> None:
        """Raise InputError for a field that nobody asked for."""
        for field in self._written:
            if field not in self._asked and field != "kind":
                hint = near_miss(field, self._asked)
                raise InputError(f"an offer of kind '{self._written['kind']}' has no field '{field}'{hint}")


def _percent(field: str, written: object) -> Fraction:
    try:
        percent = Fraction(str(written))
    except (ValueError, ZeroDivisionError):
        raise InputError(f"'{field}' must be a number, not '{written}'") from None
    if not 0 < percent < 100:
        raise InputError(f"'{field}' must be between 0 and 100, not {written}")
    return percent


def read_offers(
    written: Sequence[Mapping[str, Any]],
    categories: Sequence[str],
    currency: str,
    listed: Sequence[Mapping[str, Any]] = (),
) -> list[Offer]:
    """All offers of a campaign. Raises InputError for unknown kinds and fields, and for an id that is taken.

    Those `listed` in a table of the shop's keep the id that it has there, because logs of shown offers name it.
    """
    offers = [offer for one in written for offer in _read(one, categories, currency)]
    for one in listed:
        found = _read(one, categories, currency)
        offers += [replace(found[0], offer_id=str(one["id"]))] if len(found) == 1 else found
    ids = [offer.offer_id for offer in offers]
    if NO_OFFER in ids:
        raise InputError(f"the id '{NO_OFFER}' stands for giving nothing; choose another")
    for offer_id in ids:
        if ids.count(offer_id) > 1:
            raise InputError(f"two offers have the id '{offer_id}'; give each its own 'id'")
    return offers


def _read(written: Mapping[str, Any], categories: Sequence[str], currency: str) -> list[Any]:
    """One entry, which may stand for several offers."""
    terms = Terms(written, currency)
    read = OFFER_KINDS.load(str(terms.need("kind") if "kind" in written else ""))
    found: list[Any] = read(terms, categories)
    terms.finish()
    return found
