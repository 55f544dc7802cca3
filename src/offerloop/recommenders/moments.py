"""What was known at earlier moments, and recommenders fitted then, each made once."""

from __future__ import annotations

from dataclasses import dataclass, field

from offerloop.recommenders import RECOMMENDERS
from offerloop.recommenders.base import Recommender
from offerloop.recommenders.interactions import Interactions


@dataclass
class Moments:
    """Looks back from the interactions of today."""

    today: Interactions
    _known: dict[int, Interactions] = field(default_factory=dict)
    _fitted: dict[tuple[str, int], Recommender] = field(default_factory=dict)

    def known(self, as_of_day: int) -> Interactions:
        """Raises EvidenceError when that was nothing."""
        if as_of_day >= self.today.as_of_day:
            return self.today
        if as_of_day not in self._known:
            self._known[as_of_day] = self.today.before(as_of_day)
        return self._known[as_of_day]

    def fitted(self, name: str, as_of_day: int) -> Recommender:
        """A recommender of the catalogue as it is without arguments. Raises EvidenceError when nothing was known."""
        if (name, as_of_day) not in self._fitted:
            recommender: Recommender = RECOMMENDERS.load(name)()
            self._fitted[name, as_of_day] = recommender.fit(self.known(as_of_day))
        return self._fitted[name, as_of_day]
