"""Configured offers as the terms by which a log's model tells them apart, and which of them were shown enough."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace

import numpy as np
import polars as pl

from offerloop.arrays import Floats
from offerloop.errors import EvidenceError
from offerloop.message import Message
from offerloop.offers import ANY_CHANNEL, NO_OFFER, Offer, Unit, Window, offer_form
from offerloop.response.shown.purchases.covered_lines import covered_goods, tells_scope
from offerloop.response.terms import NO_OFFER_TERMS, Coding, Family, OfferTerms

_NOT_DEPTH = (Unit.COUNT, Unit.HOURS, Unit.FLAG, Unit.TEXT, Unit.SCOPE)
"""Units of terms that do not say how much an offer gives."""
FEWEST = 200
"""Exposures that an offer, and giving nothing, must have."""
FEWEST_CUSTOMERS = 50
"""Customers that finished exposures must be of."""
FEWEST_OF_FAMILY = 50
"""Exposures of each of several depths of a discount, and of nothing, that are enough if these have 400 together."""


def terms_of(offer: Offer, columns: Collection[str]) -> OfferTerms:
    """Return the terms of an offer; its depth is a share, or money where no share is taken off.

    `columns` are those of `columns_of_tables`.
    """
    share, most = offer.share_off, float(offer.most_minor or 0)
    goods = covered_goods(offer.covers, columns)
    terms = OfferTerms(offer.offer_id, offer.kind, threshold=float(offer.threshold_minor), goods=goods)
    depth = most or 1.0 if share is None else float(share)
    return replace(terms, depth=depth, most=most, amount=share is None, particulars=_particulars(offer))


def _particulars(offer: Offer) -> Hashable:
    """Return what else two offers may differ in than in kind, depth, threshold and the dates they hold."""
    conditions, window = offer.conditions, offer.conditions.window
    window = replace(window, starts_at=None, ends_at=None) if window.days or window.hours else Window()
    own = tuple(getattr(offer, one.name) for one in offer_form(offer.kind) if one.unit in _NOT_DEPTH)
    others = tuple(getattr(offer, name, ()) for name in ("parts", "methods"))
    return replace(conditions, min_minor=0, window=window), offer.contact.channel, own, others, _amounts(offer)


def _amounts(offer: Offer) -> Hashable:
    """Return what says how much an offer gives and is neither a share nor one amount for each order, its depth."""
    if offer.share_off is not None:
        return ()
    of_unit = getattr(offer, "amount_minor", None) if offer.most_minor is None else None
    others = tuple(getattr(offer, name, None) for name in ("price_minor", "percent", "steps"))
    return of_unit, others, () if _has_one_amount(offer) else getattr(offer, "tiers", ())


def _has_one_amount(offer: Offer) -> bool:
    """Return whether an offer with tiers takes the same amount off each order that reaches its threshold."""
    tiers = list(getattr(offer, "tiers", ()))
    one_tier = len(tiers) == 1 and tiers[0].percent is None and not tiers[0].free_shipping
    return one_tier and not getattr(offer, "each_full", False)


def is_known_from_orders(offer: Offer, columns: Collection[str]) -> bool:
    """Return whether order lines tell which orders an offer holds for, were it not for dates and a code.

    They do not of free shipping by some methods alone.
    """
    plain = type(offer.conditions)()
    conditions = replace(offer.conditions, min_minor=0, window=plain.window, code_needed=False)
    return tells_scope(columns, offer.covers) and conditions == plain and not getattr(offer, "methods", ())


def with_own_ids(offers: Sequence[Offer], columns: Collection[str]) -> tuple[list[Offer], list[Message]]:
    """Return the offers without those whose id stands for others as well, and a note on these: a log holds ids alone.

    Offers that differ in their channel alone are learned as one. Raises EvidenceError where no offer is left.
    """
    terms_by_id: dict[str, set[OfferTerms]] = {}
    for offer in offers:
        by_any_channel = replace(offer, contact=ANY_CHANNEL)
        terms_by_id.setdefault(offer.offer_id, set()).add(terms_of(by_any_channel, columns))
    unclear = sorted(name for name, terms in terms_by_id.items() if len(terms) > 1)
    if not unclear:
        return list(offers), []
    note = Message(
        "several campaigns have different offers with the ids {offers}, so exposures do not say which of them was "
        "shown, and nothing is learned of them; give each an 'id' of its own",
        offers=[f"'{name}'" for name in unclear],
    )
    left = [one for one in offers if one.offer_id not in unclear]
    if not left:
        raise EvidenceError(note)
    return left, [note]


def shown_terms(
    rows: pl.DataFrame, offers: dict[str, Offer], columns: Collection[str], n_same_day: int
) -> tuple[OfferTerms, ...]:
    """Return the terms of nothing and of the offers that were shown often enough.

    `n_same_day` exposures were left out because their customer was shown several things on a day. Raises EvidenceError
    where nothing or no offer was shown often enough, or to too few customers.
    """
    counts = {name: n for name, n in rows["offer_id"].value_counts().iter_rows() if name in (NO_OFFER, *offers)}
    terms_by_offer = {name: terms_of(offers[name], columns) for name in sorted(counts) if name != NO_OFFER}
    in_families = _shown_in_families(terms_by_offer, counts)
    nothing = counts.get(NO_OFFER, 0)
    often = [name for name in terms_by_offer if name in in_families or min(counts[name], nothing) >= FEWEST]
    if not often:
        if n_same_day > rows.height:
            raise EvidenceError(
                Message(
                    "{n} exposures are of customers who were shown several things on one day, so that nobody knows "
                    "what an order followed, and only {left} others are left; log one exposure for each customer and "
                    "day",
                    n=n_same_day,
                    left=rows.height,
                )
            )
        raise EvidenceError(
            Message(
                "the exposures hold {nothing} finished windows in which deliberately nothing was shown and {offers} "
                "configured offers with {least} finished windows each; to learn effects from them both are needed, "
                "{least} of each, so log those who get nothing too",
                nothing=nothing,
                offers=sum(counts[name] >= FEWEST for name in terms_by_offer),
                least=FEWEST,
            )
        )
    if (customers := rows["customer_id"].n_unique()) < FEWEST_CUSTOMERS:
        raise EvidenceError(
            Message(
                "the exposures with finished windows are of {n} customers, too few to learn effects from; log what is "
                "shown to at least {least}",
                n=customers,
                least=FEWEST_CUSTOMERS,
            )
        )
    return (NO_OFFER_TERMS, *(terms_by_offer[name] for name in often))


def _shown_in_families(terms: Mapping[str, OfferTerms], counts: Mapping[str, int]) -> set[str]:
    """Return the offers of families of which several depths, and nothing, were shown often enough together."""
    nothing = counts.get(NO_OFFER, 0)
    families: dict[Family, list[str]] = {}
    for name, offer in terms.items():
        if min(counts[name], nothing) >= FEWEST_OF_FAMILY:
            families.setdefault(offer.family, []).append(name)
    depths = (names for names in families.values() if len(names) > 1)
    return {name for names in depths if sum(map(counts.__getitem__, names)) + nothing >= 2 * FEWEST for name in names}


def weights_of_shown(shown: Coding, offers: Sequence[Offer], columns: Collection[str]) -> dict[str, Floats]:
    """Return the weights of shown offers, and of those between their depths; others are beyond what is known.

    An offer that was shown stands for itself, also beside one with the same terms.
    """
    itself = dict(zip((one.offer_id for one in shown.tested), np.eye(len(shown.tested)), strict=True))
    weights: dict[str, Floats] = {}
    for offer in offers:
        with suppress(EvidenceError):
            own = itself.get(offer.offer_id)
            weights[offer.offer_id] = shown.weights([terms_of(offer, columns)])[:, 0] if own is None else own
    return weights
