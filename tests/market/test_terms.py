"""Discounts of many baskets at once, against one basket at a time."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from offerloop.market.lines import Lines
from offerloop.market.noise import Noise
from offerloop.market.terms import COUPON, EVERYTHING, FLASH_SALE, SPEND_AND_SAVE, MarketTerms, discounts, fill_up

TERMS = MarketTerms(
    ids=("tenth", "all", "save", "flash"),
    kind=np.array([COUPON, COUPON, SPEND_AND_SAVE, FLASH_SALE]),
    category=np.array([1, EVERYTHING, EVERYTHING, 0]),
    percent=np.array([10.0, 25.0, 0.0, 30.0]),
    threshold_minor=np.array([0, 0, 2000, 0]),
    off_minor=np.array([0, 0, 300, 0]),
    most_minor=np.array([150, 400, 300, 1000]),
    stock=np.array([0, 0, 0, 3]),
    own_share=np.array([1.0, 0.5, 1.0, 1.0]),
    annoys=np.ones(4),
    menu=np.arange(4),
)


def test_a_liability_is_not_a_minor_unit_too_high_where_shares_are_no_binary_fractions():
    terms = replace(TERMS, own_share=1 - np.array([0.7, 0.95, 0.3, 0.5]), most_minor=np.array([500, 500, 500, 5]))
    assert terms.liability_minor.tolist() == [150, 25, 350, 3]


ROWS = st.lists(
    st.tuples(st.integers(0, 4), st.integers(0, 2), st.integers(0, 2), st.integers(1, 3), st.integers(1, 2500)),
    min_size=1, max_size=25, unique_by=lambda row: row[:3],
)  # fmt: skip
"""Customer, trip, category, units, price of a unit."""


def lines_of(rows):
    customer, trip, category, units, price = (np.array(column) for column in zip(*sorted(rows), strict=True))
    worth = units * price
    return Lines(
        customer, trip, category, category, units, worth, worth, worth // 2, trip, np.zeros(len(rows), dtype=bool)
    )


def one_by_one(rows, offer):
    """What each customer saves, basket by basket in plain Python; for offers without a stock."""
    saved = {}
    for customer, trip in {(row[0], row[1]) for row in rows}:
        basket = [row for row in rows if row[:2] == (customer, trip)]
        scope = TERMS.category[offer]
        base = sum(row[3] * row[4] for row in basket if scope in (EVERYTHING, row[2]))
        if TERMS.kind[offer] == SPEND_AND_SAVE:
            off = int(TERMS.off_minor[offer]) if base >= TERMS.threshold_minor[offer] else 0
        else:
            off = min((base * int(TERMS.percent[offer]) * 2 + 100) // 200, int(TERMS.most_minor[offer]))
        saved[customer] = max(saved.get(customer, 0), min(off, base))
    return saved


@given(ROWS, st.sampled_from([0, 1, 2]))
def test_it_is_what_baskets_one_by_one_give_and_adds_up(rows, offer):
    lines, everyone = lines_of(rows), np.full(5, offer)
    off = discounts(lines, TERMS, everyone, np.ones(5, dtype=bool), Noise(1), 0)
    expected = one_by_one(rows, offer)
    assert np.bincount(lines.customer, off, 5).astype(int).tolist() == [expected.get(i, 0) for i in range(5)]
    assert ((off >= 0) & (off <= lines.shelf_minor)).all()
    scope = TERMS.category[offer]
    assert (off[(scope != EVERYTHING) & (lines.category != scope)] == 0).all()


@given(ROWS)
def test_who_has_no_offer_or_forgets_it_pays_the_shelf_price(rows):
    lines, some = lines_of(rows), np.array([-1, 1, 1, -1, 0])
    bears = np.array([True, False, True, True, True])
    off = discounts(lines, TERMS, some, bears, Noise(1), 0)
    assert (off[(some[lines.customer] < 0) | ~bears[lines.customer]] == 0).all()


@given(ROWS)
def test_a_flash_sale_never_sells_more_than_its_stock(rows):
    lines = lines_of(rows)
    off = discounts(lines, TERMS, np.full(5, 3), np.ones(5, dtype=bool), Noise(1), 0)
    assert lines.units[off > 0].sum() <= TERMS.stock[3]


@given(ROWS, st.floats(0, 0.5))
def test_filling_up_reaches_the_threshold_or_changes_nothing(rows, stretch):
    lines, everyone = lines_of(rows), np.full(5, 2)
    filled = fill_up(lines, TERMS, everyone, np.ones(5, dtype=bool), np.full(5, stretch))
    before, after = (np.bincount(one.order, one.shelf_minor, 64 * 6) for one in (lines, filled))
    grown = after > before
    assert (after[grown] >= 2000).all()
    assert (before[grown] >= 2000 * (1 - stretch) - 1).all()
    near = (before > 0) & (before < 2000) & (2000 - before <= stretch * 2000)
    assert (grown == near).all()
    assert filled.shelf_minor.tolist() == (filled.units * (lines.shelf_minor // lines.units)).tolist()


def test_shares_differ_from_proportion_by_less_than_a_cent():
    rows = [(0, 0, 0, 1, 333), (0, 0, 1, 1, 334), (0, 0, 2, 1, 334)]
    off = discounts(lines_of(rows), TERMS, np.full(5, 1), np.ones(5, dtype=bool), Noise(1), 0)
    assert off.sum() == 250
    assert off.tolist() == pytest.approx([83.2, 83.4, 83.4], abs=1)
