"""A log of decisions with known propensities, and the policies and predictions that are held against it.

A log has n decisions over K actions, one row per decision; rows are taken as independent, unless the log says which
are of the same customer. A policy is either the position of its action for each row, shape (n,), or its probability of
each action, shape (n, K).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from offerloop.errors import InputError
from offerloop.message import Message

Policy = NDArray[np.int64] | NDArray[np.float64]
"""Positions (n,) or probabilities (n, K)."""
_TOLERANCE = 1e-6
"""How far the probabilities of a row may sum from 1, and a propensity lie from its entry in the full table in its own
units."""


@dataclass(frozen=True, eq=False)
class Log:
    """Decisions and what came of them.

    `action` (n,) has positions in `names`, the K actions; `propensity` (n,) is the probability with which the logged
    action was chosen, known when it was chosen. `value` and `cost` (n,) are outcomes of the decision in one currency.
    `propensities` (n, K) are those of all actions, where they were logged. `customer` (n,) numbers the customers from
    0, where some have several rows: then customers are taken as independent, and no longer the rows of one customer.
    `is_part` says that these are a shard of a log, which may have few customers. Raises InputError that names the row.
    """

    action: NDArray[np.int64]
    propensity: NDArray[np.float64]
    value: NDArray[np.float64]
    names: tuple[str, ...]
    cost: NDArray[np.float64] | None = None
    propensities: NDArray[np.float64] | None = None
    customer: NDArray[np.int64] | None = None
    is_part: bool = False

    def __post_init__(self) -> None:
        if len(self.action) < 2 and not self.is_part:
            raise InputError(
                Message("A log of fewer than two decisions has no spread; give all decisions of the period.")
            )
        for name in ("propensity", "value", "cost"):
            _check_column(name, getattr(self, name), len(self.action))
        _check_positions(Message("action", context="part of a log"), self.action, len(self.names))
        if self.customer is not None:
            _check_customers(self.customer, len(self.action))
            if not self.is_part and self.customer.min() == self.customer.max():
                raise InputError(
                    Message("A log of a single customer has no spread; give the decisions of all customers.")
                )
        within = (self.propensity > 0) & (self.propensity <= 1)
        _check_rows(
            within,
            self.propensity,
            Message("The propensity in row {row} (counted from 0) is {value}; it must be above 0 and at most 1."),
        )
        if self.propensities is not None:
            check_shares(Message("logging propensities", context="part of a log"), self.propensities, self.shape)
            full = self.propensities[np.arange(len(self.action)), self.action]
            close = np.abs(full - self.propensity) <= _TOLERANCE * self.propensity
            _check_rows(
                close,
                self.propensity,
                Message(
                    "The propensity in row {row} (counted from 0) is {value}; the full propensities say otherwise."
                ),
            )

    @property
    def shape(self) -> tuple[int, int]:
        """An array of shape (n, K)."""
        return len(self.action), len(self.names)

    @property
    def outcomes(self) -> NDArray[np.float64]:
        """(n, 3) with value, cost and profit, or (n, 1) with value where no cost is known."""
        return with_profit([self.value] if self.cost is None else [self.value, self.cost])


@dataclass(frozen=True, eq=False)
class Predictions:
    """Expected value, and cost where the log has it, of each action for each row: shape (n, K).

    Each row's must come from a model that has not seen that row's outcome, or the intervals are too narrow.
    """

    value: NDArray[np.float64]
    cost: NDArray[np.float64] | None = None

    def check(self, log: Log) -> None:
        """InputError where the predictions do not fit the log."""
        if (self.cost is None) != (log.cost is None):
            raise InputError(Message("Predictions of cost are needed with a log that has cost, and only then."))
        for name, table in (("value", self.value), ("cost", self.cost)):
            if table is not None:
                _check_table(Message("predictions of {column}", context="part of a log", column=name), table, log.shape)

    def under(self, chosen: NDArray[np.float64]) -> NDArray[np.float64]:
        """Expected outcomes of each row under probabilities (n, K), with the columns of `Log.outcomes`."""
        tables = [self.value] if self.cost is None else [self.value, self.cost]
        return with_profit([np.einsum("nk,nk->n", chosen, table) for table in tables])

    def at(self, action: NDArray[np.int64]) -> NDArray[np.float64]:
        """Expected outcomes of one action per row, with the columns of `Log.outcomes`."""
        rows = np.arange(len(action))
        tables = [self.value] if self.cost is None else [self.value, self.cost]
        return with_profit([table[rows, action] for table in tables])


def with_profit(columns: list[NDArray[np.float64]]) -> NDArray[np.float64]:
    """Columns side by side, shape (n, 1) or (n, 3): value less cost follows where there are two."""
    parts = [np.asarray(column, dtype=np.float64) for column in columns]
    return np.column_stack([*parts, parts[0] - parts[1]] if len(parts) > 1 else parts)


def probabilities(log: Log, policy: Policy) -> NDArray[np.float64]:
    """The policy as probabilities, shape (n, K); InputError where it does not fit the log or is no probability."""
    if policy.ndim == 2:
        check_shares(Message("probabilities of the policy"), policy, log.shape)
        return np.asarray(policy, dtype=np.float64)
    if policy.shape != log.action.shape:
        raise InputError(
            Message(
                "The policy has shape {shape} where the log has {n_decisions} decisions.",
                shape=str(policy.shape),
                n_decisions=len(log.action),
            )
        )
    _check_positions(Message("action of the policy"), policy, len(log.names))
    chosen = np.zeros(log.shape)
    chosen[np.arange(len(policy)), policy] = 1.0
    return chosen


def check_shares(name: Message, table: NDArray[Any], shape: tuple[int, int]) -> None:
    """InputError where a table (n, K) is not one of probabilities."""
    _check_table(name, table, shape)
    if table.min() < 0:
        least = table.min(axis=1)
        _check_rows(
            least >= 0,
            least,
            Message(
                "The least of the {name} in row {row} (counted from 0) is {value}; it must not be below 0.", name=name
            ),
        )
    whole = _row_sums(table)
    _check_rows(
        np.abs(whole - 1) <= _TOLERANCE,
        whole,
        Message("The sum of the {name} in row {row} (counted from 0) is {value}; it must be 1.", name=name),
    )


def _row_sums(table: NDArray[Any]) -> NDArray[Any]:
    """Faster than ``sum(axis=1)`` of a table with few columns."""
    return table @ np.ones(table.shape[1])


def _check_table(name: Message, table: NDArray[Any], shape: tuple[int, int]) -> None:
    if table.shape != shape:
        raise InputError(
            Message(
                "The {name} have shape {shape} where the log needs {needed}.",
                name=name,
                shape=str(table.shape),
                needed=str(shape),
            )
        )
    whole = _row_sums(table)
    _check_rows(
        np.isfinite(whole),
        whole,
        Message(
            "The sum of the {name} in row {row} (counted from 0) is {value}; all must be finite numbers.", name=name
        ),
    )


def _check_column(name: str, column: NDArray[np.float64] | None, size: int) -> None:
    if column is None:
        return
    if column.shape != (size,):
        raise InputError(
            Message(
                "The column {name} has shape {shape} where the log has {n_decisions} decisions.",
                name=name,
                shape=str(column.shape),
                n_decisions=size,
            )
        )
    _check_rows(
        np.isfinite(column),
        column,
        Message("The {name} in row {row} (counted from 0) is {value}; it must be a finite number.", name=name),
    )


def _check_customers(customer: NDArray[Any], size: int) -> None:
    if customer.shape != (size,) or not np.issubdtype(customer.dtype, np.integer):
        raise InputError(
            Message(
                "The customers must be one whole number per row, and the log has {n_decisions} decisions.",
                n_decisions=size,
            )
        )
    _check_rows(
        customer >= 0,
        customer,
        Message("The customer in row {row} (counted from 0) is {value}; customers are numbered from 0."),
    )


def _check_positions(name: Message, positions: NDArray[Any], size: int) -> None:
    if positions.ndim != 1 or not np.issubdtype(positions.dtype, np.integer):
        raise InputError(Message("The {name} must be one whole number per row, a position among the names.", name=name))
    _check_rows(
        (positions >= 0) & (positions < size),
        positions,
        Message(
            "The {name} in row {row} (counted from 0) is {value}; there are {n_actions} actions, from 0.",
            name=name,
            n_actions=size,
        ),
    )


def _check_rows(fine: NDArray[np.bool_], values: NDArray[Any], fault: Message) -> None:
    """Raise InputError with the first row that is not fine."""
    if not fine.all():
        row = int(np.argmin(fine))
        raise InputError(fault.with_values(row=str(row), value=str(values[row])))
