"""Customers whose best choices are nearly tied at the prices of the limits, and an integer plan for them.

At the right prices all but a few customers have one clearly best choice, so the others share out what is left of the
limits: a linear program of some thousand candidates, in which at most one customer per limit is divided (a basic
solution has no more fractions than constraints). These are taken out again; single moves then fix what is still
broken, the least loss of worth first, and fill what is left, the most profit first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from offerloop.allocation.problem import Block, Limit, Problem
from offerloop.arrays import Floats, Ints
from offerloop.offers import NOTHING

N = TypeVar("N", np.float64, np.int64)
WHOLE = 1e-6
"""A share that is no further from 1 is whole, and a change that is no larger a part of all is none."""
NEVER_BINDS = 2**61
"""Limits above it never bind."""
MOVES = 2_000
"""Most that fix, and most that fill."""
WORK = 100_000_000
"""Uses of limits by moves that are compared for one plan at most."""
PROFIT = 1e-3
"""Units by which limits may be exceeded for the profit of the best candidate, where they have to be exceeded."""
PIVOTS = 20_000
"""The most pivots of the simplex method; a hundred thousand candidates take some thousand."""
PAIRED = 150
"""Moves of each side that are paired."""


@dataclass(frozen=True, eq=False)
class NearTies:
    """Candidates (m,) of some customers, sorted by customer and slot."""

    customers: int
    most: int
    row: Ints
    slot: Ints
    profit: Floats
    worth: Floats
    """Profit less the prices of the limits."""
    use: Ints
    """(m, limits): what each counts as."""
    left: Ints
    """(limits,): what the customers who are decided leave."""
    size: Floats
    """(limits,): mean size of what counts, to compare limits by."""

    @classmethod
    def of(cls, block: Block, worth: Floats, reach: float, problem: Problem, left: NDArray[np.object_]) -> NearTies:
        """Candidates whose worth (n, w) is no further than `reach` behind what the customer would choose last."""
        ranked = np.sort(worth, axis=1)[:, -min(problem.most, worth.shape[1])]
        row, slot = np.nonzero(np.isfinite(worth) & (worth >= np.maximum(ranked, 0.0)[:, None] - reach))
        use = each_use(block, problem.limits, problem.offers, row, slot)
        size = np.where(use != 0, np.abs(use), 0).sum(axis=0) / np.maximum((use != 0).sum(axis=0), 1)
        ends = np.array([max(min(int(one), NEVER_BINDS), -NEVER_BINDS) for one in left], dtype=np.int64)
        profit = np.asarray(block.profit[row, slot], dtype=np.float64)
        return cls(block.size, problem.most, row, slot, profit, worth[row, slot], use, ends, np.maximum(size, 1.0))

    def relaxed(self) -> Relaxed | None:
        """The linear program; None where the limits cannot be held, or where solving it takes too long."""
        from scipy.optimize import linprog

        if len(self.row) == 0:
            return Relaxed(np.zeros(0), np.zeros(len(self.left)), 0.0)
        rows, most = self.rows()
        scale = max(float(np.abs(self.profit).max(initial=0.0)), 1e-300)
        options = {"maxiter": PIVOTS}
        optimum = linprog(-self.profit / scale, A_ub=rows, b_ub=most, bounds=(0, 1), method="highs-ds", options=options)
        if optimum.status != 0:
            return None
        marginals = optimum.ineqlin.marginals[len(most) - len(self.left) :]
        prices = np.maximum(-marginals, 0.0) * scale / self.size
        return Relaxed(optimum.x, prices, -float(optimum.fun) * scale)

    def closest(self) -> Floats:
        """Return the shares (m,) that exceed the limits least; zeros where finding them takes too long."""
        from scipy.optimize import linprog
        from scipy.sparse import csr_array, eye_array, hstack, vstack

        rows, most = self.rows()
        number = len(self.left)
        slack = vstack([csr_array((len(most) - number, number)), -eye_array(number)])
        scale = max(float(np.abs(self.profit).max(initial=0.0)), 1e-300)
        objective = np.concatenate([-PROFIT * self.profit / scale, np.ones(number)])
        bounds = [(0, 1)] * len(self.row) + [(0, None)] * number
        options = {"maxiter": PIVOTS}
        optimum = linprog(
            objective, A_ub=hstack([rows, slack]), b_ub=most, bounds=bounds, method="highs-ds", options=options
        )
        return optimum.x[: len(self.row)] if optimum.status == 0 else np.zeros(len(self.row))

    def rows(self) -> tuple[Any, Floats]:
        """Constraints on the shares (m,) and their bounds: by customer, then by limit in units of its size."""
        from scipy.sparse import csr_array, vstack

        m = len(self.row)
        of_customer = csr_array((np.ones(m), (self.row, np.arange(m))), (self.customers, m))
        bounds = [np.full(self.customers, float(self.most)), self.left / self.size]
        return vstack([of_customer, csr_array((self.use / self.size).T)]), np.concatenate(bounds)

    def plan(self, share: Floats) -> NDArray[np.bool_]:
        """(m,): a whole plan near these shares; it may still break limits that neither single moves nor pairs fix.

        The better of two: from the candidates that are taken whole, and from those taken by half or more. Where both
        break limits, from nothing.
        """
        plans = [self._improved(share > least) for least in (1 - WHOLE, 0.5)]
        if all(self._broken(self.use[on].sum(axis=0)) > 0 for on in plans):
            plans.append(self._improved(np.zeros(len(share), dtype=bool)))
        return min(plans, key=lambda on: (self._broken(self.use[on].sum(axis=0)), -self.profit[on].sum()))

    def _broken(self, used: Ints) -> Floats:
        """Return by how much uses (..., limits) exceed the limits together, in units of their sizes."""
        return np.asarray((np.maximum(used - self.left, 0) / self.size).sum(axis=-1))

    def _improved(self, on: NDArray[np.bool_]) -> NDArray[np.bool_]:
        used, work = self.use[on].sum(axis=0), 0
        for better in (self._reducing_excess, self._adding_profit):
            for _ in range(MOVES):
                moves = self._moves(on)
                work += moves.use.size
                best = better(moves, used)
                if best is None:
                    moves = moves.pairs(self.row)
                    work += moves.use.size
                    best = better(moves, used)
                if best is None or work > WORK:
                    break
                moves.take(best, on)
                used = used + moves.use[best]
        return on

    def _reducing_excess(self, moves: Moves, used: Ints) -> int | None:
        """What lowers what limits are exceeded by most for the worth it loses."""
        broken = float(self._broken(used))
        if broken == 0 or not len(moves.worth):
            return None
        helped = broken - self._broken(used + moves.use)
        least = WHOLE * float(np.abs(self.worth).mean()) + 1e-300
        rate = np.where(helped > WHOLE * broken, helped / (np.maximum(-moves.worth, 0.0) + least), 0.0)
        best = int(rate.argmax())
        return best if rate[best] > 0 else None

    def _adding_profit(self, moves: Moves, used: Ints) -> int | None:
        """What brings most profit and breaks nothing."""
        fits = (moves.profit > WHOLE * np.abs(self.profit).max(initial=0.0)) & (used + moves.use <= self.left).all(
            axis=1
        )
        return int(np.where(fits, moves.profit, -np.inf).argmax()) if fits.any() else None

    def choice(self, on: NDArray[np.bool_]) -> Ints:
        """(customers, most): slots of the candidates that are taken."""
        taken_ones = np.flatnonzero(on)
        row = self.row[taken_ones]
        place = np.arange(len(row)) - np.searchsorted(row, row)
        choice = np.full((self.customers, self.most), NOTHING, dtype=np.int64)
        choice[row, place] = self.slot[taken_ones]
        return choice

    def _moves(self, on: NDArray[np.bool_]) -> Moves:
        """Everything that changes one customer: drop one, add one where there is room, or exchange one for another."""
        now = np.flatnonzero(on)
        full = np.bincount(self.row[now], minlength=self.customers) >= self.most
        off = np.flatnonzero(~on)
        out, into = self._exchanges(now, off)
        added = off[~full[self.row[off]]]
        none = -np.ones(1, dtype=np.int64)
        taken_out = np.concatenate([now, np.repeat(none, len(added)), out])
        put_in = np.concatenate([np.repeat(none, len(now)), added, into])
        return Moves.of(self, taken_out, put_in)

    def _exchanges(self, now: Ints, off: Ints) -> tuple[Ints, Ints]:
        """Pairs of a candidate that is taken and one of the same customer that is not."""
        order = now[np.argsort(self.row[now], kind="stable")]
        first, last = (np.searchsorted(self.row[order], self.row[off], side) for side in ("left", "right"))
        number = last - first
        into = np.repeat(off, number)
        within = np.arange(len(into)) - np.repeat(np.cumsum(number) - number, number)
        return order[np.repeat(first, number) + within], into


@dataclass(frozen=True, eq=False)
class Relaxed:
    """Answer of a linear program."""

    share: Floats
    """(m,): of each candidate."""
    prices: Floats
    """(limits,)."""
    value: float


@dataclass(frozen=True, eq=False)
class Moves:
    """(k, 1 or 2): what is taken out and put in, -1 for nothing, and what that changes."""

    out: Ints
    into: Ints
    profit: Floats
    """(k,)."""
    worth: Floats
    use: Ints
    """(k, limits)."""

    @classmethod
    def of(cls, problem: NearTies, out: Ints, into: Ints) -> Moves:
        """Differences of what comes and goes."""
        profit, worth = (_change(one, out, into) for one in (problem.profit, problem.worth))
        return cls(out[:, None], into[:, None], profit, worth, _change(problem.use, out, into))

    def pairs(self, row: Ints) -> Moves:
        """Two at once, of different customers, one of which uses less of something; those that lose least."""
        closest = np.argsort(-self.worth, kind="stable")
        giving = closest[(self.use[closest] < 0).any(axis=1)][:PAIRED]
        first, second = (one.ravel() for one in np.meshgrid(giving, closest[:PAIRED], indexing="ij"))
        customer = row[np.maximum(self.out, self.into)[:, 0]]
        apart = customer[first] != customer[second]
        first, second = first[apart], second[apart]
        both = (np.hstack([one[first], one[second]]) for one in (self.out, self.into))
        return Moves(*both, *(one[first] + one[second] for one in (self.profit, self.worth, self.use)))

    def take(self, move: int, on: NDArray[np.bool_]) -> None:
        """Make a move: take its pairs out of the plan and put others into it."""
        for which, state in ((self.out, False), (self.into, True)):
            on[which[move][which[move] >= 0]] = state


def _change(values: NDArray[N], out: Ints, into: Ints) -> NDArray[N]:
    """Values of what is put in less those of what is taken out."""

    def picked(positions: Ints) -> NDArray[N]:
        none = (positions < 0).reshape(-1, *[1] * (values.ndim - 1))
        return np.where(none, values.dtype.type(0), values[positions])

    return picked(into) - picked(out)


def each_use(block: Block, limits: tuple[Limit, ...], offers: int, rows: Ints, slots: Ints) -> Ints:
    """(m, limits): what each candidate counts as."""
    offer = block.offers(rows, slots)
    uses = np.zeros((len(rows), len(limits)), dtype=np.int64)
    for position, limit in enumerate(limits):
        group = 0 if limit.column is None else block.groups[limit.column][rows]
        uses[:, position] = limit.table(offers)[group, offer] * block.measure(limit.measure, rows, slots)
    return uses
