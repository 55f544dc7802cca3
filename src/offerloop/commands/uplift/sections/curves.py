"""What treating more and more customers brings, those ranked best first: over their share, and over the cost."""

from __future__ import annotations

from offerloop.commands.uplift.findings import UpliftFindings
from offerloop.commands.uplift.measures import MEASURES, everyone, measure
from offerloop.commands.uplift.sections.columns import columns
from offerloop.commands.uplift.sentences.details import order
from offerloop.commands.uplift.sentences.phrases import estimator
from offerloop.evaluation import Estimate
from offerloop.message import Message
from offerloop.report import (
    PLAIN_LABELS,
    Axes,
    Figure,
    Level,
    LinePoint,
    Localizer,
    Section,
    Straight,
    Table,
    Text,
    capital,
    figure,
    line,
    percent_labels,
)
from offerloop.response import TreatedShare

HALF = 0.5
CURVES = {
    "helps": Message("Treating the customers ranked first brings more than treating as many at random"),
    "no": Message("Treating the customers ranked first is not clearly better than treating as many at random"),
    "harms": Message("Treating the customers ranked first is worse than treating as many at random"),
    "none": Message("The method puts all customers level, so nobody is ranked first"),
}
"""The finding of the curve."""
NOBODY = LinePoint(0.0, Estimate(0.0, 0.0, 0.0))
"""Where curves begin."""


def curve_section(findings: UpliftFindings, _: Localizer) -> Section | None:
    """Gain over the share of customers treated."""
    if not findings.curve:
        return None
    message = _(CURVES[order(findings.targeting)])
    intro = Text(
        _(
            "From left to right more customers get an offer, those ranked best by {estimator} first, each the "
            "offer that is predicted to bring most. Where the curve is flat, further customers bring nothing; where it "
            "falls, they cost more than they bring.",
            estimator=estimator(findings.estimator, _),
        )
    )
    return Section("curve", _("Uplift curve", context="section name"), message, (intro, _curve_figure(findings, _)))


def _curve_figure(findings: UpliftFindings, _: Localizer) -> Figure:
    unit, half = measure(findings, _), _half(findings)
    points = [NOBODY, *(LinePoint(one.share, unit.scaled(one.gain)) for one in findings.curve)]
    axes = Axes(percent_labels(_), PLAIN_LABELS, capital(_("share of customers treated")))
    return figure(
        "curve",
        _("What treating more and more customers brings"),
        capital(
            _(
                "{name} {per} of the whole table, with 95 % band; the dashed line treats random customers with {offer}",
                offer=_.quoted(findings.offer),
                **unit.texts(),
            )
        ),
        line(points, (), axes, against=_random_gain(findings, _)),
        _gain_table(findings, _),
        localizer=_,
        says=_(
            "At {share} treated: {size}.", context="uplift study", share=_.share(half.share), size=unit.size(half.gain)
        ),
    )


def _half(findings: UpliftFindings) -> TreatedShare:
    """The step with about half of the customers."""
    return min(findings.curve, key=lambda one: abs(one.share - HALF))


def _random_gain(findings: UpliftFindings, _: Localizer) -> Straight | None:
    """Random customers with the best offer for everybody: as much for each share as for all."""
    unit, best = measure(findings, _), everyone(findings)
    if best is None or best.treated_share <= 0:
        return None
    end = max(one.share for one in findings.curve)
    gain = best.profit.value * unit.customers * end / best.treated_share
    return Straight(end, gain, _("random customers", context="label of a line"))


def _gain_table(findings: UpliftFindings, _: Localizer) -> Table:
    unit = measure(findings, _)
    rows = tuple((_.share(point.share), unit.size(point.gain)) for point in findings.curve)
    return Table(_("Gain by share of customers treated"), columns(_, "treated", "size", **unit.texts()), rows)


def _cost_table(findings: UpliftFindings, _: Localizer) -> Table:
    unit = measure(findings, _)
    rows = tuple((_.share(point.share), unit.size(point.cost), unit.size(point.value)) for point in findings.curve)
    heads = (*columns(_, "treated"), _(MEASURES["cost"]), _(MEASURES["value"]))
    return Table(_("Cost and value by share of customers treated, {per}", per=unit.per), heads, rows)


def cost_section(findings: UpliftFindings, _: Localizer) -> Section | None:
    """Value over cost, where cost is known."""
    half, unit = _half(findings) if findings.curve else None, measure(findings, _)
    if half is None or half.cost is None:
        return None
    value, cost = unit.size(half.value), unit.size(half.cost)
    message = _(
        "The half of the customers ranked first would bring a value of {value} for a cost of {cost} {per}",
        value=value,
        cost=cost,
        per=unit.per,
    )
    intro = Text(
        _(
            "Upwards is what offers bring before their cost, to the right what they cost. An offer pays as "
            "long as the curve rises by more than 1 for each 1 of cost."
        )
    )
    return Section("costs", _("Cost curve", context="section name"), message, (intro, _cost_figure(findings, _)))


def _cost_figure(findings: UpliftFindings, _: Localizer) -> Figure:
    unit, half = measure(findings, _), _half(findings)
    paid = ((one.cost, one.value) for one in findings.curve if one.cost is not None)
    points = [NOBODY, *(LinePoint(unit.scaled(cost).value, unit.scaled(value)) for cost, value in paid)]
    axes = Axes(PLAIN_LABELS, PLAIN_LABELS, capital(_("cost {per}", context="axis title", **unit.texts())))
    return figure(
        "costs",
        _("What the customers ranked first bring for what they cost"),
        capital(
            _(
                "value {per} of the whole table, with 95 % band; below, mean cost; the dashed line "
                "treats random customers with {offer}",
                offer=_.quoted(findings.offer),
                **unit.texts(),
            )
        ),
        line(points, _budget(findings, points, _), axes, against=_random_cost(findings, points, _)),
        _cost_table(findings, _),
        localizer=_,
        says=_(
            "At {share} treated: {size}.", context="uplift study", share=_.share(half.share), size=unit.size(half.value)
        ),
    )


def _budget(findings: UpliftFindings, points: list[LinePoint], _: Localizer) -> list[Level]:
    """Where the budget lies, if the curve gets there."""
    if findings.budget is None:
        return []
    at = findings.budget / findings.n * measure(findings, _).customers
    within = at <= max(point.x for point in points)
    return [Level(at, _("budget", context="label of a line"))] if within else []


def _random_cost(findings: UpliftFindings, points: list[LinePoint], _: Localizer) -> Straight | None:
    """The best offer for everybody, to random customers: value grows straight with cost."""
    best = everyone(findings)
    if best is None or best.cost is None or best.cost.value <= 0:
        return None
    end = max(point.x for point in points)
    slope = (best.profit.value + best.cost.value) / best.cost.value
    return Straight(end, slope * end, _("random customers", context="label of a line"))
