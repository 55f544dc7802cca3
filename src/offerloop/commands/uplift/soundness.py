"""Whether a table contradicts itself, so that nothing is to be done by what it shows."""

from __future__ import annotations

from statistics import NormalDist

from offerloop.commands.uplift.findings import UpliftFindings
from offerloop.evaluation import Z95

UNLIKELY = 0.001
"""A p-value below which a check of the design fails, as in a read-out."""


def is_doubtful(findings: UpliftFindings) -> bool:
    """Return whether any check failed."""
    return is_broken(findings) or bool(findings.suspects or findings.disagreeing)


def is_broken(findings: UpliftFindings) -> bool:
    """Return whether arms or their sizes cannot be right, whatever columns are looked at."""
    return lost_rows(findings) or unlike_arms(findings) or bool(impossible(findings))


def lost_rows(findings: UpliftFindings) -> bool:
    """Return whether the sizes of arms are no accident."""
    return findings.ratio_p is not None and findings.ratio_p < UNLIKELY


def unlike_arms(findings: UpliftFindings) -> bool:
    """Return whether the arms of a trial differed before it."""
    return findings.design == "randomised" and findings.balance_p < UNLIKELY


def impossible(findings: UpliftFindings) -> list[str]:
    """Columns on which an effect is seen though none can be, as clearly as a check asks for, of all of them at once."""
    wider = NormalDist().inv_cdf(1 - UNLIKELY / 2 / max(len(findings.negative_controls), 1)) / Z95
    return [
        name
        for name, estimate in findings.negative_controls.items()
        if abs(estimate.value) > wider * max(estimate.high - estimate.value, estimate.value - estimate.low)
    ]
