"""Which limits cannot be held together, and how far each of them would have to give way."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR

from offerloop.allocation.elastic import MANY, NEGLIGIBLE, Elastic, Violation, weights_of
from offerloop.allocation.problem import COST, COUNT, Limit, Problem
from offerloop.errors import InputError
from offerloop.message import Message, both, joined

CONFLICTS = 3
"""Conflicts that are named, no limit in two of them."""
NAMED = 4
"""Limits of one conflict that are named with what they would have to allow."""


class InfeasibleError(InputError):
    """No plan keeps to all limits, or none was found."""


@dataclass(frozen=True)
class Conflict:
    """Limits that no plan holds together, not even one that divides customers; without any one of them some plan may.

    `by` are the whole units by which each would have to give way at least while all others hold, or those of the
    conflict where more than this conflict stands in the way.
    """

    limits: tuple[Limit, ...]
    by: tuple[int, ...]
    """The excess of the first limits, up to `NAMED`."""

    def message(self) -> Message:
        """Say what clashes, and what would have to give way."""
        needed = [_needed(limit, by) for limit, by in zip(self.limits, self.by, strict=False)]
        if len(self.limits) == 1:
            return Message("{way}, whatever the other limits are", way=needed[0])
        names = [f"'{limit.name}'" for limit in self.limits[:NAMED]]
        more = len(self.limits) - len(names)
        together = (
            Message("{names} and {n} more", context="names in a row", names=names, n=more)
            if more
            else Message("{names} and {last}", context="names that all count", names=names[:-1], last=names[-1])
        )
        return Message("{together} clash: {ways}", context="conflict of limits", together=together, ways=_ways(needed))


def infeasibility_of(problem: Problem) -> InfeasibleError | None:
    """Return the error that names limits that clash even where customers are divided; None where it is not proved."""
    conflicts = list(_conflicts(problem))
    if not conflicts:
        return None
    clashes = joined((one.message() for one in conflicts), "; ")
    return InfeasibleError(Message("the limits cannot all be held: {conflicts}", conflicts=clashes))


def none_found(broken: Sequence[tuple[Limit, int]]) -> InfeasibleError:
    """Return the error for a search that found no plan although nothing proves that there is none.

    `broken` are limits that the closest plan exceeds, and by how many units.
    """
    if not broken:
        return InfeasibleError(
            Message("no plan that keeps to all limits was found by a search of bounded length; loosen one of them")
        )
    return InfeasibleError(
        Message(
            "no plan that keeps to all limits was found by a search of bounded length, and nothing proves that "
            "there is none: one is sure to exist if {ways}",
            ways=both([_enough(limit, by) for limit, by in broken]),
        )
    )


def _ways(needed: Sequence[Message]) -> Message:
    """Return ``"A, or B, or C"``."""
    *before, last = needed
    if not before:
        return last
    return Message("{ways}, or {last}", context="ways of which one is enough", ways=_ways(before), last=last)


def _needed(limit: Limit, by: int) -> Message:
    """Say what a limit would have to be at least for the others to hold."""
    bound, now = limit.at_most + by, limit.at_most
    if limit.is_below:
        reached, wanted = limit.amount(-bound, ROUND_FLOOR), limit.amount(-now)
        return Message(
            "'{limit}' reaches at most {reached}, not {asked}", limit=limit.name, reached=reached, asked=wanted
        )
    if _is_difference(limit):
        return Message(
            "'{limit}' would have to give way by at least {amount}", limit=limit.name, amount=_lacking_width(limit, by)
        )
    return Message(
        "'{limit}' would have to be at least {needed}, not {written}",
        limit=limit.name,
        needed=limit.amount(bound, ROUND_CEILING),
        written=limit.amount(now),
    )


def _enough(limit: Limit, by: int) -> Message:
    """Say what a limit would have to be so that a plan at hand keeps to it."""
    bound, now = limit.at_most + by, limit.at_most
    if limit.is_below:
        return Message(
            "'{limit}' asks for {enough} instead of {written}",
            limit=limit.name,
            enough=limit.amount(-bound, ROUND_FLOOR),
            written=limit.amount(-now),
        )
    if _is_difference(limit):
        return Message(
            "'{limit}' gives way by {amount}",
            context="loosened limit",
            limit=limit.name,
            amount=_lacking_width(limit, by),
        )
    return Message(
        "'{limit}' allows {enough} instead of {written}",
        context="loosened limit",
        limit=limit.name,
        enough=limit.amount(bound, ROUND_CEILING),
        written=limit.amount(now),
    )


def _is_difference(limit: Limit) -> bool:
    """Whether what is written is no sum of what the limit counts: a band, or a return."""
    return min(limit.weights) < 0 or (limit.at_most == 0 and limit.measure not in (COST, COUNT))


def _lacking_width(limit: Limit, by: int) -> Message:
    """Say the width that a band lacks, with four digits, or an amount."""
    return limit.amount(by, ROUND_CEILING, 4 if min(limit.weights) < 0 else 2)


def _conflicts(problem: Problem) -> Iterator[Conflict]:
    """Yield conflicts without a limit in common."""
    elastic, everything = Elastic(problem), set(range(len(problem.limits)))
    left = set(everything)
    for _ in range(CONFLICTS):
        proof = _proof(elastic, left)
        for member in sorted(
            proof.members if proof else ()
        ):  # a deletion filter: what stays is needed for the conflict
            if proof is not None and member in proof.members:
                proof = _proof(elastic, proof.members - {member}) or proof
        if proof is None:
            return
        places = sorted(proof.members, key=lambda one: (_order(problem.limits[one]), one))
        by = tuple(_relaxation(elastic, proof, one, everything) for one in places[:NAMED])
        yield Conflict(tuple(problem.limits[one] for one in places), by)
        left -= proof.members


def _order(limit: Limit) -> int:
    """Sort what is asked for before what is allowed, and that before what weighs one group against another."""
    return 0 if limit.is_below else 1 if min(limit.weights) >= 0 else 2


def _proof(elastic: Elastic, members: Collection[int]) -> Violation | None:
    """Return the proof that these limits clash; None where there is none."""
    proof_without = elastic.violation(weights_of(len(elastic.problem.limits), members))
    return proof_without if proof_without.proved else None


def _relaxation(elastic: Elastic, proof: Violation, member: int, everything: set[int]) -> int:
    """Return the whole units by which a limit must give way at least while all others hold.

    Where even then not all can be held, or where limits are many, only those that it clashes with are.
    """
    alone = len(everything) <= MANY and _proof(elastic, everything - {member}) is None
    others = everything if alone else proof.members
    weights = weights_of(len(everything), others, member)
    strongest = max(proof, elastic.violation(weights, precise=True), key=lambda one: one.least / one.prices[member]
                if one.prices[member] > 0 else -math.inf)  # fmt: skip
    units = strongest.least / float(strongest.prices[member]) * float(elastic.size[member])
    return max(math.ceil(units - NEGLIGIBLE * float(elastic.size[member])), 1)
