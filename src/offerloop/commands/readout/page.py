"""The page of a read-out: one sentence, four figures and a chart first, then the sections."""

from __future__ import annotations

from offerloop.commands.readout.findings import FORECAST_COST, Place, ReadoutFindings
from offerloop.commands.readout.sections import forecast_figure, sections
from offerloop.commands.readout.sentences import (
    AND_COST,
    customer_parts,
    sentence,
    share_words,
    summarise_readout,
    unseen_cost,
    usual_groups,
    usual_sentence,
    voice_of,
)
from offerloop.message import Message
from offerloop.report import Localizer, Opening, Tile, period_text, study_page

__all__ = ["render_readout", "summarise_readout"]
FORECAST_NOTES: dict[Place, Message] = {
    "inside": Message("95 % interval {interval}; profit of the same days, {realised}, lies inside it"),
    "above": Message("95 % interval {interval}; profit of the same days, {realised}, lies above it"),
    "below": Message("95 % interval {interval}; profit of the same days, {realised}, lies below it"),
    "early": Message("95 % interval {interval}; profit of the part of its days that was read: {realised}"),
}
"""What stands below the forecast, by where the realised profit lies."""
NOT_CONTRADICTED = Message("95 % interval {interval}; that of the profit of the same days, {realised}, includes it")
"""The same where the realised profit is too uncertain for its place to say anything."""


def render_readout(findings: ReadoutFindings, language: str = "en") -> str:
    """One HTML file in one language that asks no other host for anything."""
    _ = voice_of(findings, language)
    days = {"first": _.day(findings.from_day), "last": _.day(findings.until_day)}
    return study_page(
        _,
        findings.shop,
        first_screen(findings, _),
        sections(findings, _),
        title=_("{shop}: what the offers caused, {first} to {last}", shop=findings.shop.name, **days),
        when=_("What the plan of run {run} caused, {first} to {last}", run=findings.run, **days),
        footer=_(
            "Made by Offerloop from the run's own tables and the orders since; the same figures "
            "are in readout.json, every estimate in effects.parquet and every customer in "
            "outcomes.parquet, beside this file."
        ),
    )


def first_screen(findings: ReadoutFindings, _: Localizer) -> Opening:
    """The first screen; a stopped read-out has no figure and no chart."""
    simulated = _("simulated orders", context="mark of a page") if findings.are_simulated else ""
    said = (usual_sentence(findings, _), usual_groups(findings, _), sentence(findings, _.language))
    first, *lead = filter(None, said)
    if findings.stopped is not None:
        return Opening(first, _.sentences(lead), simulated, (), None)
    drawn = (
        _("randomised comparison", context="mark of a page")
        if findings.cost_is_observed
        else _("randomised comparison; {cost}", context="mark of a page", cost=FORECAST_COST)
    )
    mark = " · ".join(filter(None, (simulated, drawn)))
    return Opening(first, _.sentences(lead), mark, _tiles(findings, _), forecast_figure(findings, _))


def _tiles(findings: ReadoutFindings, _: Localizer) -> tuple[Tile, ...]:
    return (_profit(findings, _), _forecast(findings, _), _conversion(findings, _), _anyway(findings, _))


def _profit(findings: ReadoutFindings, _: Localizer) -> Tile:
    profit = findings.profit
    value, interval = _.money.parts(profit.total)
    note = _(
        "95 % interval {interval}, {n} customer treated{cost}",
        context="note of a key figure",
        plural="95 % interval {interval}, {n} customers treated{cost}",
        interval=interval,
        n=profit.n_treated,
        cost=unseen_cost(findings, _, AND_COST),
    )
    return Tile(
        _(
            "Profit, {n} day",
            context="key figure",
            plural="Profit, {n} days",
            n=findings.until_day - findings.from_day + 1,
        ),
        value,
        note,
    )


def _forecast(findings: ReadoutFindings, _: Localizer) -> Tile:
    both = findings.against_forecast
    if both is None:
        return Tile(
            _("Forecast", context="key figure"),
            _("not compared", context="key figure") if findings.begins_later else _("none", context="key figure"),
            _("it begins before this period, so it is not compared")
            if findings.begins_later
            else _("the run holds no forecast of a plan that was sent"),
        )
    value, interval = _.money.parts(both.forecast)
    label = _("Forecast, {period}", context="key figure", period=period_text(both.forecast_days))
    if both.has_no_interval:
        assumed = (
            _("no interval: partly assumed", context="key figure")
            if both.is_partly_assumed
            else _("no interval: assumed", context="key figure")
        )
        return Tile(label, _.money.text(both.forecast.value), assumed)
    note = NOT_CONTRADICTED if both.cannot_tell and both.place != "early" else FORECAST_NOTES[both.place]
    return Tile(label, value, _(note, interval=interval, realised=_.money.estimate(both.realised)))


def _conversion(findings: ReadoutFindings, _: Localizer) -> Tile:
    conversion = findings.effect("plan", "bought")
    if conversion is None:
        return Tile(_("More customers bought", context="key figure"), _("not known", context="key figure"), "")
    value, interval = customer_parts(conversion, _)
    return Tile(
        _("Change in customers who bought"), value, _("95 % interval {interval}, of those treated", interval=interval)
    )


def _anyway(findings: ReadoutFindings, _: Localizer) -> Tile:
    anyway, label = findings.bought_anyway, _("Bought anyway", context="key figure")
    if anyway is None:
        return Tile(label, _("not known", context="key figure"), _("redemptions were not observed, or are too few"))
    value, interval = share_words(anyway.share, _)
    return Tile(
        label, value, _("95 % interval {interval}, of {n} who redeemed", interval=interval, n=anyway.n_redeemed)
    )
