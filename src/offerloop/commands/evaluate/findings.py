"""What an evaluation found: what each policy is worth a decision, and which one leads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Literal

from offerloop.config import Shop
from offerloop.evaluation import ActionOverlap, CarryOver, Estimate, PolicyValue, Worth, widening
from offerloop.message import Message
from offerloop.offers import NO_OFFER
from offerloop.report import FolderResult

Kind = Literal["logged", "nothing", "everyone", "run", "file"]
Against = Literal["nothing", "logged", "best_single"]
SHOWN = 16
"""Policies in a chart at most; the tables have all."""


@dataclass(frozen=True)
class PolicyWorth:
    """One policy: its value by every method, or why it gets none."""

    kind: Kind
    name: str
    """The offer, the run or the file."""
    best: PolicyValue | None
    """The value by the recommended method."""
    methods: tuple[PolicyValue, ...] = ()
    refusal: Message | None = None
    overlap: tuple[ActionOverlap, ...] = ()
    misfits: bool = False
    """Whether its weights contradict the logged propensities: then these are not those by which offers were chosen."""
    against: Mapping[Against, Worth] = field(default_factory=dict)
    """This policy less another, paired."""
    repeated: PolicyValue | None = None
    """Its value where it also made the customers' earlier decisions in the log; None where that is not known."""
    repeated_refusal: Message | None = None
    """Why that is not known."""
    repeated_gain: Worth | None = None
    """The policy applied repeatedly less the baseline applied repeatedly, paired."""

    @property
    def gives_nothing(self) -> bool:
        """Whether it is the same as giving nothing to anybody in the log."""
        return all(action.policy_share == 0 for action in self.overlap if action.name != NO_OFFER)

    @property
    def best_value(self) -> PolicyValue:
        """The recommended value of a policy that has one."""
        assert self.best is not None
        return self.best


@dataclass(frozen=True)
class EvaluationNote:
    """Something that a reader must know, by its key among the words."""

    key: str
    values: Mapping[str, str | int | Message] = field(default_factory=dict)


@dataclass(frozen=True)
class EvaluationFindings:
    """Everything that the report of an evaluation tells; money in minor units a decision."""

    shop: Shop
    window_days: int
    from_day: int
    """First epoch day of the exposures."""
    until_day: int
    """Last epoch day of the exposures."""
    n_decisions: int
    n_customers: int
    has_cost: bool
    policies: tuple[PolicyWorth, ...]
    notes: tuple[EvaluationNote, ...] = ()
    rival: tuple[str, Worth] | None = None
    """The best other offer for everybody, and the leading policy less it."""
    earlier: CarryOver | None = None
    """Whether earlier offers matter; None where no customer was shown anything before."""

    @property
    def one_period_only(self) -> bool:
        """Whether the value of one decision is not that of a policy applied repeatedly."""
        return self.earlier is not None and self.earlier.matters

    @property
    def best_repeated(self) -> PolicyWorth | None:
        """The policy that brings most applied repeatedly; one that too few decisions speak about only without
        another."""
        with_repeated = [one for one in self.candidates if one.repeated is not None and one.repeated_gain is not None]
        firm = [one for one in with_repeated if one.repeated is not None and not one.repeated.flagged]
        return max(
            firm or with_repeated,
            key=lambda one: main(one.repeated_gain).value if one.repeated_gain else 0.0,
            default=None,
        )

    @property
    def is_contradicted(self) -> bool:
        """Whether the weights of some policy contradict the logged propensities."""
        return any(one.misfits for one in self.policies)

    @property
    def valued(self) -> tuple[PolicyWorth, ...]:
        """Policies with a value, the best first."""
        with_best = (one for one in self.policies if one.best is not None)
        return tuple(sorted(with_best, key=lambda one: main(one.best_value).value, reverse=True))

    @property
    def shown(self) -> list[PolicyWorth]:
        """Return the best policies, and those that are no single offer whatever their place."""
        single = [one for one in self.valued if one.kind == "everyone"]
        room = SHOWN - (len(self.valued) - len(single))
        return [one for one in self.valued if one.kind != "everyone" or one in single[:room]]

    @property
    def refused(self) -> tuple[PolicyWorth, ...]:
        """The policies that could not be valued."""
        return tuple(one for one in self.policies if one.best is None)

    @property
    def baseline(self) -> PolicyWorth:
        """Giving nothing, or the policy that made the log where that has no value."""
        return next((one for one in self.valued if one.kind == "nothing"), self.logged)

    @property
    def logged(self) -> PolicyWorth:
        """The policy that made the log."""
        return next(one for one in self.policies if one.kind == "logged")

    @property
    def baseline_repeated(self) -> PolicyWorth:
        """Never giving anything, or the policy that made the log where the value of that is not known."""
        return next((one for one in self.policies if one.kind == "nothing" and one.repeated is not None), self.logged)

    @property
    def candidates(self) -> tuple[PolicyWorth, ...]:
        """Policies that could take the place of the baseline, the best first; not one that never gives anything."""
        others = (one for one in self.valued if one.kind not in ("logged", "nothing"))
        return tuple(one for one in others if not one.gives_nothing)

    @property
    def leader(self) -> PolicyWorth | None:
        """The best of those clearly better than the baseline, or the best where none is.

        One that too few decisions speak about leads only where no other can.
        """
        clear = [one for one in self.candidates if self.together(self.gain(one)).low > 0]
        order = (*_firm(clear), *clear, *_firm(self.candidates), *self.candidates)
        return next(iter(order), None)

    def gain(self, policy: PolicyWorth) -> Worth:
        """A policy less the baseline."""
        return policy.against["nothing" if self.baseline.kind == "nothing" else "logged"]

    def together(self, worth: Worth) -> Estimate:
        """The main difference with an interval that holds for all candidates at once (Bonferroni).

        The best of many looks better than it is; at 95 % each one of them, some would lie above zero by luck alone.
        """
        main_estimate, wider = main(worth), widening(len(self.candidates))
        return Estimate(
            main_estimate.value,
            main_estimate.value - wider * (main_estimate.value - main_estimate.low),
            main_estimate.value + wider * (main_estimate.high - main_estimate.value),
        )


@dataclass(frozen=True)
class EvaluationResult(FolderResult):
    """Where a finished evaluation lies and what it found; `summary` is the content of evaluation.json."""

    findings: EvaluationFindings
    language: str
    """The language of the report and of `summary`."""

    _tables: ClassVar = ("policy_values", "overlap")


def _firm(policies: Sequence[PolicyWorth]) -> list[PolicyWorth]:
    """Those that enough decisions speak about."""
    return [one for one in policies if not one.best_value.flagged]


def main(worth: Worth) -> Estimate:
    """Profit, or value where no cost is known."""
    return worth.value if worth.profit is None else worth.profit
