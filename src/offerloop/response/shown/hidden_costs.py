"""Costs of offers that no order line shows.

A gift, a benefit and free shipping take nothing off an order line, so that orders would say that they cost nothing:
each order that such an offer holds for counts at the most that it can cost. So do those of an offer of an amount where
no order has a coupon. Other offers without any coupon have no known cost. Coupons that customers use after nothing as
well are not those of an offer. Liabilities count one use of each offer, so this module also tells with which of them
customers took off more.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np
import polars as pl

from offerloop.arrays import Bools, Floats, Ints
from offerloop.config import Config, Listed
from offerloop.engine import Frame, collect
from offerloop.errors import EvidenceError
from offerloop.message import Message
from offerloop.offers import Offer
from offerloop.response.shelf.lines import all_categories
from offerloop.response.shown.offer_terms import is_known_from_orders, terms_of
from offerloop.response.shown.purchases.covered_lines import stored_goods
from offerloop.response.shown.purchases.exposure_windows import (
    OfferScope,
    list_value,
    orders_of_goods,
    scope_days,
    sums_between,
)
from offerloop.response.shown.purchases.sales_before import Before
from offerloop.response.terms import CoveredGoods, OfferTerms

NEVER_IN_ORDERS = ("gift", "benefit", "free_shipping")
"""Kinds of offers that no order line shows; coupons after them are those of others."""
FEWEST_ORDERS = 500
"""Orders that an offer holds for, of which not one has a coupon, that show its coupons not to be known: where one order
in a hundred used it, fewer than one log in a hundred would look like that. Where many coupons are used after nothing,
so that only a surplus tells, an offer that few use may look so, too."""
OFTEN = 0.01
"""Share of the windows in which an offer was used and took off more than it can that is no mere mistake."""
SURELY = 2.0
"""Standard errors by which more is taken off after an offer than after nothing, if it has coupons."""
ROUNDING = 1.0
"""Minor units."""


def hidden_costs(
    coupon: Floats, rows: pl.DataFrame, action: Ints, before: Before, terms: Sequence[OfferTerms]
) -> Floats:
    """Return the most (n,) that offers cost in the windows of rows of which no `coupon` (n,) says so; 0 elsewhere."""
    hidden, shows = np.zeros(len(coupon)), _show_coupons(coupon, rows, action, before, terms)
    for place, offer in enumerate(terms):
        own = action == place
        if offer.amount and offer.most and (offer.kind in NEVER_IN_ORDERS or not shows[place]):
            hidden[own] = offer.most * _orders(rows.filter(own), before, offer)
    return hidden


def _show_coupons(
    coupon: Floats, rows: pl.DataFrame, action: Ints, before: Before, terms: Sequence[OfferTerms]
) -> Bools:
    """(offers,): whether anything was taken off after each offer.

    Where coupons are used after nothing as well, more often than by mistake, whether surely more of what was bought
    was, by sums of customers as in `events.prices.offer_discounts`, or somebody took off the offer's amount, and nobody
    as much after nothing.
    """
    plain, n_offers = action == 0, len(terms)
    if not plain.any() or np.mean(coupon[plain] != 0) <= OFTEN:
        return np.bincount(action, coupon != 0, n_offers) > 0
    bought, whose = list_value(before.days, rows), (rows["customer_id"].rank("dense") - 1).cast(pl.Int64).to_numpy()
    left = coupon - bought * coupon[plain].sum() / max(bought[plain].sum(), 1.0)
    times = np.bincount(action, bought, n_offers) / max(bought[plain].sum(), 1.0)
    sums = [np.bincount(whose, left * ((action == place) - times[place] * plain)) for place in range(n_offers)]
    is_surely_more = np.array([one.sum() > SURELY * np.sqrt((one**2).sum()) for one in sums])
    return is_surely_more | np.array([_show_amount(coupon, action, place, one) for place, one in enumerate(terms)])


def _show_amount(coupon: Floats, action: Ints, place: int, offer: OfferTerms) -> bool:
    """Whether somebody took the amount of an offer off after it, and nobody as much after nothing."""
    takes_all = coupon >= offer.most - ROUNDING
    return bool(offer.amount and offer.most and takes_all[action == place].any() and not takes_all[action == 0].any())


def offers_of_unseen_cost(config: Config, products: Frame, listed: Listed) -> list[Offer]:
    """Return the offers of all campaigns that cost money of which order lines show nothing; `listed` as in `Config`."""
    own = [one.model_copy(update={"offers": _unseen(one.offers)}) for one in config.campaigns if not one.budget_unit]
    listed = _unseen(listed)
    if not listed and not any(one.offers for one in own):
        return []
    categories = all_categories(products)
    offers = (offer for one in own for offer in config.offers_of(one, categories, listed))
    return [one for one in offers if one.most_minor != 0]


def _unseen(written: Listed) -> Listed:
    return [one for one in written if one.get("kind") in NEVER_IN_ORDERS]


@dataclass(frozen=True)
class UnseenCost:
    """What an offer costs us of which order lines show nothing."""

    offer_id: str
    goods: CoveredGoods
    threshold: float
    """Which orders it holds for; see `OfferTerms`."""
    minor: float | None
    """The most with each of these orders; None where nothing limits it, or orders do not say which it holds for."""

    @classmethod
    def of(cls, offer: Offer, columns: Collection[str]) -> UnseenCost:
        """Take it from an offer of `offers_of_unseen_cost`; `columns` are those of `columns_of_tables`."""
        terms, share = terms_of(offer, columns), 1 - float(offer.funded_share)
        is_limited = bool(offer.most_minor) and is_known_from_orders(offer, columns)
        minor = share * terms.most if is_limited or not share else None
        return cls(offer.offer_id, terms.goods, terms.threshold, minor)

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> UnseenCost:
        """Take it from what a journal holds of it."""
        return cls(**{**stored, "goods": stored_goods(stored["goods"])})


@dataclass(frozen=True, eq=False)
class UnseenCosts:
    """Our part of what those of some offers cost that no order line shows, wherever they are given."""

    costs: tuple[UnseenCost, ...]
    """The costs of the offers that count."""
    days: Mapping[OfferScope, pl.DataFrame]
    """Running sums of the orders that they hold for."""

    @classmethod
    def of(
        cls, costs: Iterable[UnseenCost], order_lines: Frame, products: Frame, ids: Frame, *, coupons_apart: bool
    ) -> UnseenCosts:
        """Build it from costs, of which some may not be known and count for nothing, and the orders of `ids`.

        `coupons_apart`: whether the discounts of order lines hold no coupons.
        """
        counted = tuple(one for one in costs if one.minor)
        scopes = {(one.goods, one.threshold) for one in counted}
        if not scopes:
            return cls(counted, {})
        goods = {one for one, _ in scopes}
        orders = orders_of_goods(order_lines, products, ids, goods, coupons_apart=coupons_apart)
        return cls(counted, scope_days(orders, scopes))

    def of_rows(self, rows: pl.DataFrame) -> Floats:
        """(n,): of rows with customer_id, offer_id, shown_day and until_day; 0 for other offers."""
        costs = np.zeros(rows.height)
        for cost in self.costs:
            own = (rows["offer_id"] == cost.offer_id).to_numpy()
            costs[own] = (cost.minor or 0.0) * _orders_of(rows.filter(own), self.days[cost.goods, cost.threshold])
        return costs


def offers_counted_at_most(offers: Sequence[Offer], columns: Collection[str]) -> list[str]:
    """Return the ids of offers of which more orders are counted than may have had them: conditions are not known."""
    unseen = (one for one in offers if one.kind in NEVER_IN_ORDERS and one.most_minor)
    return sorted(one.offer_id for one in unseen if not is_known_from_orders(one, columns))


def offers_of_unknown_cost(
    coupon: Floats, rows: pl.DataFrame, action: Ints, before: Before, terms: Sequence[OfferTerms]
) -> list[str]:
    """Return the ids of offers after which orders that they hold for have no coupon at all, or none beyond those after
    nothing."""
    names, shows = list[str](), _show_coupons(coupon, rows, action, before, terms)
    for place, offer in enumerate(terms[1:], start=1):
        if not shows[place] and _orders(rows.filter(action == place), before, offer).sum() >= FEWEST_ORDERS:
            names.append(offer.offer_id)
    return names


def offers_used_beyond_their_most(
    coupon: Floats, action: Ints, terms: Sequence[OfferTerms], *, is_seen: bool = True
) -> list[str]:
    """Return the ids of offers with which customers took off more in a window than one order can, beside coupons as
    large as nearly all of those after nothing.

    If not `is_seen`, of those that no order line shows, whose orders are counted: see `hidden_costs`.
    """
    names, plain = list[str](), coupon[action == 0]
    of_others = float(np.quantile(plain, 1 - OFTEN)) if plain.size else 0.0
    for place, offer in enumerate(terms):
        used = coupon[(action == place) & (coupon > 0)]
        if (
            offer.most
            and (offer.kind not in NEVER_IN_ORDERS) == is_seen
            and (used > offer.most + of_others + ROUNDING).sum() > OFTEN * len(used)
        ):
            names.append(offer.offer_id)
    return names


def _orders(rows: pl.DataFrame, before: Before, offer: OfferTerms) -> Floats:
    """(n,): orders in the windows of rows that the offer holds for."""
    return _orders_of(rows, before.by_scope.get((offer.goods, offer.threshold), before.days))


def _orders_of(rows: pl.DataFrame, days: pl.DataFrame) -> Floats:
    sums = sums_between(days, rows, pl.col("shown_day"), pl.col("until_day"), ("n_orders",))
    return np.asarray(sums["n_orders"].to_numpy(), dtype=np.float64)


def check_costs_are_seen(order_lines: Frame, offers: Sequence[Offer]) -> None:
    """Raise EvidenceError where offers take money off and no order line says that an offer ever did."""
    if not any(one.effects() and one.kind not in NEVER_IN_ORDERS for one in offers):
        return
    off = [nw.col(name).abs().max().alias(name) for name in ("discount_minor", "coupon_minor")]
    discount, coupon = collect(order_lines.select(*off)).row(0)
    if coupon:
        return
    if discount:
        raise EvidenceError(
            Message(
                "the offers that were shown take money off, but order lines have no coupons, and their discounts are "
                "not surely higher with an offer than without, so what offers cost is not known and the exposures are "
                "not used; map 'coupon' of the order lines"
            )
        )
    raise EvidenceError(
        Message(
            "the offers that were shown take money off, but no order line says that anything was taken off, so what "
            "they cost is not known and the exposures are not used; map 'coupon', 'discount' or 'list_value' of the "
            "order lines"
        )
    )
