"""What the study of one trial found: everything that its page, its JSON and its sentence on the terminal tell.

Figures are per customer in the outcome's own unit, or in the unit of `value` where one was given; they are not money
unless the table says so. Intervals are 95 %.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from offerloop.evaluation import Estimate
from offerloop.response import FollowUp, Policy, TreatedShare

Conclusion = Literal["pays", "may_pay", "does_not_pay", "doubtful"]
Design = Literal["known", "randomised", "observational"]
NoteKind = Literal[
    "ignored_id", "ignored_outcome_like", "ignored_date", "ignored_constant", "ignored_many_values", "filled_missing",
    "small_arm", "shares_not_checked", "no_cost", "sampled", "trimmed", "few_events", "negative_cost", "no_types",
    "few_clusters", "repeated_id", "kept_distinct", "learned_from_part",
]  # fmt: skip


@dataclass(frozen=True)
class Note:
    """Something that a reader must know."""

    kind: NoteKind
    names: tuple[str, ...] = ()
    """Columns or arms."""
    n: int = 0


@dataclass(frozen=True)
class Arm:
    """One offer of the trial, or none."""

    name: str
    n: int
    mean: Estimate
    """The mean of the outcome, as it was seen."""
    raw: Estimate | None
    """The difference of these means from that of no offer; None for no offer itself."""
    effect: Estimate | None
    """The same, adjusted for what was known of customers before."""
    value: Estimate | None
    cost: Estimate | None
    profit: Estimate | None
    """Against no offer; value is None where it is the outcome itself, cost and profit where no cost is known."""


@dataclass(frozen=True)
class Suspect:
    """A column that tells the outcome so well that it was hardly known before the offer."""

    column: str
    kind: Literal["explains", "never_without", "moved"]
    """It explains most of the outcome, the outcome never happens where the column has its usual value, or arms differ
    in it as if the offers had changed it."""
    share: float
    """Share of the outcome's spread, or of customers with that value."""
    value: str = ""
    """The usual value."""


@dataclass(frozen=True)
class Ranked:
    """An estimator as a ranking of customers, judged on customers whom it had not seen."""

    name: str
    area: Estimate
    """Profit per customer, averaged over all shares that could be treated, best first."""
    share: Estimate | None
    """The same divided by what treating everybody with the best offer brings: .5 is a random order. None where that
    does not clearly bring anything."""
    over_random: Estimate
    policy: Estimate | None
    """Profit per customer over nothing if everybody gets the offer that it holds best; None for the reader's score."""
    is_chosen: bool
    is_score: bool = False
    """Whether it is the reader's own score, which ranks customers for the offer for everybody; `name` is its column."""


@dataclass(frozen=True)
class UsualArea:
    """An order of customers by the measures of other libraries, for the offer for everybody against no offer."""

    name: str
    """The name of the estimator, or the column of the score."""
    is_score: bool
    qini: Estimate
    """Area between the Qini curve and a random order, by the height of the curve's end: 0 for a random order."""
    auuc: Estimate
    """Area under the uplift curve, by the height of its end: 0.5 for a random order."""


@dataclass(frozen=True)
class TargetingWorth:
    """A policy on left-out customers, over giving nothing."""

    kind: Literal["everyone", "targeted", "forecast"]
    name: str
    """The name of the offer or the estimator."""
    treated_share: float
    profit: Estimate
    """Doubly robust; value where no cost is known."""
    snips: Estimate
    """The same by self-normalised weights alone."""
    cost: Estimate | None


@dataclass(frozen=True)
class EffectDecile:
    """Customers with about the same predicted effect of their best offer."""

    decile: int
    """1 lowest to 10 highest."""
    n: int
    predicted: float
    realised: Estimate


@dataclass(frozen=True)
class ResponseType:
    """Customers by what an offer does to them; shares are expected ones, since no single customer's type is known."""

    name: Literal["persuadable", "sure_thing", "lost_cause", "sleeping_dog"]
    share: Estimate


@dataclass(frozen=True)
class AuditedGroup:
    """An audited group under the policy that is decided, whether or not that is recommended."""

    column: str
    group: str
    n: int
    treated_share: Estimate
    effect: Estimate
    """The effect of the best offer for everybody on the group."""
    cost: Estimate | None


@dataclass(frozen=True)
class CovariateBalance:
    """How far apart an arm and no offer were before the trial."""

    column: str
    arm: str
    difference: float
    """The difference in standard deviations."""
    z: float


@dataclass(frozen=True)
class Overlap:
    """Propensities of an arm, as a model of who was given what tells them; of an observational table."""

    arm: str
    quantiles: tuple[float, ...]
    """5, 25, 50, 75 and 95 %, of everybody."""
    effective_size: float


