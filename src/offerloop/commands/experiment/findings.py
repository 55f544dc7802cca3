"""What `offerloop experiment` found: each arm against the control."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from offerloop.evaluation.estimate import Estimate
from offerloop.evaluation.shipping import Action, Reason
from offerloop.workspace import plain


@dataclass(frozen=True)
class Compared:
    """One metric of one arm against the control."""

    metric: str
    value: float
    """Of the arm."""
    control: float
    difference: Estimate
    """In the metric's unit."""
    share: Estimate | None
    """Of the control's value; None where that is zero."""
    p_value: float
    p_adjusted: float
    """Over all arms (Holm)."""
    margin: float | None
    state: str


@dataclass(frozen=True)
class ArmFound:
    """What an arm shows."""

    arm: str
    n: int
    action: Action
    reasons: tuple[Reason, ...]
    metrics: tuple[Compared, ...]
    """Empty where the draw is broken."""


@dataclass(frozen=True)
class ExperimentFound:
    """A finished reading."""

    table: str
    control: str
    sizes: dict[str, int]
    ratio_p: float | None
    """Of these sizes against the planned shares; None without such."""
    sequential: float | None
    left: float | None
    """Customers until the planned number."""
    arms: tuple[ArmFound, ...]
    skewed: bool
    """Whether the outcome is so skewed, for groups so small, that its interval misses too often."""

    @property
    def summary(self) -> dict[str, Any]:
        """For machines; what is endless is left empty."""
        summary: dict[str, Any] = plain(asdict(self))
        return summary
