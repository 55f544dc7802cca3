"""Sums of one group of customers over up to four columns, for means, shares and ratios, adjusted or not.

`Moments` knows third moments of a mean, for one reading of skewed sales; `Totals` knows whatever a metric is made of,
for readings that are added up period after period. A metric is ``outcome / per``, or its mean without `per`, less
``theta x before / before_per`` where something is known of the same customers before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from offerloop.arrays import Floats

Role = Literal["outcome", "per", "before", "before_per"]
ROLES: tuple[Role, ...] = get_args(Role)

_FLAT = 1e-12
"""A sum of products about the means this small beside the raw one is rounding."""


@dataclass(frozen=True)
class Totals:
    """Sums of one group; `a + b` is both groups together. Meant for means not far larger than their spread."""

    n: int
    """Customers (rows that were drawn on their own: see `challenger`)."""
    roles: tuple[Role, ...]
    """The k columns, in the order of ROLES; "outcome" is always there."""
    sums: tuple[float, ...]
    """(k,)."""
    products: tuple[tuple[float, ...], ...]
    """(k, k): sums of the products of each two columns."""
    zero_one: frozenset[Role] = frozenset()
    """Columns of zeros and ones in all parts: their variance is ``p (1 - p)``, that of others has n - 1."""

    @classmethod
    def of(
        cls, outcome: Floats, per: Floats | None = None, before: Floats | None = None, before_per: Floats | None = None
    ) -> Totals:
        """Build it from arrays of shape (customers,), in any units.

        Raises ValueError for arrays of different lengths and for `before_per` without `before`.
        """
        columns_by_role = dict(zip(ROLES, (outcome, per, before, before_per), strict=True))
        columns = {role: np.asarray(one, dtype=np.float64) for role, one in columns_by_role.items() if one is not None}
        if len({len(one) for one in columns.values()}) > 1:
            raise ValueError(f"columns of one group differ in length: {[len(one) for one in columns.values()]}")
        rows = np.stack(list(columns.values()))
        products = tuple(tuple(row) for row in (rows @ rows.T).tolist())
        return cls(rows.shape[1], tuple(columns), tuple(rows.sum(axis=1).tolist()), products)._checked()

    @classmethod
    def share(cls, n: int, hits: float) -> Totals:
        """Return the totals of `n` customers of whom `hits` did something."""
        return cls(n, ("outcome",), (float(hits),), ((float(hits),),), frozenset(("outcome",)))

    @classmethod
    def from_sums(
        cls,
        n: int,
        columns: Mapping[Role, tuple[float, float]],
        products: Mapping[tuple[Role, Role], float] | None = None,
    ) -> Totals:
        """Build it from what a database returns: the sum and the sum of squares of each column, and sums of products.

        Raises ValueError for a pair of columns without its sum of products.
        """
        roles = tuple(role for role in ROLES if role in columns)
        both = {pair: float(one) for pair, one in (products or {}).items()}
        both |= {(second, first): one for (first, second), one in both.items()}
        both |= {(role, role): columns[role][1] for role in roles}
        lacking = [(one, other) for one in roles for other in roles if (one, other) not in both]
        if lacking:
            raise ValueError(f"the sum of products of {' and '.join(lacking[0])} is not given")
        rows = tuple(tuple(both[one, other] for other in roles) for one in roles)
        return cls(n, roles, tuple(float(columns[role][0]) for role in roles), rows)._checked()

    def _checked(self) -> Totals:
        if "outcome" not in self.roles or ("before_per" in self.roles and "before" not in self.roles):
            raise ValueError("a metric needs an outcome, and 'before_per' needs 'before'")
        return self

    def __add__(self, other: Totals) -> Totals:
        if self.roles != other.roles:
            raise ValueError(f"groups of different columns cannot be added: {self.roles} and {other.roles}")
        sums = tuple(one + two for one, two in zip(self.sums, other.sums, strict=True))
        pairs = zip(self.products, other.products, strict=True)
        products = tuple(tuple(one + two for one, two in zip(*rows, strict=True)) for rows in pairs)
        return Totals(self.n + other.n, self.roles, sums, products, self.zero_one & other.zero_one)

    def means(self) -> dict[Role, float]:
        """Return the mean of each column. Raises ValueError for a group without customers."""
        if self.n < 1:
            raise ValueError("a group without customers has no mean")
        return {role: total / self.n for role, total in zip(self.roles, self.sums, strict=True)}

    def covariance(self) -> Floats:
        """(k, k), with n - 1, but n between columns of zeros and ones.

        Raises ValueError for a group of fewer than two customers.
        """
        if self.n < 2:
            raise ValueError("a group of fewer than two customers has no spread")
        raw, sums = np.array(self.products), np.array(self.sums)
        centred = raw - np.outer(sums, sums) / self.n
        centred[np.abs(centred) <= _FLAT * np.abs(raw)] = 0.0
        binary = np.array([role in self.zero_one for role in self.roles])
        return centred / np.where(np.outer(binary, binary), self.n, self.n - 1)

    def without(self, *left_out: Role) -> Totals:
        """Return the totals of fewer columns."""
        kept = [k for k, role in enumerate(self.roles) if role not in left_out]
        return Totals(
            self.n,
            tuple(self.roles[k] for k in kept),
            tuple(self.sums[k] for k in kept),
            tuple(tuple(self.products[k][j] for j in kept) for k in kept),
            self.zero_one - set(left_out),
        )
