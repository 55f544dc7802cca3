"""What a read-out shows: comparisons and checks as plain values, without the code that found them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from offerloop.config import Shop
from offerloop.evaluation import Estimate
from offerloop.message import Message
from offerloop.tables import HOLDOUT

Place = Literal["inside", "above", "below", "early"]
CURRENCY_OUTCOMES = ("revenue_minor", "margin_minor", "cost_minor", "profit_minor", "before_revenue_minor")
OUTCOMES_SHOWN = ("bought", "n_orders", "revenue_minor", "margin_minor", "cost_minor", "profit_minor")
FIFTHS = {
    "lowest fifth": Message("lowest fifth", context="segment"),
    "second fifth": Message("second fifth", context="segment"),
    "middle fifth": Message("middle fifth", context="segment"),
    "fourth fifth": Message("fourth fifth", context="segment"),
    "highest fifth": Message("highest fifth", context="segment"),
}
"""Segments by predicted profit, from the lowest."""
FORECAST_COST = Message("cost as forecast, not observed")


def campaign_group(campaign: str) -> str:
    """Return how effects name the group of a campaign: by its id, but `all` is everybody."""
    return "campaign all" if campaign == "all" else campaign


@dataclass(frozen=True)
class ReadoutEffect:
    """Treated less control, per customer; money in minor units."""

    comparison: str
    """plan, programme, against_usual (plan less business as usual), usual (that less holdout), explore, tag, fifth."""
    outcome: str
    group: str
    method: str
    """adjusted, unadjusted or weighted."""
    estimate: Estimate
    p_value: float
    """The p-value; of segments adjusted for their number."""
    n_treated: int
    n_control: int
    relative: Estimate | None = None
    """As a share of the control's mean; of unadjusted effects only."""

    @property
    def total(self) -> Estimate:
        """The effect on everybody treated."""
        return self.estimate.times(self.n_treated)

    @property
    def is_sleeping_dog(self) -> bool:
        """Whether the offers clearly made this segment worse."""
        return self.comparison in ("tag", "fifth") and self.p_value < 0.05 and self.estimate.value < 0


@dataclass(frozen=True)
class DrawCheck:
    """One check of the draw; no effect is shown unless all pass."""

    name: Message
    held: int
    others: int
    expected_held: float
    """The expected number of the same customers; NaN where the check compares row by row."""
    p_value: float | None
    passes: bool
    causes: Message
    """Likely causes of a failure and what to do."""
    failure: Message
    """What was found, with counts, when it fails."""


@dataclass(frozen=True)
class AgainstForecast:
    """The forecast beside what came, in total over the customers with the plan's offer."""

    forecast: Estimate
    realised: Estimate
    unadjusted: Estimate
    days: int
    """Days of the period that are compared."""
    period_days: int
    forecast_days: int
    """Days that the forecast is for."""
    is_partly_assumed: bool = False
    """Whether the forecasts of some campaigns are assumed, and those of others are not."""

    @property
    def has_no_interval(self) -> bool:
        """Whether the forecast has no interval, as assumed effects have none."""
        return self.forecast.low == self.forecast.high

    @property
    def place(self) -> Place:
        """Where the realised profit lies: inside, above or below the forecast's interval.

        It is early where only some of the forecast's days were read.
        """
        if self.days < self.forecast_days:
            return "early"
        if self.realised.value > self.forecast.high:
            return "above"
        return "below" if self.realised.value < self.forecast.low else "inside"

    @property
    def overlaps(self) -> bool:
        """Whether the two intervals share any value."""
        return self.realised.low <= self.forecast.high and self.forecast.low <= self.realised.high

    @property
    def cannot_tell(self) -> bool:
        """Whether the interval of the realised profit holds all of the forecast's, so that nothing contradicts that."""
        return self.realised.low <= self.forecast.low and self.forecast.high <= self.realised.high


@dataclass(frozen=True)
class BoughtAnyway:
    """Share of those who redeemed who would have bought without the offer, if all buyers gained redeemed."""

    share: Estimate
    n_redeemed: int
    any_coupon: bool
    """True when redemptions were read from the order lines, where any coupon counts."""


@dataclass(frozen=True)
class ReadoutFindings:
    """Everything that the report of a read-out shows."""

    shop: Shop
    run: str
    from_day: int
    until_day: int
    period_note: Message | None
    """How the period was chosen when it was not given."""
    checks: tuple[DrawCheck, ...]
    stopped: Message | None
    """One sentence when no effect of the plan's offers may be shown."""
    control: str = HOLDOUT
    """The arm that the plan's customers are compared with: HOLDOUT, or HOLDBACK in a period of a loop."""
    cost_basis: Message = FORECAST_COST
    """observed in the order lines, observed in the redemptions, or FORECAST_COST."""
    margin_basis: str = "configured"
    """`lines` where what was paid for each line before offers is known, `unit costs` of categories, or `configured`."""
    covariate: Message | None = None
    """What the adjusted figures are adjusted by."""
    effects: tuple[ReadoutEffect, ...] = ()
    against_forecast: AgainstForecast | None = None
    begins_later: bool = False
    """Whether the period begins after the plan's, so that a forecast would be of other days."""
    bought_anyway: BoughtAnyway | None = None
    too_few: tuple[Message, ...] = ()
    """Comparisons left out because a group has too few customers, but for those of offers given at random."""
    too_few_explored: tuple[Message, ...] = ()
    """The same of offers given at random."""
    warnings: tuple[Message, ...] = field(default=())
    have_several: bool = False
    """Whether customers may have offers of several campaigns."""
    titles: dict[str, str] = field(default_factory=dict)
    """Campaign id to title."""
    asks_usual: bool = False
    """Whether some customers got business as usual, so that the plan can be compared with it."""
    unlike_costs: Message | None = None
    """Why profit is compared for the plan's offers alone; None where it is for all."""
    are_simulated: bool = False
    """Whether the orders since the plan are those of a demo."""

    def effect(
        self, comparison: str, outcome: str, group: str = "all", method: str = "adjusted"
    ) -> ReadoutEffect | None:
        """One of the effects."""
        key = (comparison, outcome, group, method)
        return next((one for one in self.effects if (one.comparison, one.outcome, one.group, one.method) == key), None)

    @property
    def compares_usual(self) -> bool:
        """Whether the plan as a whole may be compared with business as usual: some got that, as they were drawn."""
        return self.asks_usual and all(one.passes for one in self.checks)

    @property
    def left_out(self) -> tuple[Message, ...]:
        """Every comparison that is left out because a group has too few customers."""
        return (*self.too_few, *self.too_few_explored)

    @property
    def profit(self) -> ReadoutEffect:
        """The main figure: profit of the plan's offers; only when nothing stopped the reading."""
        effect = self.effect("plan", "profit_minor")
        if effect is None:
            raise ValueError("a stopped read-out has no effect")
        return effect

    @property
    def cost_is_observed(self) -> bool:
        """Whether the cost of the offers was seen and not only forecast."""
        return self.cost_basis != FORECAST_COST

    @property
    def segments(self) -> tuple[ReadoutEffect, ...]:
        """Effects by tag and by fifth of predicted profit."""
        return tuple(one for one in self.effects if one.comparison in ("tag", "fifth"))
