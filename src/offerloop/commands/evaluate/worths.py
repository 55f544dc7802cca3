"""What every policy is worth, from the sums of a log: its value by every method, or why it gets none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from offerloop.commands.evaluate.findings import Against, EvaluationFindings, Kind, PolicyWorth, main
from offerloop.errors import EvidenceError
from offerloop.evaluation import (
    PolicySums,
    Worth,
    difference_of_policies,
    logged_by_sums,
    recommended_by_sums,
    repeated_value_by_sums,
    values_by_sums,
)

Named = tuple[Kind, str]
"""The kind and the name of a policy."""
FEWEST = 100
"""With fewer decisions that speak, nothing is said of the logged propensities: a small sample lacks heavy weights."""


def policy_worths(
    policies: Sequence[Named], sums: Sequence[PolicySums], *, with_repeated: bool
) -> tuple[PolicyWorth, ...]:
    """Every policy with its value, the log's own first, and where it is asked for with that of a policy applied
    repeatedly.

    The first of the sums are those of the log's own policy, the others those of `policies`.
    """
    own, table = logged_by_sums(sums[0]), sums[0].overlap
    shown = () if table.possible is None else tuple(table.table(sums[0].names))
    worths = [PolicyWorth("logged", "logged", own, (own,), overlap=shown)]
    worths += [_worth(*policy, one) for policy, one in zip(policies, sums[1:], strict=True)]
    compared = _compared(worths)
    return _with_repeated(compared, sums) if with_repeated else compared


def _worth(kind: Kind, name: str, sums: PolicySums) -> PolicyWorth:
    """One policy by every method, or its refusal."""
    table = tuple(sums.overlap.table(sums.names))
    misfits = sums.overlap.effective_size >= FEWEST and sums.misfit() is not None
    try:
        best = recommended_by_sums(sums)
    except EvidenceError as error:
        return PolicyWorth(kind, name, None, refusal=error.message, overlap=table, misfits=misfits)
    return PolicyWorth(kind, name, best, tuple(values_by_sums(sums)), overlap=table, misfits=misfits)


def _compared(worths: list[PolicyWorth]) -> tuple[PolicyWorth, ...]:
    """Each policy with its differences from giving nothing, the log's own and the best offer for everybody."""
    others: dict[Against, PolicyWorth | None] = {
        "nothing": _first(worths, "nothing"), "logged": _first(worths, "logged"), "best_single": _best_single(worths),
    }  # fmt: skip
    return tuple(
        replace(worth, against={
            name: difference_of_policies(worth.best_value, other.best_value)
            for name, other in others.items() if other is not None and other is not worth and worth.best is not None
        })
        for worth in worths
    )  # fmt: skip


def _with_repeated(worths: tuple[PolicyWorth, ...], sums: Sequence[PolicySums]) -> tuple[PolicyWorth, ...]:
    """The policies with their values when applied repeatedly, and these less the baseline's."""
    own = replace(worths[0], repeated=worths[0].best)  # it made the earlier decisions
    with_repeated = [own, *(_repeated(one, of_policy) for one, of_policy in zip(worths[1:], sums[1:], strict=True))]
    base = next((one for one in with_repeated if one.kind == "nothing" and one.repeated is not None), own)
    return tuple(
        replace(worth, repeated_gain=difference_of_policies(worth.repeated, base.repeated))
        if worth is not base and worth.repeated is not None and base.repeated is not None
        else worth
        for worth in with_repeated
    )


def _repeated(policy_worth: PolicyWorth, sums: PolicySums) -> PolicyWorth:
    if policy_worth.best is None:
        return policy_worth
    try:
        return replace(policy_worth, repeated=repeated_value_by_sums(sums))
    except EvidenceError as error:
        return replace(policy_worth, repeated_refusal=error.message)


def _first(worths: list[PolicyWorth], kind: Kind) -> PolicyWorth | None:
    return next((one for one in worths if one.kind == kind and one.best is not None), None)


def _best_single(worths: list[PolicyWorth], without: str | None = None) -> PolicyWorth | None:
    """The best offer for everybody; one that too few decisions speak about only where all are like that."""
    single = [one for one in worths if one.kind == "everyone" and one.best is not None and one.name != without]
    firm = [one for one in single if not one.best_value.flagged]
    return max(firm or single, key=lambda one: main(one.best_value).value, default=None)


def rival(findings: EvaluationFindings) -> tuple[str, Worth] | None:
    """The best other offer for everybody, and the leading policy less it."""
    leader = findings.leader
    if leader is None:
        return None
    other = _best_single(list(findings.policies), leader.name if leader.kind == "everyone" else None)
    return None if other is None else (other.name, difference_of_policies(leader.best_value, other.best_value))
