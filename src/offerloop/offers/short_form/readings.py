"""What a few words can mean: the terms of each reading, where people use them for different offers."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from offerloop.errors import InputError
from offerloop.message import Message
from offerloop.offers.short_form.amounts import short_percent

_ALWAYS = re.compile(r"\b(?:all|every|alle)\b|全|无门槛|無門檻", re.IGNORECASE)
"""Words that say that something is free whatever else is bought."""
_HALF = Fraction(1, 2)
"""A bare rate from here on is what is paid, as 0.95 is; below, it is as likely what is taken off."""


def meanings(kind: str, terms: Mapping[str, Any], price: str, language: str) -> list[dict[str, Any]]:
    """Return the terms of each reading of a form that was matched; `price` is as it was written.

    Raises InputError for units to pay for that are not fewer than those that are taken.
    """
    if kind == "free":
        return _of_which_free(terms["taken"], terms["get"])
    if kind == "rate":
        return _rates(Fraction(terms["rate"]))
    if kind == "paid":
        return [_paid(terms["count"], terms["paid"])]
    if kind == "bundle" and price.isdecimal() and 0 < int(price) < terms["count"]:
        units = _paid(terms["count"], int(price))
        is_usual = language != "zh" and units["get"] <= units["buy"]  # 3 for 2, and not 10 for 1
        return [units] if is_usual else [units, {"kind": kind, **terms}]
    return [{"kind": kind, **terms}]


def with_shipping(offer: Mapping[str, Any], texts: Sequence[str]) -> list[dict[str, Any]]:
    """Return the terms of each reading of what "+" joins: 满100减20 + 包邮 may free shipping from 100 on, or always.

    `texts` are the parts as they were written.
    """
    parts = offer.get("parts", ())
    if offer["kind"] != "combined" or len(parts) != 2 or len(texts) != 2 or len(offer) > 2:
        return [dict(offer)]
    threshold, other = parts
    if threshold["kind"] != "spend_and_save" or other != {"kind": "free_shipping"} or _ALWAYS.search(texts[1]):
        return [dict(offer)]
    tiers = {"tiers": [{**tier, "free_shipping": True} for tier in threshold.get("tiers", ())]}
    return [{**threshold, **(tiers if tiers["tiers"] else {"free_shipping": True})}, dict(offer)]


def _paid(count: int, paid: int) -> dict[str, Any]:
    if not 0 < paid < count:
        raise InputError(
            Message(
                "of {count} units fewer than {count} and at least 1 must be paid for, not {paid}",
                count=str(count),
                paid=str(paid),
            )
        )
    return _buy_and_get(paid, count - paid)


def _of_which_free(taken: int, free: int) -> list[dict[str, Any]]:
    """买三免一: one of three is free, or one more."""
    more = _buy_and_get(taken, free)
    return [_paid(taken, taken - free), more] if free < taken else [more]


def _buy_and_get(buy: int, get: int) -> dict[str, Any]:
    return {"kind": "buy_x_get_y", "buy": buy, "get": get}


def _rates(rate: Fraction) -> list[dict[str, Any]]:
    paid, off = ({"kind": "coupon", "percent": short_percent(one)} for one in (100 - 100 * rate, 100 * rate))
    return [paid] if rate >= _HALF else [paid, off]
