"""The request of an experiment: which column holds what."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

from offerloop.errors import InputError
from offerloop.evaluation import Metric
from offerloop.message import Message
from offerloop.workspace import as_number, refuse_two_roles

MAY_SHARE = (frozenset(("--denominator", "--before-denominator")),)
"""Options that may name one column: a divisor that no arm changes."""


@dataclass(frozen=True)
class ExperimentRequest:
    """Which column is what."""

    arm: str
    outcome: str
    denominator: str | None = None
    """The metric is then a ratio: sum of the outcome over sum of this."""
    before: str | None = None
    """The outcome of the same customers before the experiment."""
    before_denominator: str | None = None
    guardrails: tuple[Metric, ...] = ()
    """The guardrails, by their columns."""
    shares: tuple[tuple[str, float], ...] = ()
    """Planned share of each arm."""
    control: str | None = None
    """Name of the arm without the change; None where it can be recognised."""
    planned: float | None = None
    """Customers for which the experiment was planned, where it is looked at more than once."""
    cluster: str | None = None
    """Column of what was drawn as a whole: household, store, day. Sizes and plans then count these."""
    by: tuple[str, ...] = ()
    """Columns by whose values the outcome is broken down."""

    def __post_init__(self) -> None:
        """Raises InputError for what cannot be."""
        if self.planned is not None and not 0 < self.planned < inf:
            raise InputError(
                Message("--sequential must be the planned number of customers, above 0, not {n}", n=self.planned)
            )
        if (self.before_denominator is None) != (self.before is None or self.denominator is None):
            raise InputError(
                Message("--before-denominator belongs to --before and --denominator: give all three to adjust a ratio")
            )
        if len({*self.by}) < len(self.by) or {*self.by} & {self.arm, self.outcome}:
            raise InputError(Message("--by names segments: each column once, and neither the arm nor the outcome"))
        refuse_two_roles({"--arm": self.arm, **self._single, **self.clusters}, MAY_SHARE)
        names = [one.name for one in self.guardrails]
        if len({self.outcome, *names}) <= len(names):
            raise InputError(Message("a column is named twice among --outcome and --guardrail; name each once"))

    def planned_of(self, arm: str, control: str, n_arms: int) -> float | None:
        """The planned number of an arm and the control, of `n_arms` in all: by their planned shares, or else equal."""
        if self.planned is None:
            return None
        shares = dict(self.shares) or dict.fromkeys((arm, control), 1.0)
        return self.planned * (shares[arm] + shares[control]) / (sum(shares.values()) if self.shares else n_arms)

    @property
    def segmented(self) -> dict[str, str]:
        """The columns of segments, by what names them."""
        return {f"--by {name}": name for name in self.by}

    @property
    def clusters(self) -> dict[str, str]:
        """The column of clusters, by its option."""
        return {} if self.cluster is None else {"--cluster": self.cluster}

    @property
    def columns(self) -> dict[str, str]:
        """Columns of numbers, by what names them."""
        return self._single | {f"--guardrail {one.name}": one.name for one in self.guardrails}

    @property
    def _single(self) -> dict[str, str]:
        single = {"--outcome": self.outcome, "--denominator": self.denominator, "--before": self.before,
                  "--before-denominator": self.before_denominator}  # fmt: skip
        return {option: name for option, name in single.items() if name is not None}


def read_guardrail(text: str) -> Metric:
    """Read a guardrail from ``margin=-0.02`` (2 % less, as ``margin=0.02``) or ``returns=+0.1`` (10 % more).

    Raises InputError for anything else.
    """
    name, _, size = text.rpartition("=")
    margin = as_number(size)
    if not name or margin is None or not abs(margin) < float("inf"):
        raise InputError(Message("--guardrail must be like rating=-0.02 or returns=+0.1, not '{text}'", text=text))
    return Metric(name, abs(margin), lower_is_better=size.strip().startswith("+"))
