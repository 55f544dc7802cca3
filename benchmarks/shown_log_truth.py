"""What whole-shop discounts truly do in a simulated shop, and the best that the shop's view of its customers allows.

Value has a formula (`market.expected.everywhere`). So has what is bought; the share of it that one order holds, which
is what an offer covers, is played. The fair ceiling is LightGBM fitted to the true effects of fresh customers of the
same shop after the same weeks, from what the shop sees of them; it plans by what it predicts for the shop's own.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from equal_spend import Effects
from offerloop.arrays import Floats
from offerloop.market import Market
from offerloop.market.ceiling import FIRST, SETTINGS, TREES
from offerloop.market.expected import everywhere
from offerloop.market.observation import observation_of
from shown_log_shop import DEPTHS, ShownWeeks, logged

PLAYED = (0, 4, 9)
"""Positions of the depths at which weeks are played; between them the share of one order is interpolated."""
COLUMNS = np.array(DEPTHS, dtype=np.float64)


def true_effects(market: Market, worlds: int) -> Effects:
    """By formula, the share of one order by weeks played in several worlds of luck."""
    terms = replace(market.terms, stock=np.zeros_like(market.terms.stock))
    week = market.coming(market.noise, terms)
    found = [everywhere(week, market.people, market.state, k) for k in range(len(DEPTHS))]
    value, bought = (np.stack(part, axis=1) for part in zip(*found, strict=True))
    parts = np.stack([_one_order(market, k, worlds) for k in PLAYED], axis=1)
    at = COLUMNS[list(PLAYED)]
    share = np.stack([np.interp(COLUMNS, at, row) for row in parts])
    bears = week.keeping(market.people, market.state)[:, : len(DEPTHS)]
    own = market.terms.own_share[: len(DEPTHS)]
    return Effects(value, bears * own * COLUMNS / 100 * bought * share)


def _one_order(market: Market, k: int, worlds: int) -> Floats:
    """(customers,): share of a week's purchases that one discount covers."""
    n, off, bought = market.customers, np.zeros(market.customers), np.zeros(market.customers)
    for number in range(worlds):
        played = market.play(np.full(n, k), market.noise.world(number), borne=True)
        off += played.cost_minor(n, np.ones(n)) / (DEPTHS[k] / 100)
        bought += np.bincount(played.lines.customer, played.lines.shelf_minor, n)
    usual = off.sum() / max(bought.sum(), 1.0)
    return np.minimum(np.divide(off, bought, out=np.full(n, usual), where=bought > 0), 1.0)


def fair_effects(market: Market, shown: ShownWeeks, fresh: int, block: int, worlds: int) -> tuple[Effects, float]:
    """What the fair ceiling predicts for the market's customers; and its R2 of profit on a block it has not seen."""
    import lightgbm as lgb

    xs, values, costs, rng = [], [], [], np.random.default_rng(market.seed)
    for start in range(0, fresh + block, block):
        x, true = _block(market, shown, FIRST + start, block, worlds)
        if start == 0:
            held = x, true
            continue
        for _ in range(4):
            depth = rng.integers(0, len(DEPTHS), block)
            rows = np.arange(block)
            xs.append(np.column_stack([COLUMNS[depth], x]))
            values.append(true.value[rows, depth] / COLUMNS[depth])
            costs.append(true.cost[rows, depth] / COLUMNS[depth])
    table = np.concatenate(xs)
    models = [lgb.train(SETTINGS, lgb.Dataset(table, np.concatenate(y)), TREES) for y in (values, costs)]
    told = _predicted(models, held[0])
    r2 = 1 - np.mean((held[1].profit - told.profit) ** 2) / np.var(held[1].profit)
    return _predicted(models, _columns(market)), float(r2)


def _predicted(models: list[Any], x: Floats) -> Effects:
    tables = [np.column_stack([np.full(len(x), depth), x]) for depth in COLUMNS]
    value, cost = (
        np.stack([depth * model.predict(table) for depth, table in zip(COLUMNS, tables, strict=True)], axis=1)
        for model in models
    )
    return Effects(value, np.maximum(cost, 0.0))


def _block(market: Market, shown: ShownWeeks, first: int, size: int, worlds: int) -> tuple[Floats, Effects]:
    """Fresh customers of the same shop after the same weeks: what is seen of them, and the truth."""
    other = logged(market.preset, market.seed, size, market.products, shown, first)
    return _columns(other), true_effects(other, worlds)


def _columns(market: Market) -> Floats:
    view = observation_of(market)
    return np.column_stack([view.profile, view.in_scope(0)]).astype(np.float64)
