"""Examples to learn from: what a customer had bought by some day, and what followed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from offerloop.recommenders.histories import Codes, Csr, Histories
from offerloop.recommenders.interactions import Interactions

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class NextPeriodLabels:
    """One example per row, in random order."""

    histories: Histories
    """As of the example's window; its `customers` are the examples' numbers."""
    targets: Csr
    """True where the customer bought the product in the window."""
    windows: Codes
    """Window of each example, a row of `buyers`."""
    buyers: NDArray[np.float32]
    """Customers who bought each product in the `window_days` before each window, shape (windows, products)."""


@dataclass(frozen=True)
class _Window:
    past: Mask
    """Whether each event is known when the window begins."""
    target: Mask
    """Whether each event is to be predicted."""
    starts: int
    """Days before the end of the interactions."""

    def customers(self, interactions: Interactions) -> Codes:
        """Who has both a past and a target."""
        return np.intersect1d(interactions.rows[self.past], interactions.rows[self.target])


def next_period_labels(
    interactions: Interactions, *, window_days: int, n_windows: int, max_examples: int, rng: np.random.Generator
) -> NextPeriodLabels:
    """What was bought in each of the last windows by those who had bought something before; up to so many examples.

    Where most customers come but once, that makes fewer examples than there are customers. Then as many parts of
    histories are added: half of a customer's products, drawn at random, shall tell all of them.
    """
    windows = [_following(interactions.age_days, window_days * (k + 1), window_days) for k in range(n_windows)]
    if sum(len(window.customers(interactions)) for window in windows) < len(interactions.customers):
        windows += [_hidden(interactions, rng) for _ in range(n_windows)]
    customers = [window.customers(interactions) for window in windows]
    number = np.repeat(np.arange(len(windows)), [len(some) for some in customers])
    drawn = rng.permutation(len(number))[:max_examples]
    return _examples(interactions, windows, np.concatenate(customers)[drawn], number[drawn], window_days)


def _following(age_days: Codes, starts: int, window_days: int) -> _Window:
    past = age_days > starts
    return _Window(past, ~past & (age_days > starts - window_days), starts)


def _hidden(interactions: Interactions, rng: np.random.Generator) -> _Window:
    """A random half of each customer's products is known."""
    _, pair = np.unique(interactions.rows * interactions.n_products + interactions.columns, return_inverse=True)
    shown = rng.random(len(pair))[pair] < 0.5
    return _Window(shown, np.ones(len(pair), dtype=np.bool_), 0)


def _examples(
    interactions: Interactions, windows: list[_Window], customer: Codes, number: Codes, window_days: int
) -> NextPeriodLabels:
    """The examples (customer, number of the window) in the given order."""
    before, after, buyers = [], [], []
    for k, window in enumerate(windows):
        row = np.full(len(interactions.customers), -1)
        row[customer[number == k]] = np.flatnonzero(number == k)
        row, age = row[interactions.rows], interactions.age_days - window.starts
        kept, wanted = window.past & (row >= 0), window.target & (row >= 0)
        before.append((row[kept], interactions.columns[kept], age[kept]))
        after.append((row[wanted], interactions.columns[wanted]))
        lately = window.past & (age <= window_days)
        buyers.append(interactions.weighted(lately.astype(np.float64)).getnnz(axis=0))
    row, column, age = (np.concatenate(parts) for parts in zip(*before, strict=True))
    order = np.argsort(row, kind="stable")
    no_ratings = np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.float32)
    ids = np.arange(len(number))
    histories = Histories(ids, row[order], column[order], age[order], interactions.n_products, no_ratings)
    row, column = (np.concatenate(parts) for parts in zip(*after, strict=True))
    targets = sparse.csr_matrix((np.ones(len(row), np.float32), (row, column)), shape=histories.shape)
    return NextPeriodLabels(histories, targets.astype(np.bool_), number, np.array(buyers, dtype=np.float32))