@dataclass(frozen=True)
class Condition:
    """A condition on one column."""

    column: str
    category: str | None
    """The category of a text, "missing" for missing numbers; None for numbers."""
    above: bool
    """Whether the number lies above `cut`, or the customer is of the category."""
    cut: float = 0.0


@dataclass(frozen=True)
class Driver:
    """What the effect of the offer for everybody goes with, all other columns being equal."""

    of: Condition
    slope: Estimate
    """Change of the effect for one standard deviation more."""
    p_value: float
    """The p-value, adjusted for the number of columns."""


@dataclass(frozen=True)
class Importance:
    """What the chosen estimator rests on."""

    column: str
    loss: Estimate
    """How much less it tells of left-out customers with the column shuffled, in the unit of the effect."""


@dataclass(frozen=True)
class Segment:
    """A kind of customers, found on one half of them; effect and number are those of the other half."""

    conditions: tuple[Condition, ...]
    n: int
    effect: Estimate


@dataclass(frozen=True)
class ArmsCompared:
    """Two offers against each other."""

    first: str
    second: str
    gap: Estimate
    """Profit of the first less that of the second, per customer; the interval holds for all pairs at once."""


@dataclass(frozen=True)
class AppliedScores:
    """Other customers that were scored."""

    customers: int
    budget: float | None
    """What may be spent on them: as much for each as in the trial."""
    unseen: Mapping[str, int]
    """Rows in which a column holds what the trial never had, by column."""


@dataclass(frozen=True)
class UpliftFindings:
    """Everything that the study of a trial found."""

    place: str
    """Name of the table."""
    n: int
    treatment: str
    outcome: str
    value: str | None
    """Column or number that the outcome is worth; None where the outcome itself counts."""
    cost: str | None
    control: str
    design: Design
    outcome_kind: Literal["binary", "count", "amount"]
    conclusion: Conclusion
    """Whether the policy pays by its forecast; `doubtful` where the table contradicts itself."""
    policy: Policy
    """What is decided by the best estimates, and forecast."""
    verdict: Policy
    """What is recommended for all customers: the policy where it pays, otherwise nothing."""
    p_value: float
    """How probable it is that the best of as many candidates without effect looks as good."""
    follow_up: FollowUp | None
    """A further trial that would show a gain as large as the forecast; None where it promises none."""
    offer: str
    """The one for everybody: the least expensive of those that cannot be told from the best."""
    near_ties: tuple[str, ...]
    """Offers that cannot be told from the best, that one and `offer` among them."""
    expense: Literal["cost", "depth"] | None
    """What tells how expensive offers are."""
    estimator: str
    targeting: Estimate
    """Area of the chosen estimator over random customers: whether it matters who is treated."""
    forecast: TargetingWorth
    """The worth of the whole procedure, choices included."""
    budget: float | None
    """The budget for all customers of the table."""
    arms: tuple[Arm, ...]
    ranked: tuple[Ranked, ...]
    policies: tuple[TargetingWorth, ...]
    curve: tuple[TreatedShare, ...]
    deciles: tuple[EffectDecile, ...]
    types: tuple[ResponseType, ...]
    unchanged_cost: Estimate | None
    """Share of the policy's cost that changes nothing: of what its customers do, they would do that much without it."""
    unchanged_money: Estimate | None
    """The same in the unit of cost, per customer of the table."""
    groups: tuple[AuditedGroup, ...]
    drivers: tuple[Driver, ...]
    importances: tuple[Importance, ...]
    segments: tuple[Segment, ...]
    pairs: tuple[ArmsCompared, ...]
    balance: tuple[CovariateBalance, ...]
    balance_p: float
    """That the arms differ so much by chance."""
    ratio_p: float | None
    """That the sizes of the arms differ so much from what was planned by chance; None where the plan is not known."""
    overlap: tuple[Overlap, ...]
    negative_controls: Mapping[str, Estimate]
    """Effect on columns that no offer can have changed."""
    suspects: tuple[Suspect, ...]
    disagreeing: tuple[str, ...]
    """Arms whose raw and adjusted differences contradict each other."""
    cluster: str | None
    clusters: int | None
    """The column of clusters, and how many there are."""
    features: tuple[str, ...]
    notes: tuple[Note, ...]
    usual_areas: tuple[UsualArea, ...] = ()
    """Of the chosen estimator, and of the reader's score; none where rows come in clusters, or where the effect of
    the offer for everybody, of which they are shares, is not clear."""
    against_score: Estimate | None = None
    """Area of the chosen estimator less that of the reader's score; None without one."""
    top: float | None = None
    """Share of the customers that may be treated at most."""
    scores: Any = field(repr=False, default=None)
    """Polars frame, a row per customer in the table's order: id or row, offer, and effect with interval by offer."""
    folder: Path | None = None
