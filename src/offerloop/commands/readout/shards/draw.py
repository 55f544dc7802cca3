"""How chance decided who got an offer at random."""

from __future__ import annotations

from dataclasses import dataclass

from offerloop.tables import HOLDOUT
from offerloop.workspace import control_arm


@dataclass(frozen=True)
class ExplorationDraw:
    """The probabilities with which customers got offers at random.

    With share h held out, share u with business as usual, share e of the others exploring, and K kinds of offer on a
    customer's menu, of which one or nothing is drawn with equal chance:

        P(one kind) = (1 - h - u) e / (K + 1)        P(nothing, drawn or held out) = (1 - h - u) e / (K + 1) + h
    """

    holdout: float
    usual: float
    explore: float
    """Observed share of explorers among those whom the hash leaves free."""
    held_back: float
    """See `PastRun`."""
    is_for_everybody: bool
    """Whether customers explore too who can draw no offer."""

    def drawn(self, n_kinds: int, *, any_kind: bool) -> float:
        """Return the probability of one kind of offer, or of any."""
        one_kind = (1 - self.holdout - self.usual) * self.explore / (n_kinds + 1)
        return one_kind * n_kinds if any_kind else one_kind

    def nothing(self, n_kinds: int) -> float:
        """Return the probability of nothing, at random or by the holdout."""
        return self.drawn(n_kinds, any_kind=False) + self.holdout

    def control(self, n_kinds: int) -> float:
        """Return the probability of being in the group that offers at random are compared with."""
        return self.nothing(n_kinds) if self.compares_holdout else self.drawn(n_kinds, any_kind=False)

    @property
    def compares_holdout(self) -> bool:
        """Whether the holdout stands beside explorers who drew nothing; see `workspace.control_arm`."""
        return control_arm(self.held_back) == HOLDOUT

    @property
    def plan(self) -> float:
        """The probability of following the plan."""
        return (1 - self.holdout - self.usual) * (1 - self.explore)
