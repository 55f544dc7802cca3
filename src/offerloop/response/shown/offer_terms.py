"""Configured offers as the terms by which a log's model tells them apart."""

from __future__ import annotations

from collections.abc import Collection, Hashable
from dataclasses import replace

from offerloop.offers import Offer, Unit, offer_form
from offerloop.response.shown.covered_lines import covered_goods, tells_scope
from offerloop.response.terms import OfferTerms

_NOT_DEPTH = (Unit.COUNT, Unit.HOURS, Unit.FLAG, Unit.TEXT, Unit.SCOPE)
"""Units of terms that do not say how much an offer gives."""


def terms_of(offer: Offer, columns: Collection[str]) -> OfferTerms:
    """Return the terms of an offer; its depth is a share, or money where no share is taken off.

    `columns` are those of `columns_of_tables`.
    """
    share, most = offer.share_off, float(offer.most_minor or 0)
    goods = covered_goods(offer.scope, columns)
    terms = OfferTerms(offer.offer_id, offer.kind, threshold=float(offer.threshold_minor), goods=goods)
    depth = most or 1.0 if share is None else float(share)
    return replace(terms, depth=depth, most=most, amount=share is None, particulars=_particulars(offer))


def _particulars(offer: Offer) -> Hashable:
    """Return what else two offers may differ in than in kind, depth, threshold and the dates they hold."""
    conditions, window = offer.conditions, replace(offer.conditions.window, starts_at=None, ends_at=None)
    own = tuple(getattr(offer, one.name) for one in offer_form(offer.kind) if one.unit in _NOT_DEPTH)
    others = tuple(getattr(offer, name, ()) for name in ("parts", "methods"))
    return replace(conditions, min_minor=0, window=window), offer.contact.channel, own, others


def is_known_from_orders(offer: Offer, columns: Collection[str]) -> bool:
    """Return whether order lines tell which orders an offer holds for, were it not for dates and a code.

    They do not of free shipping by some methods alone.
    """
    plain = type(offer.conditions)()
    conditions = replace(offer.conditions, min_minor=0, window=plain.window, code_needed=False)
    return tells_scope(columns, offer.scope) and conditions == plain and not getattr(offer, "methods", ())
