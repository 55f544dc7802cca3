"""Whether a table contradicts itself, so that nothing is to be done by what it shows."""

from __future__ import annotations

from offerloop.commands.uplift.findings import UpliftFindings
from offerloop.evaluation import widening

UNLIKELY = 0.001
"""A p-value below which a check of the design fails, as in a read-out."""


def is_doubtful(found: UpliftFindings) -> bool:
    """Return whether any check failed."""
    return bool(lost_rows(found) or unlike_arms(found) or impossible(found) or found.suspects or found.disagreeing)


def lost_rows(found: UpliftFindings) -> bool:
    """Return whether the sizes of arms are no accident."""
    return found.ratio_p is not None and found.ratio_p < UNLIKELY


def unlike_arms(found: UpliftFindings) -> bool:
    """Return whether the arms of a trial differed before it."""
    return found.design == "randomised" and found.balance_p < UNLIKELY


def impossible(found: UpliftFindings) -> list[str]:
    """Columns on which an effect is seen though none can be, by intervals that hold for all of them at once."""
    wider = widening(max(len(found.negative_controls), 1))
    return [
        name
        for name, one in found.negative_controls.items()
        if abs(one.value) > wider * max(one.high - one.value, one.value - one.low)
    ]
