"""How low a total can come: the most that offers take off, whichever of them apply.

An offer takes off at most so much, and at most a share of each line. Percentages multiply on each line, amounts come
off on top, and of the offers of a lane that compete for a line or a unit the one that takes off most of it counts.
What an offer takes off several lines that it has to itself may be divided over them in any way. As all that is linear
in what lines cost before it, the bound of the offers from one position on is that of the next one less what is added.
"""

from __future__ import annotations

from collections.abc import Sequence

from offerloop.offers.pricing.candidates import Candidate
from offerloop.offers.pricing.claims import SOME

ByLine = Sequence[tuple[int, float]]


class _OfLine:
    """What the offers of one lane take off one line."""

    __slots__ = ("amount", "kept", "off_alone", "off_together", "rate", "stacked", "units")

    def __init__(self, amount: int, kept: float) -> None:
        self.kept = kept
        """The share that lanes behind leave of it."""
        self.amount = kept * amount
        self.stacked = 1.0
        """What percentages that stack leave."""
        self.off_together = 0.0
        """Amounts that stack."""
        self.units = 0.0
        """The most that offers of single units that stack take off."""
        self.rate = 0.0
        """The largest percentage that stands alone."""
        self.off_alone = 0.0
        """The largest amount that stands alone."""

    @property
    def left(self) -> float:
        """Either offers that stack, or one that does not."""
        together = self.amount * (1 - self.stacked) + self.off_together + self.units
        return self.amount - max(together, self.amount * self.rate, self.off_alone)

    @property
    def share(self) -> float:
        """The share of it that is left, where nothing but percentages come off, or offers that stack."""
        if not self.off_alone and not self.rate:
            return self.stacked
        return 1.0 if self.off_alone or self.off_together or self.units else min(self.stacked, 1 - self.rate)


class ByLines:
    """The bound of offers that are added from the last to the first, at amounts of lines and of shipping now."""

    def __init__(self, amounts: Sequence[int], *, floors: bool) -> None:
        self.amounts = amounts
        self.floors = floors
        """Whether lines have floors, so that others bear more than their share of a percentage."""
        self.lane = -1
        self.kept = [1.0] * len(amounts)
        """What lanes behind the present one leave of each line."""
        self.value = float(sum(amounts))
        """At least so much is left to pay."""
        self.lines: dict[int, _OfLine] = {}

    def add(self, candidate: Candidate, most: int, by_line: ByLine) -> None:
        """One more offer before the others; without `by_line` whatever others take off."""
        if candidate.ready.lane != self.lane:
            for line, of_line in self.lines.items():
                self.kept[line] *= of_line.share
            self.lane, self.lines = candidate.ready.lane, {}
        if candidate.rates and most + 1 >= candidate.by_rates and not (self.floors and not candidate.uses):
            self._add_rates(candidate)
        else:
            self._add_amounts(candidate, most, by_line)

    def _line(self, line: int) -> _OfLine:
        of_line = self.lines.get(line)
        if of_line is None:
            of_line = self.lines[line] = _OfLine(self.amounts[line], self.kept[line])
        return of_line

    def _add_rates(self, candidate: Candidate) -> None:
        for line, rate in candidate.rates:
            of_line = self._line(line)
            before = of_line.left
            if candidate.stackable:
                of_line.stacked *= 1 - rate
            elif rate > of_line.rate:
                of_line.rate = rate
            self.value += of_line.left - before
        kept = [self.kept[line] for line, _ in candidate.rates]
        self.value -= candidate.rounding + sum(kept) - len(kept) * min(kept)

    def _add_amounts(self, candidate: Candidate, most: int, by_line: ByLine) -> None:
        if not by_line:
            self.value -= most
            return
        of_lines = [self._line(line) for line, _ in by_line]
        kept = max([line.kept * line.stacked if candidate.stackable else line.kept for line in of_lines])
        share = kept * most / candidate.most if candidate.most and not candidate.uses else kept
        for line, (_, off) in zip(of_lines, by_line, strict=True):
            before = line.left
            if candidate.stackable and candidate.uses is SOME:
                line.units = max(line.units, off * share)
            elif candidate.stackable:
                line.off_together += off * share
            else:
                line.off_alone = max(line.off_alone, off * share)
            self.value += line.left - before
