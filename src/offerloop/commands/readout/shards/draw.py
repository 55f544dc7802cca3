"""How chance decided who got an offer at random."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from offerloop.arrays import Bools, Floats, Ints
from offerloop.decision import Shares
from offerloop.tables import HOLDOUT
from offerloop.workspace import control_arm


@dataclass(frozen=True)
class ExplorationDraw:
    """The probabilities with which customers got offers at random, by the K kinds of offer on a customer's menu.

    One of them or nothing is drawn with equal chance.
    """

    shares: Shares
    """With the observed share of explorers among those whom the hash leaves free."""
    is_for_everybody: bool
    """Whether customers explore too who can draw no offer."""

    def drawn(self, n_kinds: Ints, *, any_kind: Bools) -> Floats:
        """Return the probability of one kind of offer, or where it says so of any."""
        return self._at_random(np.where(any_kind, n_kinds, 1) / (n_kinds + 1), none=False)

    def control(self, n_kinds: Ints) -> Floats:
        """Return the probability of being in the group that offers at random are compared with."""
        return self._at_random(1 / (n_kinds + 1), none=self.compares_holdout)

    def nothing(self, n_kinds: Ints, *, by_plan: Bools, by_usual: bool) -> Floats:
        """Return the marginal probability of no offer, by whether plan and business as usual have none."""
        return self.shares.propensity(plan=by_plan, none=True, usual=by_usual, drawn=1 / (n_kinds + 1))

    def _at_random(self, drawn: Floats, *, none: bool) -> Floats:
        return self.shares.propensity(plan=False, none=none, usual=False, drawn=drawn)

    @property
    def control_arm(self) -> str:
        """The arm that the plan's customers are compared with; see `workspace.control_arm`."""
        return control_arm(self.shares.holdback)

    @property
    def compares_holdout(self) -> bool:
        """Whether the holdout stands beside explorers who drew nothing, and beside the plan's customers."""
        return self.control_arm == HOLDOUT
