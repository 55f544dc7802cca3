"""How low a total can come, by scenario: the largest sets of offers without a conflict, each in exact proportions.

Offers of lines that take something off in proportion to what lines cost are steps. Without rounding, what a step leaves
never rises when a line before it falls, so that of sets of steps the largest ones leave least: those are the scenarios.
Steps on the same lines that stand in the way of the same offers count as one, which takes off what most of them do.
One minor unit less before a step is at most a known share of it less after it, which bounds what rounding adds, and
what offers take off that choose their units or are not in proportion.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from operator import mul
from typing import NamedTuple

from offerloop.offers.pricing.candidates import Candidate, places_of
from offerloop.offers.pricing.claims import LINES
from offerloop.offers.pricing.running import Running
from offerloop.offers.pricing.search.cheapest_units import is_chooser
from offerloop.offers.pricing.search.slopes import StepsLeft
from offerloop.offers.pricing.search.steps import Step, StepGroup, steps_of
from offerloop.offers.pricing.search.takers import PricesNow, Takers
from offerloop.offers.pricing.search.unit_bounds import Rivals, find_rivals_by_line


class _Run(NamedTuple):
    """Some steps at once: a share that is left of every line; or the largest of some that stand in for each other."""

    keeps: list[float] | None
    lines: tuple[int, ...] = ()
    options: tuple[tuple[float, float], ...] = ()
    """(rate, most) of each."""

    def off(self, total: float) -> float:
        """What is taken off lines that cost so much together."""
        return max([min(total * rate, most) for rate, most in self.options])


@dataclass(frozen=True, slots=True)
class Tail:
    """What a scenario leaves from a position on."""

    runs: list[_Run]
    rounding: float
    """What rounding takes off at most."""
    others: float
    """What offers that are not in proportion take off at most."""
    shares: list[float]
    """How much is left behind it, at most, of what each group of rivals for units takes off."""

    def left(self, amounts: Sequence[float], off_units: Sequence[float]) -> float:
        """What is left at least of amounts of lines and shipping, where rivals for units take off at most so much."""
        left = list(amounts)
        for run in self.runs:
            keeps, lines, options = run
            if keeps is not None:
                left = [amount * keep for amount, keep in zip(left, keeps)]  # noqa: B905
                continue
            total = left[lines[0]] if len(lines) == 1 else sum([left[line] for line in lines])
            if len(options) == 1:
                ((rate, most),) = options
                off = total * rate if total * rate < most else most
            else:
                off = run.off(total)
            keep = 1 - off / total if total > off else 0.0
            for line in lines:
                left[line] *= keep
        return sum(left) - self.rounding - self.others - sum(map(mul, off_units, self.shares))


@dataclass(slots=True)
class Scenario:
    """A maximal set of offers, as bits, and what it leaves from each position of the order on."""

    offers: int
    stepping: int
    """Those that are in proportion, as bits."""
    all: Scenarios
    groups: list[StepGroup]
    """Its steps in order, those that stand in for each other together."""
    tails: dict[tuple[int, int], Tail] = field(default_factory=dict)
    linear: dict[tuple[int, int], Tail | None] = field(default_factory=dict)
    """The same where percentages have no maximum, where that makes a difference."""
    steps: dict[tuple[int, int], StepsLeft] = field(default_factory=dict)

    @classmethod
    def of(cls, offers: int, every: Scenarios) -> Scenario:
        """Return the scenario of some offers.

        A maximum discount that does not count at the prices of the start counts only where offers before it are left
        out; it is left out.
        """
        groups: dict[object, list[Step]] = {}
        for place in places_of(offers & every.stepping):
            for number, step in enumerate(every.steps[place]):
                groups.setdefault((every.classes[place], number), []).append(step)
        left, scenario_groups = list[float](every.amounts), list[StepGroup]()
        for steps in groups.values():
            lines = steps[0].lines
            total = sum([left[line] for line in lines])
            off = max([min(total * step.rate, step.most) for step in steps])
            scenario_groups.append(StepGroup.of([step.where_they_cost(total) for step in steps]))
            keep = 1 - off / total if total > off else 0.0
            for line in lines:
                left[line] *= keep
        return cls(offers, offers & every.stepping, every, scenario_groups)

    def left_by_rivals(
        self, place: int, allowed: int, amounts: Sequence[float], off_units: Sequence[float], enough: float
    ) -> float:
        """What it leaves at least of some amounts, where rivals take off at most so much; `enough` needs no more.

        Without a maximum percentages say more where prices fall so far that none counts.
        """
        left = self.tail(place, allowed).left(amounts, off_units)
        if left >= enough or not any(off_units):
            return left
        linear = self._linear(place, allowed)
        return left if linear is None else max(left, linear.left(amounts, off_units))

    def _linear(self, place: int, allowed: int) -> Tail | None:
        key = (self.stepping & allowed, self.all.events_before[place])
        if key not in self.linear:
            groups = self._groups_from(place, allowed)
            without = [group if group.is_linear else group.without_most() for group in groups]
            self.linear[key] = None if without == groups else self._tail(place, without)
        return self.linear[key]

    def tail(self, place: int, allowed: int) -> Tail:
        """What it leaves from a position on, with the offers that are allowed."""
        key = (self.stepping & allowed, self.all.events_before[place])
        cached = self.tails.get(key)
        if cached is None:
            cached = self.tails[key] = self._tail(place, self._groups_from(place, allowed))
        return cached

    def _groups_from(self, place: int, allowed: int) -> Sequence[StepGroup]:
        offers = allowed >> place << place
        return [group for one in self.groups if (group := one.allowed(offers)) is not None]

    def left(self, place: int, here: PricesNow, allowed: int, enough: float) -> float:
        """What it leaves at least, more closely (see `slopes`)."""
        key = (self.stepping & allowed, self.all.takers.before[place])
        steps = self.steps.get(key)
        if steps is None:
            rounding, groups = self.tail(place, allowed).rounding, self._groups_from(place, allowed)
            steps = self.steps[key] = StepsLeft.of(self.all.takers, place, groups, rounding)
        return steps.left(here, self.offers, key[0], self.offers & allowed, enough)

    def _tail(self, place: int, groups: Sequence[StepGroup]) -> Tail:
        worth, others, rounding = [1.0] * len(self.all.amounts), 0.0, 0.0
        shares, behind = [0.0] * len(self.all.rivals), set[int]()
        events = [one for one in self.all.events if one[0] >= place and (one[1] >= 0 or self.offers >> one[0] & 1)]
        for group in reversed(groups):
            first = group.first
            while events and events[-1][0] > first.place:
                others += self._pass(events.pop(), worth, shares)
            top = worth[first.lines[0]] if len(first.lines) == 1 else max([worth[line] for line in first.lines])
            noise = any(other & first.bits != first.bits for other in behind if other & first.bits)
            rounding += top * (group.rounding if noise else max([step.rounding for step in group.steps]))
            fixed = not group.is_linear
            for line in first.lines:
                worth[line] = top if fixed else worth[line] * (1 - first.rate)
            behind.add(first.bits)
        while events:
            others += self._pass(events.pop(), worth, shares)
        return Tail(_runs(groups, len(worth)), rounding, others, shares)

    def _pass(self, event: tuple[int, int], worth: Sequence[float], shares: list[float]) -> float:
        """Note what is left of what rivals take off, or return what an offer that is not in proportion takes off."""
        place, number = event
        if number < 0:
            return self.all.order[place].most * max(worth)
        shares[number] = max([worth[line] for line in self.all.rivals[number].lines])
        return 0.0


def _runs(groups: Sequence[StepGroup], n: int) -> list[_Run]:
    """Groups of steps, as few as possible: shares of all lines, and amounts off the same ones, one after another."""
    runs = list[_Run]()
    for group in groups:
        steps, first, before = group.steps, group.first, runs[-1] if runs else _Run(None)
        if group.is_linear:
            keeps = before.keeps
            if keeps is None:
                keeps = [1.0] * n
                runs.append(_Run(keeps))
            for line in first.lines:
                keeps[line] *= 1 - first.rate
        elif len(steps) == len(before.options) == first.rate == before.options[0][0] and before.lines == first.lines:
            runs[-1] = _Run(None, first.lines, ((1.0, first.most + before.options[0][1]),))
        else:
            runs.append(_Run(None, first.lines, tuple([(step.rate, step.most) for step in steps])))
    return runs


@dataclass
class Scenarios:
    """All scenarios of some offers in their order."""

    order: Sequence[Candidate]
    start: Running
    conflicts: Sequence[int]
    """By position, the others that each rules out, as bits."""
    most: int
    """Scenarios up to which they are worth their while."""
    all: list[Scenario] = field(default_factory=list)
    steps: list[list[Step]] = field(default_factory=list)
    """By position; nothing for offers that are not in proportion."""
    classes: list[object] = field(default_factory=list)
    """By position, what is equal for offers that stand in for each other."""
    stepping: int = 0
    """Offers that are in proportion, as bits."""
    joined: int = 0
    """Offers that have joined a class that is in the way of fewer, as bits."""
    rivals: list[Rivals] = field(default_factory=list)
    rivals_depend_on: int = 0
    """The offers whose presence makes a difference to these, as bits."""
    events: list[tuple[int, int]] = field(default_factory=list)
    """The last position and the number of each group of rivals; (position, -1) of offers that are not in proportion."""

    @cached_property
    def amounts(self) -> list[int]:
        """What lines and shipping cost at the start."""
        return self.start.all_amounts

    @cached_property
    def events_before(self) -> list[int]:
        """How many events come before each position."""
        return [bisect_left(self.events, (place, -1)) for place in range(len(self.order) + 1)]

    @cached_property
    def takers(self) -> Takers:
        """The offers that are no steps."""
        return Takers.of(self.order, self.steps, self.start)

    def find(self) -> bool:
        """Find all scenarios; whether they are few enough."""
        self.steps = [steps_of(place, one, self.start) for place, one in enumerate(self.order)]
        self.rivals = find_rivals_by_line(self.order, self.start)
        for some in self.rivals:
            self.rivals_depend_on |= some.depends_on
        others = [place for place, one in enumerate(self.order) if not self.steps[place] and not is_chooser(one)]
        self.events = sorted(
            [
                *[(some.offers.bit_length() - 1, number) for number, some in enumerate(self.rivals)],
                *[(place, -1) for place in others],
            ]
        )
        sets = self._sets()
        self.all = [Scenario.of(bits, self) for bits in sets] if len(sets) <= self.most else []
        return bool(self.all)

    def _sets(self) -> Sequence[int]:
        """The offers of each scenario, as bits.

        Where they are few enough, offers that are no steps are in those only that they may be beside.
        """
        members = self._classes()
        heads = {self.classes[place]: 1 << place for place in range(len(self.order)) if not self.joined >> place & 1}
        steps, apart = sum([heads[name] for name in members]), (1 << len(self.order)) - 1 & ~self.stepping
        sets, added = list(_independent(steps | apart, self.conflicts, self.most + 1)), 0
        if len(sets) > self.most:
            sets, added = list(_independent(steps, self.conflicts, self.most + 1)), apart
        return [
            sum([members[self.classes[place]] for place in places_of(bits & steps)]) | bits & apart | added
            for bits in sets
        ]

    def _classes(self) -> dict[object, int]:
        """The offers of each class, as bits: of one lane, on the same lines, and in the way of the same ones.

        An offer that does not stack joins one that takes off as much of the same lines and is in the way of fewer.
        """
        same_lines: dict[object, list[int]] = {}
        heads: dict[object, int] = {}
        for place, candidate in enumerate(self.order):
            near, steps = self.conflicts[place] | 1 << place, self.steps[place]
            if candidate.stackable or len(steps) != 1:
                self.classes.append(place)
            else:
                like = (candidate.ready.lane, steps[0].lines, near)
                head = heads.get(like, place)
                heads[like] = place if self._is_parted(head, place) else head
                self.classes.append((*like, heads[like]))
            if len(steps) == 1:
                same_lines.setdefault((candidate.ready.lane, steps[0].lines), []).append(place)
        for places in same_lines.values():
            self._join(places)
        members: dict[object, int] = {}
        for place, steps in enumerate(self.steps):
            if steps:
                self.stepping |= 1 << place
                members[self.classes[place]] = members.get(self.classes[place], 0) | 1 << place
        return members

    def _join(self, places: Sequence[int]) -> None:
        own = {place: self.classes[place] for place in places}
        for place in places:
            candidate, near = self.order[place], self.conflicts[place] | 1 << place
            if not candidate.stackable and candidate.uses is LINES:
                better = [
                    other
                    for other in places
                    if self._gives_way(other, near, self.steps[place][0]) and not self._is_parted(other, place)
                ]
                if better:
                    self.joined |= 1 << place
                    self.classes[place] = own[min(better, key=lambda other: self.conflicts[other].bit_count())]

    def _is_parted(self, place: int, other: int) -> bool:
        """Whether an offer between two positions may change the same lines beside the first one of the two."""
        between = range(min(place, other) + 1, max(place, other))
        touched = self.order[place].touched
        return any(self.order[one].touched & touched and not self.conflicts[place] >> one & 1 for one in between)

    def _gives_way(self, place: int, near: int, step: Step) -> bool:
        """Whether an offer takes off as much as a step and is in the way of fewer than those that are near it."""
        own, (other,) = self.conflicts[place] | 1 << place, self.steps[place]
        if own == near or own & ~near:
            return False
        total = sum([self.amounts[line] for line in step.lines])
        return other.rate >= step.rate and other.most >= min(step.most, step.rate * total)


def _independent(offers: int, conflicts: Sequence[int], most: int) -> Iterator[int]:
    """The maximal sets of offers without a conflict, not more than so many (Bron and Kerbosch 1973)."""
    stack = [(0, offers, 0)]
    while stack and most:
        chosen, left, done = stack.pop()
        if not left:
            if not done:
                most -= 1
                yield chosen
            continue
        pivot = min(places_of(left), key=lambda place: (conflicts[place] & left).bit_count())
        for place in places_of(left & (conflicts[pivot] | 1 << pivot)):
            free = ~(conflicts[place] | 1 << place)
            stack.append((chosen | 1 << place, left & free, done & free))
            left &= ~(1 << place)
            done |= 1 << place
