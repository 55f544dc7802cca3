"""What to give whom, by the gains of each offer for everybody and of a choice of customers.

The decision asks for no proof that an offer pays: the best offer is given as long as its estimated gain is positive.
Whether that is proof enough is a matter of the forecast (`verdict`). Targeting has to be significantly better than the
best offer for everybody, and of near-ties the least expensive offer is taken. The rule needs means and their errors
alone, of rows in memory or of sums over rows that lie elsewhere (`Gains`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np

from offerloop.arrays import Floats, Ints
from offerloop.evaluation import Z95, widening
from offerloop.response.trial.spread import standard_error

Policy = Literal["nothing", "everyone", "targeted"]


@dataclass(frozen=True)
class Decision:
    """What to give whom, as far as the best estimates say."""

    policy: Policy
    estimator: str
    """The estimator that ranks customers."""
    offer: int
    """The one for everybody; position among the offers."""
    near_ties: tuple[int, ...] = ()
    """Offers that bring not clearly less than the best, that one and the offer for everybody among them."""


class Gains(Protocol):
    """What candidates bring, per customer over nothing; offers are positions from 1 on."""

    @property
    def alone(self) -> Floats:
        """(K,): the mean gain from each offer for everybody."""

    @property
    def chosen(self) -> float:
        """The mean gain from the choice of customers."""

    @property
    def expense(self) -> Floats | None:
        """(K,): the mean of what tells how expensive offers are; None where nothing does."""

    def z_alone(self, offer: int, less: int | None = None) -> float:
        """The gain from an offer for everybody, less that from another one, in standard errors."""

    def z_choice(self, offer: int) -> float:
        """The gain from the choice less that from an offer for everybody, in standard errors."""

    def z_expense(self, offer: int, less: int) -> float:
        """How much more expensive an offer is than another one, in standard errors."""


@dataclass(frozen=True, eq=False)
class GainsOfRows:
    """The gains of rows in memory."""

    rows: Floats
    """(n, K): the gain from each offer for everybody."""
    choice: Floats
    """(n,)."""
    expenses: Floats | None
    """(n, K)."""
    whose: Ints | None
    """(n,): clusters of rows."""

    @property
    def alone(self) -> Floats:
        """See `Gains`."""
        return self.rows.mean(axis=0)

    @property
    def chosen(self) -> float:
        """See `Gains`."""
        return float(self.choice.mean())

    @property
    def expense(self) -> Floats | None:
        """See `Gains`."""
        return None if self.expenses is None else self.expenses.mean(axis=0)

    def z_alone(self, offer: int, less: int | None = None) -> float:
        """See `Gains`."""
        own = self.rows[:, offer]
        return z_value(own if less is None else own - self.rows[:, less], self.whose)

    def z_choice(self, offer: int) -> float:
        """See `Gains`."""
        return z_value(self.choice - self.rows[:, offer], self.whose)

    def z_expense(self, offer: int, less: int) -> float:
        """See `Gains`."""
        return 0.0 if self.expenses is None else z_value(self.expenses[:, offer] - self.expenses[:, less], self.whose)


def z_value(values: Floats, whose: Ints | None) -> float:
    """Return the mean of values (n,) in standard errors."""
    return in_errors(float(values.mean()), standard_error(values, whose))


def in_errors(mean: float, se: float) -> float:
    """Return a mean in standard errors; without an error it is 0 or unbounded."""
    return mean / se if se > 0 else float(np.sign(mean)) * float("inf") if mean else 0.0


def decide(gains: Gains, estimator: str, threshold_scale: float) -> Decision:
    """Return the best offer for everybody, and whether to choose customers by the estimator."""
    offer, near_ties = _offer(gains, threshold_scale)
    if gains.alone[offer] <= 0:
        return Decision("targeted" if gains.chosen > 0 else "nothing", estimator, offer, near_ties)
    clearly = gains.z_choice(offer) > Z95 * threshold_scale
    return Decision("targeted" if clearly else "everyone", estimator, offer, near_ties)


def _offer(gains: Gains, threshold_scale: float) -> tuple[int, tuple[int, ...]]:
    """Return the offer for everybody, and the best offer with its near-ties.

    A near-tie gains not significantly less than the best offer. The least expensive near-tie whose gain is positive and
    which is significantly less expensive than the best offer replaces it. Where the gain of the best offer is
    significant, that of the near-tie must be, too.
    """
    alone, expense = gains.alone, gains.expense
    best = 1 + int(np.argmax(alone[1:]))
    others = [k for k in range(1, len(alone)) if k != best]
    far = threshold_scale * Z95 * widening(max(len(others), 1))
    near_ties = [k for k in others if gains.z_alone(best, k) <= far]
    together = tuple(sorted([best, *near_ties]))
    if expense is None:
        return best, together
    pays = [k for k in (best, *near_ties) if gains.z_alone(k) > Z95 * threshold_scale]
    for k in sorted(set(near_ties) & set(pays if best in pays else near_ties), key=lambda k: float(expense[k])):
        if alone[k] > 0 and gains.z_expense(best, k) > Z95 * threshold_scale:
            return k, together
    return best, together
