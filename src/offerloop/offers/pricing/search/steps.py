"""What offers of lines take off in proportion to what the lines cost, without rounding."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from math import inf
from operator import attrgetter

from offerloop.offers.pricing.candidates import Candidate
from offerloop.offers.pricing.claims import EACH, SOME
from offerloop.offers.pricing.running import Running
from offerloop.offers.pricing.sharing import Remainder


@dataclass(frozen=True)
class Step:
    """What an offer takes off some lines together: a share of what they cost, and at most so much."""

    place: int
    """Of the offer in the order."""
    lines: tuple[int, ...]
    rate: float
    most: float
    rounding: float = 0.0
    """What rounding adds to all that it takes off."""
    noise: float = 0.0
    """What rounding moves between its lines."""

    @cached_property
    def bits(self) -> int:
        """Its lines as bits."""
        return sum([1 << line for line in self.lines])

    def where_they_cost(self, total: float) -> Step:
        """The same without a maximum that does not count where its lines cost at most so much together."""
        return self if self.rate == 1 or total * self.rate > self.most else self.without_most

    @cached_property
    def without_most(self) -> Step:
        """The same without a maximum."""
        return replace(self, most=inf)


@dataclass(slots=True, eq=False)
class StepGroup:
    """Steps on the same lines of which one applies, whichever takes off most."""

    steps: Sequence[Step]
    """In order; not empty."""
    places: int
    """Their positions as bits."""
    rounding: float
    """What rounding adds to what one of them takes off, and moves between lines."""
    parts: dict[int, StepGroup | None] = field(default_factory=dict)
    """Some of them, by their positions as bits."""

    @classmethod
    def of(cls, steps: Sequence[Step]) -> StepGroup:
        """Return the group of some steps."""
        return cls(steps, sum([1 << step.place for step in steps]), max([step.rounding + step.noise for step in steps]))

    @property
    def is_linear(self) -> bool:
        """Whether it takes off a share, however much that is."""
        return len(self.steps) == 1 and self.steps[0].most == inf

    def without_most(self) -> StepGroup:
        """One step that takes off the largest percentage, and rounds as much as any: never less than one of them."""
        largest = max(self.steps, key=attrgetter("rate"))
        if largest.rate == 1:
            return self
        rounding = max([step.rounding for step in self.steps])
        return StepGroup([replace(largest.without_most, rounding=rounding)], self.places, self.rounding)

    @property
    def first(self) -> Step:
        """The first one."""
        return self.steps[0]

    def allowed(self, offers: int) -> StepGroup | None:
        """Those that are among some offers; None where none is."""
        places = self.places & offers
        if places == self.places:
            return self
        if places not in self.parts:
            steps = [step for step in self.steps if places >> step.place & 1]
            self.parts[places] = StepGroup.of(steps) if steps else None
        return self.parts[places]


def steps_of(place: int, candidate: Candidate, start: Running) -> list[Step]:
    """What an offer takes off; nothing where it is not in proportion."""
    if len(candidate.places) != 1 or candidate.uses is SOME:
        return []
    (effect, at), (_, scope) = candidate.places[0], candidate.ready.effects[0]
    rates, rounding = effect.rates(at)
    if effect.uses is EACH:
        if rates:
            return [Step(place, tuple([line for line, _ in rates]), rates[0][1], inf, rounding)]
        return [Step(place, (line,), 1.0, most) for line, most in effect.by_line(at, start)]
    uneven = at.basket.has_floors
    if not rates:
        even = effect.in_proportion and not uneven and not scope.only_full_price
        return [Step(place, tuple(at.lines), 1.0, candidate.most, 0.0, _noise(at.lines, candidate))] if even else []
    amounts, lines = start.all_amounts, tuple([line for line, _ in rates])
    capped = candidate.most + rounding < rates[0][1] * sum([amounts[line] for line in lines])
    of_goods = lines[0] < len(start.amounts)
    if of_goods and (uneven or (scope.only_full_price and capped)):
        return []
    noise = _noise(lines, candidate) if of_goods else len(lines) / 4 if len(lines) > 1 else 0.0
    return [Step(place, lines, rates[0][1], candidate.most if capped else inf, rounding, noise)]


def _noise(lines: Sequence[int], candidate: Candidate) -> float:
    """What rounding moves between lines: where k of n are rounded up, by largest remainder at most k (n - k) / n."""
    at, n = candidate.places[0][1], len(lines)
    if n == 1:
        return 0.0
    if at.arithmetic.remainder is Remainder.LARGEST:
        return n // 2 * (n - n // 2) / n
    if at.arithmetic.remainder is Remainder.LAST_LINE:
        return float(n)
    return float(sum([at.basket.lines[line].quantity for line in lines]))
