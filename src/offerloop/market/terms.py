"""Offers as arrays, and what they take off: the market's own formulas for everybody at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from offerloop.arrays import Floats, Ints
from offerloop.market.lines import Lines
from offerloop.market.noise import Noise
from offerloop.market.preset import CampaignOf, PresetOffer
from offerloop.market.world import KINDS
from offerloop.offers import NOTHING

COUPON, SPEND_AND_SAVE, FLASH_SALE = range(len(KINDS))
EVERYTHING = -1


@dataclass(frozen=True)
class MarketTerms:
    """Arrays of shape (offers,)."""

    ids: tuple[str, ...]
    kind: Ints
    """Position in KINDS."""
    category: Ints
    """What it is limited to, or EVERYTHING."""
    percent: Floats
    threshold_minor: Ints
    off_minor: Ints
    most_minor: Ints
    stock: Ints
    """Units of a flash sale; 0 is without limit."""
    own_share: Floats
    """The share of the discount that the shop pays itself."""
    annoys: Floats
    menu: Ints
    """Positions of what a plan may give: all but the blanket offer."""

    @property
    def size(self) -> int:
        """Offers, the blanket one included."""
        return len(self.ids)

    @property
    def liability_minor(self) -> Ints:
        """The most that each offer can cost the shop, rounded up; shares such as 1 - 0.7 are rounded themselves."""
        return np.ceil((self.own_share * self.most_minor).round(6)).astype(np.int64)

    @classmethod
    def of(cls, campaign: CampaignOf, sales: Floats) -> MarketTerms:
        """The campaign's offers; `sales` of each category decide which get one."""
        best = np.argsort(-sales, kind="stable")
        rows: list[tuple[str, PresetOffer, int]] = []
        for choice in campaign.offers:
            if choice.categories == 0:
                rows.append((choice.id, choice, EVERYTHING))
            rows += [(f"{choice.id} category {c}", choice, int(c)) for c in best[: choice.categories]]
        menu = np.arange(len(rows))
        rows.append((campaign.blanket.id, campaign.blanket, EVERYTHING))

        def minor(name: str) -> Ints:
            return np.array([round(100 * getattr(one, name)) for _, one, _ in rows], dtype=np.int64)

        return cls(
            ids=tuple(name for name, _, _ in rows),
            kind=np.array([KINDS.index(one.kind) for _, one, _ in rows]),
            category=np.array([c for _, _, c in rows]),
            percent=np.array([one.percent for _, one, _ in rows]),
            threshold_minor=minor("spend"),
            off_minor=minor("save"),
            most_minor=minor("max_discount"),
            stock=np.array([one.stock for _, one, _ in rows]),
            own_share=cls.own_shares(campaign, len(menu)),
            annoys=np.array([one.annoys for _, one, _ in rows]),
            menu=menu,
        )

    @staticmethod
    def own_shares(campaign: CampaignOf, offers: int) -> Floats:
        """Return the own shares of so many offers and of the blanket one, which suppliers do not share."""
        return np.append(np.full(offers, 1 - campaign.funded_share), 1.0)


def depths(terms: MarketTerms, offers: Ints, bears: NDArray[np.bool_], categories: int) -> NDArray[np.float32]:
    """(customers, categories): the share that an offer which is borne in mind takes off."""
    shares = np.zeros((len(offers), categories), dtype=np.float32)
    rows = np.flatnonzero(bears & (terms.percent[offers] > 0))
    own_offers = offers[rows]
    share = (terms.percent[own_offers] / 100).astype(np.float32)
    everywhere = terms.category[own_offers] == EVERYTHING
    shares[rows[everywhere]] = share[everywhere, None]
    shares[rows[~everywhere], terms.category[own_offers[~everywhere]]] = share[~everywhere]
    return shares


