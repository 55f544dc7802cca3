"""Columns over the decisions of a log, added up by customer, as far as means and their errors need them.

Means of columns need their totals, and errors of means need the products of the sums of each customer: any rows A with
these products A'A serve. So the rows of many customers are replaced by the triangular factor of a QR decomposition,
``R'R = A'A``, and factors of several shards of customers by the factor of both together (Demmel, Grigori, Hoemmen and
Langou 2012). Nothing is lost by it but the customers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from offerloop.arrays import Floats, Ints


@dataclass(frozen=True, eq=False)
class CustomerSums:
    """Sums over n decisions of d columns."""

    rows: int
    """n."""
    customers: int
    """Customers are independent, and the decisions of one are not; without customers each decision is."""
    total: Floats
    """(d,)."""
    root: Floats
    """(r, d): the sums of each customer, or rows with the same products."""

    @classmethod
    def of(cls, columns: Floats, customer: Ints | None) -> CustomerSums:
        """Add up columns (n, d) by customer (n,), numbered from 0."""
        number = len(columns) if customer is None else np.count_nonzero(np.bincount(customer))
        return cls(len(columns), int(number), columns.sum(axis=0), by_customer(columns, customer))

    @property
    def scale(self) -> float:
        """Influences (r,) by this are rows whose squares sum to the variance of a mean of the decisions.

        The factor G / (G - 1) of G customers is that of Liang and Zeger (1986).
        """
        return float(np.sqrt(self.customers / max(self.customers - 1, 1))) / self.rows


def by_customer(rows: Floats, customer: Ints | None) -> Floats:
    """Sums (customers, columns) of `rows` (n, columns); the rows themselves where customers are not named."""
    if customer is None:
        return rows
    return np.column_stack([np.bincount(customer, weights=column) for column in rows.T])


def added(first: Sequence[CustomerSums], second: Sequence[CustomerSums]) -> list[CustomerSums]:
    """Sums over the decisions of two shards; those of one shard, over the same decisions, keep their products."""
    root = _triangle(np.vstack([_side_by_side(first), _side_by_side(second)]))
    return [
        CustomerSums(own.rows + other.rows, own.customers + other.customers, own.total + other.total, part)
        for own, other, part in zip(first, second, _parts(root, first), strict=True)
    ]


def condensed(sums: Sequence[CustomerSums]) -> list[CustomerSums]:
    """Return the sums without the single customers; products of all columns stay."""
    parts = _parts(_triangle(_side_by_side(sums)), sums)
    return [replace(one, root=part) for one, part in zip(sums, parts, strict=True)]


def _side_by_side(sums: Sequence[CustomerSums]) -> Floats:
    return np.hstack([one.root for one in sums])


def _triangle(rows: Floats) -> Floats:
    return np.asarray(np.linalg.qr(rows, mode="r"), dtype=np.float64)


def _parts(root: Floats, sums: Sequence[CustomerSums]) -> list[Floats]:
    ends = np.cumsum([len(one.total) for one in sums])
    return np.split(root, ends[:-1], axis=1)
