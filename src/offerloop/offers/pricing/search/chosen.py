"""Which offers apply, and what a basket costs after each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from offerloop.offers.pricing.candidates import Candidate
from offerloop.offers.pricing.running import Running
from offerloop.offers.shortfall import Shortfall


@dataclass(slots=True)
class Chosen:
    """What applies, in order, and the prices after each."""

    taken: list[Candidate]
    after: list[Running]
    find_lowest: Callable[[], int] | None = None
    """A lower bound of the lowest total; None where it is this one."""

    @property
    def total(self) -> int:
        """After all of them."""
        return self.after[-1].total

    @property
    def gap(self) -> int:
        """How far the total may be above the lowest one."""
        return 0 if self.find_lowest is None else max(0, self.total - self.find_lowest())

    def after_adding(self, candidate: Candidate, n: int, now: Running) -> Running | None:
        """Prices after the first `n` and one more, where that is how they were taken; else None."""
        here = n < len(self.taken) and self.taken[n] is candidate and self.after[n] is now
        return self.after[n + 1] if here else None

    def add(self, candidate: Candidate, new: Running | Shortfall) -> bool:
        """Take one more offer if it takes anything off; whether it did."""
        if isinstance(new, Shortfall) or new.total >= self.total:
            return False
        self.taken.append(candidate)
        self.after.append(new)
        return True


class Path(NamedTuple):
    """What was taken, from the last offer back to the first."""

    before: Path | None
    candidate: Candidate
    after: Running

    def chosen(self, start: Running) -> Chosen:
        """The same as a list from the first one on, at the prices of the start."""
        taken, after = list[Candidate](), list[Running]()
        last: Path | None = self
        while last is not None:
            taken.append(last.candidate)
            after.append(last.after)
            last = last.before
        return Chosen(taken[::-1], [start, *after[::-1]])
