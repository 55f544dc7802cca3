"""A local search around a set of offers: one more, in place of those that it rules out, or one less."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import takewhile

from offerloop.offers.pricing.basket import Basket
from offerloop.offers.pricing.candidates import Candidate, apply
from offerloop.offers.pricing.search.chosen import Chosen


@dataclass(slots=True)
class LocalSearch:
    """Takes the first change that lowers the total, until none does."""

    order: Sequence[Candidate]
    conflicts: Sequence[int]
    """By position, the others that each rules out, as bits."""
    basket: Basket
    least: int
    best: Chosen
    effort: int
    """How many offers may be applied."""
    places: dict[str, int] = field(init=False)
    """Positions by id."""

    def __post_init__(self) -> None:
        self.places = {one.offer_id: place for place, one in enumerate(self.order)}

    def run(self) -> Chosen:
        """The best set that is found."""
        place = unchanged = 0
        while unchanged < len(self.order) and self.effort > 0:
            unchanged = 0 if self._improves(place) else unchanged + 1
            place = (place + 1) % len(self.order)
        return self.best

    def _improves(self, place: int) -> bool:
        """Whether the best set gets better without an offer, or with it in any of its ways."""
        taken = [(self.places[one.offer_id], one) for one in self.best.taken]
        others = [(other, one) for other, one in taken if other != place]
        if len(others) < len(taken) and self._try([one for _, one in others]):
            return True
        others = [(other, one) for other, one in others if not self.conflicts[place] >> other & 1]
        before = [one for other, one in others if other < place]
        behind = [one for other, one in others if other > place]
        now = self._applied(before).after[-1]
        ways = takewhile(lambda _: self.effort > 0, self.order[place].ways(now))
        return any(self._try([*before, one, *behind]) for one in ways)

    def _try(self, ones: Sequence[Candidate]) -> bool:
        chosen = self._applied(ones)
        if chosen.total >= self.best.total:
            return False
        self.best = chosen
        return True

    def _applied(self, ones: Sequence[Candidate]) -> Chosen:
        """The set of those that take something off, one after another, as far as possible from what is known."""
        same = 0
        while same < min(len(ones), len(self.best.taken)) and ones[same] is self.best.taken[same]:
            same += 1
        chosen = Chosen(self.best.taken[:same], self.best.after[: same + 1])
        for candidate in ones[same:]:
            self.effort -= 1
            chosen.add(candidate, apply(candidate, self.basket, chosen.after[-1], self.least))
        return chosen
