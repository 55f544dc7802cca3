"""The comparisons of a read-out: the plan's offers, the whole programme, and segments of the plan's customers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from offerloop.commands.readout.findings import FIFTHS, AgainstForecast, BoughtAnyway, ReadoutEffect, campaign_group
from offerloop.commands.readout.inputs import PastRun
from offerloop.commands.readout.shards.groups import EVERYBODY, ReadoutSums, Sides
from offerloop.evaluation import (
    LEAST_CUSTOMERS,
    Difference,
    Estimate,
    cuped,
    difference,
    enough,
    holm,
    relative,
)
from offerloop.message import Message
from offerloop.profiles import TAG_LABELS


def compare(sides: Sides, comparison: str, outcome: str, group: str = EVERYBODY) -> list[ReadoutEffect]:
    """The adjusted and the unadjusted effect on one outcome."""
    (treated, control), moments = sides.sums, sides.moments(outcome)
    share = relative(*moments) if control.outcomes[outcome].mean > 0 else None
    return [
        ReadoutEffect(comparison, outcome, group, method, plain(gain), gain.p_value, treated.n, control.n, ratio)
        for method, gain, ratio in (("adjusted", cuped(*moments), None), ("unadjusted", difference(*moments), share))
    ]


def plain(difference: Difference) -> Estimate:
    """Return the value and its interval alone."""
    return Estimate(difference.value, difference.low, difference.high)


def plan_effects(sums: ReadoutSums, outcomes: Sequence[str]) -> tuple[list[ReadoutEffect], list[Message]]:
    """The plan's offers against the held-back: all outcomes over all campaigns and for each; and what is too small."""
    effects, few = [], []
    groups = {EVERYBODY: sums.sides("plan")}
    groups |= {campaign_group(name): sums.sides("campaign", name) for name in sums.names("campaign")}
    for name, sides in groups.items():
        treated, control = sides.sums
        if not comparable(sides):
            few.append(
                Message(
                    "campaign {name}: {treated} treated and {held} held back",
                    name=name,
                    treated=treated.n,
                    held=control.n,
                )
            )
            continue
        for outcome in outcomes:
            effects += compare(sides, "plan", outcome, name)
    sides = sums.sides("plan")
    if "before_revenue_minor" in sides.sums[0].outcomes:
        effects.append(_before(sides))
    return effects, few


def _before(sides: Sides) -> ReadoutEffect:
    """What both groups brought before the plan, which no offer of it can have changed."""
    (treated, control), moments = sides.sums, sides.moments("before_revenue_minor")
    share = relative(*moments) if control.outcomes["before_revenue_minor"].mean > 0 else None
    gain = difference(*moments)
    return ReadoutEffect(
        "plan", "before_revenue_minor", EVERYBODY, "unadjusted", plain(gain), gain.p_value, treated.n, control.n, share
    )


def programme_effects(sums: ReadoutSums, outcomes: Sequence[str]) -> tuple[list[ReadoutEffect], list[Message]]:
    """Everybody who follows the plan, held back or not, or explores against the holdout, whatever they were given.

    And that it is too small to be shown.
    """
    sides = sums.sides("programme")
    treated, control = sides.sums
    if not comparable(sides):
        few = Message(
            "the whole programme: {treated} on the plan and {held} in the holdout", treated=treated.n, held=control.n
        )
        return [], [few]
    return [one for outcome in outcomes for one in compare(sides, "programme", outcome)], []


def comparable(sides: Sides) -> bool:
    """Whether both have customers and buyers enough for a difference."""
    treated, control = sides.sums
    return enough(treated.n, control.n, treated.buyers + control.buyers)


def segment_effects(sums: ReadoutSums) -> tuple[list[ReadoutEffect], list[Message]]:
    """Adjusted effect on margin by tag and by fifth of predicted profit, with Holm's p-values; and what is small."""
    segments = [("tag", name) for name in sums.names("tag")] + [("fifth", name) for name in FIFTHS]
    effects, few = [], []
    for kind, name in segments:
        sides = sums.sides(kind, name)
        treated, control = sides.sums
        if comparable(sides):
            effects.append(compare(sides, kind, "margin_minor", name)[0])
        elif treated.n + control.n:
            few.append(
                Message(
                    "{name}: {treated} treated and {held} held back",
                    name={**FIFTHS, **TAG_LABELS}.get(name, name),
                    treated=treated.n,
                    held=control.n,
                )
            )
    adjusted = holm([one.p_value for one in effects])
    return [replace(one, p_value=p) for one, p in zip(effects, adjusted, strict=True)], few


def against_forecast(run: PastRun, sums: ReadoutSums, days: int, period_days: int) -> AgainstForecast | None:
    """Realised profit of the first `days` beside the forecast of the plan as it went out; None without one."""
    rows = run.comparison.filter(pl.col("campaign_id").is_in(run.sent))
    rule = "plan as sent" if "plan as sent" in set(rows["rule"]) else "plan"
    rows = rows.filter(pl.col("rule") == rule)
    if rows.is_empty():
        return None
    forecast, is_partly_assumed = summed_forecast(rows)
    adjusted, plain = compare(sums.sides("forecast"), "plan", "profit_minor")
    return AgainstForecast(
        forecast, adjusted.total, plain.total, days, period_days, run.config.evaluate.window_days,
        is_partly_assumed=is_partly_assumed,
    )  # fmt: skip


def summed_forecast(rows: pl.DataFrame) -> tuple[Estimate, bool]:
    """Return the profit of all campaigns (rows), and whether those of some, which have no interval, are assumed."""
    profit, *ends = (rows[f"profit{end}_minor"].cast(pl.Float64) for end in ("", "_low", "_high"))
    n_assumed = ends[0].null_count()
    low, high = (None if n_assumed else float(end.sum()) for end in ends)
    return Estimate.from_bounds(float(profit.sum()), low, high), 0 < n_assumed < rows.height


def bought_anyway(sums: ReadoutSums, conversion: ReadoutEffect, *, any_coupon: bool) -> BoughtAnyway | None:
    """Return 1 - (buyers gained / redeemers) of those who redeemed; None when no redemption was observed.

    Buyers gained are the effect on buying times the treated. It is the least share: buyers gained who redeem nothing,
    as below a minimum spend, leave more redeemers who would have bought. The interval of the effect may lie beyond 0
    or 100 %, so that the cut leaves nothing of it: it always holds Wilson's interval of a share of the redeemers.
    """
    redeemed = sums.sides("plan").sums[0].redeemers
    if redeemed < LEAST_CUSTOMERS:
        return None
    gained = conversion.total
    value, low, high = (min(1.0, max(0.0, 1 - one / redeemed)) for one in (gained.value, gained.high, gained.low))
    counted = Estimate.of_share(round(value * redeemed), redeemed)
    return BoughtAnyway(Estimate(value, min(low, counted.low), max(high, counted.high)), redeemed, any_coupon)