def fill_up(lines: Lines, terms: MarketTerms, offers: Ints, bears: NDArray[np.bool_], stretch: Floats) -> Lines:
    """Add units of the most expensive line for who bears a spend-and-save in mind and is near its threshold."""
    stretches = bears[lines.customer] & (offers[lines.customer] >= 0)
    stretches &= terms.kind[offers[lines.customer]] == SPEND_AND_SAVE
    if not stretches.any():
        return lines
    _, order = np.unique(lines.order, return_inverse=True)
    total = np.bincount(order, lines.shelf_minor)[order]
    need = terms.threshold_minor[offers[lines.customer]] - total
    near = stretches & (need > 0) & (need <= stretch[lines.customer] * terms.threshold_minor[offers[lines.customer]])
    unit = lines.shelf_minor // lines.units
    ranked = np.lexsort((lines.product, -unit, order))
    highest = np.zeros(len(order), dtype=bool)
    highest[ranked[np.r_[True, np.diff(order[ranked]) > 0]]] = True
    more = np.where(near & highest, -(-need // np.maximum(unit, 1)), 0).astype(np.int64)
    return lines.with_more(more)


def discounts(
    lines: Lines, terms: MarketTerms, offers: Ints, bears: NDArray[np.bool_], noise: Noise, week: int
) -> Ints:
    """What is taken off each line: in the order of each customer in which the offer takes off most, once.

    A percentage is rounded half up on the sum of the lines that it covers, then shared by their amounts, so that the
    parts add up. Units of a flash sale go to whoever comes first until its stock is used up.
    """
    line_offers = offers[lines.customer]
    covered = bears[lines.customer] & (line_offers >= 0)
    covered &= (terms.category[line_offers] == EVERYTHING) | (terms.category[line_offers] == lines.category)
    covered &= _in_stock(lines, terms, line_offers, covered, noise, week)
    if len(lines.customer) == 0:
        return np.zeros(0, dtype=np.int64)
    keys, order = np.unique(lines.order, return_inverse=True)
    worth = np.where(covered, lines.shelf_minor, 0)
    base = np.bincount(order, worth, len(keys)).astype(np.int64)
    offer = np.full(len(keys), NOTHING)
    offer[order] = line_offers
    off = percent_off(base, terms.percent[offer], terms.most_minor[offer])
    amount = terms.kind[offer] == SPEND_AND_SAVE
    off = np.where(amount, np.where(base >= terms.threshold_minor[offer], terms.off_minor[offer], 0), off)
    off = np.where((offer >= 0) & (base > 0), np.minimum(off, base), 0)
    customer = np.zeros(len(keys), dtype=np.int64)
    customer[order] = lines.customer
    ranked = np.lexsort((keys, -off, customer))
    first = np.zeros(len(keys), dtype=bool)
    first[ranked[np.r_[True, np.diff(customer[ranked]) > 0]]] = True
    return _shared(worth, order, np.where(first, off, 0), base)


def percent_off(base: Ints, percent: Floats | float, most: Ints | int) -> Ints:
    """A percentage of amounts, rounded half up, up to a maximum; amounts of 0 give 0."""
    return np.minimum((2 * base * percent + 100) // 200, most).astype(np.int64)


def _in_stock(
    lines: Lines, terms: MarketTerms, line_offers: Ints, covered: NDArray[np.bool_], noise: Noise, week: int
) -> NDArray[np.bool_]:
    """Whether a flash sale still had the line's units when its customer came."""
    there = np.ones(len(line_offers), dtype=bool)
    for offer in np.flatnonzero((terms.kind == FLASH_SALE) & (terms.stock > 0)):
        rows = np.flatnonzero(covered & (line_offers == offer))
        come = rows[np.argsort(noise.uniform("arrival", week, lines.customer[rows], lines.product[rows]))]
        there[come[np.cumsum(lines.units[come]) > terms.stock[offer]]] = False
    return there


def _shared(worth: Ints, order: Ints, off: Ints, base: Ints) -> Ints:
    """Each order's discount over its lines by their worth: differences of rounded running sums."""
    ranked = np.argsort(order, kind="stable")
    running = np.cumsum(worth[ranked])
    before = (np.cumsum(base) - base)[order[ranked]]
    upto = running - before
    whole, total = off[order[ranked]], np.maximum(base[order[ranked]], 1)
    done = (2 * whole * upto + total) // (2 * total)
    last = (2 * whole * (upto - worth[ranked]) + total) // (2 * total)
    shares = np.zeros(len(worth), dtype=np.int64)
    shares[ranked] = done - last
    return shares
