"""What treating more and more customers brings, those ranked best first: over their share, and over the cost."""

from __future__ import annotations

from offerloop.commands.uplift.findings import UpliftFindings
from offerloop.commands.uplift.measures import everyone, measure
from offerloop.commands.uplift.sentences import estimator, order
from offerloop.evaluation import Estimate
from offerloop.report import (
    PLAIN_LABELS,
    Axes,
    Figure,
    Level,
    Point,
    Section,
    Straight,
    Table,
    Text,
    Voice,
    capital,
    figure,
    line,
    percent_labels,
)
from offerloop.response import TreatedShare

HALF = 0.5
NOBODY = Point(0.0, Estimate(0.0, 0.0, 0.0))
"""Where curves begin."""


def curve_section(found: UpliftFindings, tell: Voice) -> Section | None:
    """Gain over the share of customers treated."""
    if not found.curve:
        return None
    message = tell.say(f"uplift.curve.{order(found.targeting)}")
    intro = Text(tell.say("uplift.curve.intro", estimator=estimator(found.estimator, tell)))
    return Section("curve", tell.say("uplift.curve.label"), message, (intro, _curve_figure(found, tell)))


def _curve_figure(found: UpliftFindings, tell: Voice) -> Figure:
    unit, half = measure(found, tell), _half(found)
    points = [NOBODY, *(Point(one.share, unit.scaled(one.gain)) for one in found.curve)]
    axes = Axes(percent_labels(tell), PLAIN_LABELS, capital(tell.say("uplift.curve.axis")))
    return figure(
        "curve",
        tell.say(f"uplift.curve.{order(found.targeting)}"),
        capital(tell.say("uplift.curve.measure", offer=tell.quoted(found.offer), **unit.texts())),
        line(points, (), axes, against=_random_gain(found, tell)),
        _table(found, tell),
        tell=tell,
        says=tell.say("uplift.curve.says", share=tell.share(half.share), size=unit.size(half.gain)),
    )


def _half(found: UpliftFindings) -> TreatedShare:
    """The step with about half of the customers."""
    return min(found.curve, key=lambda one: abs(one.share - HALF))


def _random_gain(found: UpliftFindings, tell: Voice) -> Straight | None:
    """Random customers with the best offer for everybody: as much for each share as for all."""
    unit, best = measure(found, tell), everyone(found)
    if best is None or best.treated_share <= 0:
        return None
    end = max(one.share for one in found.curve)
    gain = best.profit.value * unit.customers * end / best.treated_share
    return Straight(end, gain, tell.say("uplift.curve.random"))


def _table(found: UpliftFindings, tell: Voice) -> Table:
    unit = measure(found, tell)
    costed = any(one.cost is not None for one in found.curve)
    rows = tuple(
        (tell.share(one.share), unit.size(one.gain),
         *((unit.size(one.value), unit.size(one.cost)) if costed else ()))
        for one in found.curve
    )  # fmt: skip
    heads = (tell.say("uplift.curve.share"), tell.say("uplift.column.size", **unit.texts()))
    more = (tell.say("uplift.value"), tell.say("uplift.cost")) if costed else ()
    return Table(tell.say("uplift.curve.table"), (*heads, *more), rows)


def cost_section(found: UpliftFindings, tell: Voice) -> Section | None:
    """Value over cost, where cost is known."""
    half, unit = _half(found) if found.curve else None, measure(found, tell)
    if half is None or half.cost is None:
        return None
    value, cost = unit.size(half.value), unit.size(half.cost)
    message = tell.say("uplift.costs.message", value=value, cost=cost, per=unit.per)
    intro = Text(tell.say("uplift.costs.intro"))
    return Section("costs", tell.say("uplift.costs.label"), message, (intro, _cost_figure(found, tell)))


def _cost_figure(found: UpliftFindings, tell: Voice) -> Figure:
    unit, half = measure(found, tell), _half(found)
    paid = ((one.cost, one.value) for one in found.curve if one.cost is not None)
    points = [NOBODY, *(Point(unit.scaled(cost).value, unit.scaled(value)) for cost, value in paid)]
    axes = Axes(PLAIN_LABELS, PLAIN_LABELS, capital(tell.say("uplift.costs.axis", **unit.texts())))
    return figure(
        "costs",
        tell.say("uplift.costs.title"),
        capital(tell.say("uplift.costs.measure", offer=tell.quoted(found.offer), **unit.texts())),
        line(points, _budget(found, points, tell), axes, against=_random_cost(found, points, tell)),
        _table(found, tell),
        tell=tell,
        says=tell.say("uplift.curve.says", share=tell.share(half.share), size=unit.size(half.value)),
    )


def _budget(found: UpliftFindings, points: list[Point], tell: Voice) -> list[Level]:
    """Where the budget lies, if the curve gets there."""
    if found.budget is None:
        return []
    at = found.budget / found.n * measure(found, tell).customers
    within = at <= max(point.x for point in points)
    return [Level(at, tell.say("uplift.costs.budget"))] if within else []


def _random_cost(found: UpliftFindings, points: list[Point], tell: Voice) -> Straight | None:
    """The best offer for everybody, to random customers: value grows straight with cost."""
    best = everyone(found)
    if best is None or best.cost is None or best.cost.value <= 0:
        return None
    end = max(point.x for point in points)
    slope = (best.profit.value + best.cost.value) / best.cost.value
    return Straight(end, slope * end, tell.say("uplift.curve.random"))
