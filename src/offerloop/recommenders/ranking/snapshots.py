"""What was known on earlier days, and the recommenders fitted to it, each made once."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from offerloop.recommenders import RECOMMENDERS
from offerloop.recommenders.base import Recommender
from offerloop.recommenders.interactions import Interactions

Made = TypeVar("Made")


@dataclass
class Snapshots:
    """Looks back from the interactions of today."""

    today: Interactions
    rng: int = 0
    """Seed of the recommenders that draw at random."""
    _made: dict[Hashable, Any] = field(default_factory=dict)

    def interactions(self, as_of_day: int) -> Interactions:
        """Raises EvidenceError when that was nothing."""
        if as_of_day >= self.today.as_of_day:
            return self.today
        return self.once(("known", as_of_day), lambda: self.today.before(as_of_day))

    def fitted(self, name: str, as_of_day: int) -> Recommender:
        """A recommender of the catalogue with its defaults. Raises EvidenceError when nothing was known."""

        def fit() -> Recommender:
            kind = RECOMMENDERS.load(name)
            is_random = "rng" in inspect.signature(kind).parameters
            recommender: Recommender = kind(rng=self.rng) if is_random else kind()
            return recommender.fit(self.interactions(as_of_day))

        return self.once(("fitted", name, as_of_day), fit)

    def __contains__(self, key: Hashable) -> bool:
        """Whether something was made under this key."""
        return key in self._made

    def once(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """What was made under this key; makes it where it was not yet."""
        if key not in self._made:
            self._made[key] = make()
        made: Made = self._made[key]
        return made
