"""Made-up days of traffic, what is the best that could be had of them, and what online decisions get."""

from collections import deque
from dataclasses import dataclass

import numpy as np

from offerloop.allocation.pacing import Arrivals, Pacer, Purse
from offerloop.allocation.rolling import Traffic
from offerloop.offers import NOTHING

HOUR, TICK = 3600.0, 120.0
BY_HOUR = np.array([2, 1, 1, 1, 1, 2, 3, 4, 5, 5, 5, 6, 6, 5, 4, 4, 4, 5, 6, 7, 8, 8, 7, 5]) / 105
"""Shares of a day's customers."""
N_CUSTOMERS, N_OFFERS = 60_000, 6
LIFE = HOUR / 2


@dataclass(frozen=True)
class Day:
    """Customers of a day in the order in which they came."""

    ticks: np.ndarray
    """Number of the two minutes in which each came."""
    profit: np.ndarray
    face: np.ndarray
    """What an offer costs when it is redeemed, which is the most it can cost."""
    p_redeem: np.ndarray

    @property
    def expected(self):
        return np.ceil(self.p_redeem * self.face).astype(np.int64)


def traffic():
    return Traffic(np.arange(25) * HOUR, BY_HOUR * N_CUSTOMERS)


def customers(n, rng):
    """Offers of rising depth to customers of different size, liking and chance to redeem; some offers harm."""
    depth = np.arange(1, N_OFFERS + 1) / N_OFFERS
    size = rng.lognormal(0, 0.7, (n, 1))
    face = np.maximum(np.rint(900 * size * depth), 1).astype(np.int64)
    p_redeem = rng.beta(2, 4, (n, 1)) * (0.4 + 0.6 * depth)
    liking = rng.gamma(2, 0.8, (n, 1)) * depth ** rng.uniform(-0.7, -0.1, (n, 1))
    value = p_redeem * face * liking * rng.lognormal(-0.1, 0.3, (n, N_OFFERS))
    return value - p_redeem * face, face, p_redeem


def day(seed, volume=1.0, crowd=1.0):
    """A day with `volume` times the traffic that was forecast, and in its last hour `crowd` times that."""
    rng = np.random.default_rng(seed)
    rate = np.repeat(BY_HOUR, round(HOUR / TICK)) * TICK / HOUR * N_CUSTOMERS * volume
    rate[-round(HOUR / TICK) :] *= crowd
    n = rng.poisson(rate)
    return Day(np.repeat(np.arange(len(n)), n), *customers(n.sum(), rng))


def bound(profit, cost, budget):
    """No plan within the budget has more profit: the dual of the linear relaxation at a price close to the best."""
    low, high = 0.0, 100.0
    for _ in range(30):
        price = (low + high) / 2
        net = profit - price * cost
        best = net.argmax(axis=1)[:, None]
        spend = np.take_along_axis(cost, best, 1)[np.take_along_axis(net, best, 1) > 0].sum()
        low, high = (price, high) if spend > budget else (low, price)
    return np.maximum((profit - high * cost).max(axis=1), 0).sum() + high * budget


def arrivals_of(day, costs):
    """Each two minutes' arrivals, with their time."""
    for tick in np.unique(day.ticks):
        here = slice(*np.searchsorted(day.ticks, [tick, tick + 1]))
        yield here, Arrivals(day.profit[here], costs[here], costs[here]), (tick + 1) * TICK


def live(day, budget, **options):
    """Chosen offers under a liability budget, and the purse after the day."""
    purse = Purse(budget)
    pacer = Pacer(budget, traffic(), purse.reserve, **options)
    chosen = np.concatenate([pacer.decide(group, at) for _, group, at in arrivals_of(day, day.face)])
    return chosen, purse


def live_expected(day, budget, seed, factor=1.0, **options):
    """The same under an expected budget, when customers redeem `factor` times as often as was thought."""
    rng = np.random.default_rng([seed, 1])
    purse, ticks, held = Purse(budget), round(LIFE / TICK), {}
    pacer = Pacer(budget, traffic(), purse.reserve, life=LIFE, **options)
    coming, all_chosen = deque({} for _ in range(ticks)), []
    for here, group, at in arrivals_of(day, day.expected):
        chosen = pacer.decide(group, at)
        all_chosen.append(chosen)
        rows = np.flatnonzero(chosen != NOTHING)
        pick = rows, chosen[rows]
        held[at] = int(group.cost[pick].sum())
        redeemed = np.flatnonzero(rng.random(len(rows)) < factor * day.p_redeem[here][pick])
        wait = np.minimum(rng.geometric(0.2, len(redeemed)), ticks) - 1
        amounts = np.bincount(wait, day.face[here][pick][redeemed], ticks).astype(int)
        coming.append({})
        for later in range(ticks):
            coming[later + 1][at] = int(amounts[later])
        for issued_at, amount in coming.popleft().items():
            redeem(purse, held, amount, issued_at)
            pacer.spent(amount, issued_at)
        purse.settle(held.pop(at - LIFE, 0), 0)
    for issued_at, amount in (one for left in coming for one in left.items()):
        redeem(purse, held, amount, issued_at)
    purse.settle(sum(held.values()), 0)
    return np.concatenate(all_chosen), purse


def redeem(purse, held, amount, issued_at):
    """Uses up what is reserved for offers issued at the same time; the rest is released when they expire."""
    released = min(amount, held.get(issued_at, 0))
    held[issued_at] = held.get(issued_at, 0) - released
    purse.settle(released, amount)


def earned(day, chosen):
    rows = np.flatnonzero(chosen != NOTHING)
    return float(day.profit[rows, chosen[rows]].sum())
