"""What a few words can mean: the terms of each reading, where people use them for different offers."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from copy import deepcopy
from fractions import Fraction
from itertools import pairwise
from typing import Any

from offerloop.errors import InputError
from offerloop.message import Message
from offerloop.offers.short_form.amounts import short_percent

_ALWAYS = re.compile(r"\b(?:all|every|alle)\b|全(?![^,，]{0,3}[通可适適参參])|无门槛|無門檻", re.IGNORECASE)
"""Words that say that something is free whatever else is bought; 全场通用 says where an offer can be used."""
_LEAST = {"min_spend", "min_count"}
"""Conditions that say from where on all parts hold."""
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


def check_tiers(tiers: Sequence[Mapping[str, Any]]) -> None:
    """Raises InputError where a tier says less than one before it: 满100减20，满200包邮 keeps the 20 off."""
    for tier, behind in pairwise(tiers):
        if any(tier.keys() & what and not behind.keys() & what for what in ({"save", "percent"}, {"free_shipping"})):
            raise InputError(
                Message(
                    "of several tiers one alone counts, so each says all that it gives, as in '$20 off over $100, "
                    "$20 off and free shipping over $200' (满100减20，满200减20包邮); else write two offers"
                )
            )


def cap_can_bind(terms: Mapping[str, Any]) -> bool:
    """Return whether a cap is not above all that is taken off, as in 满100减20，最高减60; true where there is none."""
    rows = terms.get("tiers", [terms])
    once = [Fraction(row[name]) for row in rows for name in ("save", "amount") if name in row]
    can_be_more = terms.keys() & {"each_full", "each_unit", "cheapest"} or any("percent" in row for row in rows)
    if "max_discount" not in terms or can_be_more or not once:
        return True
    return Fraction(terms["max_discount"]) <= max(once)


def capped(terms: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the terms of each reading of an offer: 满100减20，最高减60 may be 每满100减20, as the cap does not bind.

    Raises InputError for a cap that does not bind where nothing else can be meant.
    """
    if cap_can_bind(terms):
        return [dict(terms)]
    if "save" not in terms:
        raise InputError(
            Message(
                "a cap of {cap} is above all that is taken off; leave it out, or write '$5 off every $20, max $20' "
                "(每满20减5，最高减20)",
                cap=str(terms["max_discount"]),
            )
        )
    once = {name: value for name, value in terms.items() if name != "max_discount"}
    return [{**terms, "each_full": True}, once]


def with_shipping(offer: Mapping[str, Any], texts: Sequence[str]) -> list[dict[str, Any]]:
    """Return the terms of each reading of what "+" joins: 满100减20 + 包邮 may free shipping from 100 on, or always.

    `texts` are the parts as they were written.
    """
    place = shipping_behind_threshold(offer)
    if place is None or len(offer["parts"]) != len(texts) or _ALWAYS.search(texts[place]):
        return [dict(offer)]
    parts = [deepcopy(part) for number, part in enumerate(offer["parts"]) if number != place]
    threshold = next(part for part in reversed(parts[:place]) if part["kind"] == "spend_and_save")
    for tier in threshold.get("tiers", [threshold]):
        tier["free_shipping"] = True
    conditions = {name: value for name, value in offer.items() if name not in ("kind", "parts")}
    from_there_on = parts[0] if len(parts) == 1 else {"kind": "combined", "parts": parts}
    return [{**from_there_on, **conditions}, dict(offer)]


def shipping_behind_threshold(offer: Mapping[str, Any]) -> int | None:
    """Return the place of the part that is free shipping without terms behind a threshold on which it may depend.

    There is none where the offer says from where on all of its parts hold.
    """
    parts = [] if _LEAST & offer.keys() else offer.get("parts", [])
    kinds = [part.get("kind") for part in parts]
    places = (place for place, part in enumerate(parts) if part == {"kind": "free_shipping"})
    return next((place for place in places if "spend_and_save" in kinds[:place]), None)


def _paid(count: int, paid: int) -> dict[str, Any]:
    if not 0 < paid < count:
        raise InputError(
            Message(
                "'{count} for the price of {paid}' is no offer; at least 1 unit is paid for, and fewer than are taken",
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
