"""Writing the terms of an offer, as far as short forms know them."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from offerloop.errors import InputError
from offerloop.message import Message
from offerloop.offers.base import Offer
from offerloop.offers.form import Unit, form
from offerloop.offers.kinds.bundle import Bundle
from offerloop.offers.kinds.combined import Combined
from offerloop.offers.kinds.coupon import Coupon
from offerloop.offers.kinds.spend_and_save import SpendAndSave
from offerloop.offers.pricing.effects.tiers import Tier
from offerloop.offers.scope import DIMENSIONS, Scope
from offerloop.offers.short_form.added_terms import UNITS
from offerloop.offers.short_form.amounts import short_amount, short_percent


def terms_of(offer: Offer, currency: str) -> dict[str, Any]:
    """The terms of an offer without its id, as far as short forms say them; `further` has words for the others.

    Raises InputError for what neither says, naming the field.
    """
    if isinstance(offer, Coupon) and offer.steps:
        raise InputError(Message("no short form says '{field}'", field="steps"))
    terms: dict[str, Any] = {"kind": offer.kind}
    if isinstance(offer, Bundle | Combined):
        if not offer.scope.is_everything:
            field = next(iter(_scope(offer.scope)))
            raise InputError(Message("no short form says '{field}' beside 'parts'", field=field))
    else:
        terms |= _scope(offer.scope)
    terms |= _own(offer, currency)
    conditions = offer.conditions
    if conditions.min_minor:
        terms["min_spend"] = short_amount(conditions.min_minor, currency)
    if conditions.min_count:
        terms["min_count"] = conditions.min_count
    if conditions.order_number == 1:
        terms["order_number"] = 1
    return terms


def _scope(scope: Scope) -> dict[str, Any]:
    written = {}
    for name in DIMENSIONS:
        names = sorted(getattr(scope, name))
        if names:
            written["on" if name == "categories" else name] = names[0] if len(names) == 1 else names
    return written


def _own(offer: Offer, currency: str) -> dict[str, Any]:
    usual = {one.name: one.default for one in fields(offer)}
    terms: dict[str, Any] = {}
    for term in form(type(offer)):
        value = getattr(offer, term.name)
        if term.written == "on" or value == usual[term.name]:
            continue
        if term.unit is Unit.SCOPE or term.written in UNITS:
            continue
        if term.unit is Unit.MONEY:
            value = short_amount(value, currency)
        if term.unit is Unit.PERCENT:
            value = short_percent(value)
        if term.unit is not Unit.TABLE:
            terms[term.written] = value
    return terms | _tables(offer, currency)


def _tables(offer: Offer, currency: str) -> dict[str, Any]:
    if isinstance(offer, SpendAndSave):
        tiers = [_tier(one, currency, by_count=offer.by_count) for one in offer.tiers]
        return tiers[0] if len(tiers) == 1 else {"tiers": tiers}
    if isinstance(offer, Bundle):
        return {"parts": [{**_scope(scope), "count": count} for scope, count in offer.parts]}
    if isinstance(offer, Combined):
        return {"parts": [terms_of(part, currency) for part in offer.parts]}
    return {}


def _tier(tier: Tier, currency: str, *, by_count: bool) -> dict[str, Any]:
    fields: dict[str, Any] = {"count": tier.least} if by_count else {"spend": short_amount(tier.least, currency)}
    if tier.percent is not None:
        fields["percent"] = short_percent(tier.percent)
    if tier.off_minor:
        fields["save"] = short_amount(tier.off_minor, currency)
    return fields | ({"free_shipping": True} if tier.free_shipping else {})
