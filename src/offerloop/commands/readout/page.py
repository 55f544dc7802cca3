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
    usual_sentence,
    voice_of,
)
from offerloop.message import Message
from offerloop.report import Localizer, Opening, Tile, study_page

__all__ = ["render_readout", "summarise_readout"]
FORECAST_NOTES: dict[Place, Message] = {
    "inside": Message("95 % interval {interval}; realised lies inside it"),
    "above": Message("95 % interval {interval}; realised lies above it"),
    "below": Message("95 % interval {interval}; realised lies below it"),
}
"""What stands below the forecast, by where the realised profit lies."""


def render_readout(found: ReadoutFindings, language: str = "en") -> str:
    """One HTML file in one language that asks no other host for anything."""
    _ = voice_of(found, language)
    days = {"first": _.day(found.from_day), "last": _.day(found.until_day)}
    return study_page(
        _,
        found.shop,
        first_screen(found, _),
        sections(found, _),
        title=_("{shop}: what the offers caused, {first} to {last}", shop=found.shop.name, **days),
        when=_("What the plan of run {run} caused, {first} to {last}", run=found.run, **days),
        footer=_(
            "Made by Offerloop from the run's own tables and the orders since; the same figures "
            "are in readout.json, every estimate in effects.parquet and every customer in "
            "outcomes.parquet, beside this file."
        ),
    )


def first_screen(found: ReadoutFindings, _: Localizer) -> Opening:
    """The first screen; a stopped read-out has no figure and no chart."""
    if found.stopped is not None:
        return Opening(sentence(found, _.language), "", "", (), None)
    mark = (
        _("randomised comparison", context="mark of a page")
        if found.cost_is_observed
        else _("randomised comparison; {cost}", context="mark of a page", cost=FORECAST_COST)
    )
    first, *lead = filter(None, (usual_sentence(found, _), sentence(found, _.language)))
    return Opening(first, "".join(lead), mark, _tiles(found, _), forecast_figure(found, _))


def _tiles(found: ReadoutFindings, _: Localizer) -> tuple[Tile, ...]:
    return (_profit(found, _), _forecast(found, _), _conversion(found, _), _anyway(found, _))


def _profit(found: ReadoutFindings, _: Localizer) -> Tile:
    one = found.profit
    value, interval = _.money.parts(one.total)
    note = _(
        "95 % interval {interval}, {n} customer treated{cost}",
        context="note of a key figure",
        plural="95 % interval {interval}, {n} customers treated{cost}",
        interval=interval,
        n=one.n_treated,
        cost=unseen_cost(found, _, AND_COST),
    )
    return Tile(
        _("Profit, {n} day", context="key figure", plural="Profit, {n} days", n=found.until_day - found.from_day + 1),
        value,
        note,
    )


def _forecast(found: ReadoutFindings, _: Localizer) -> Tile:
    both = found.against_forecast
    if both is None:
        return Tile(
            _("Forecast", context="key figure"),
            _("none", context="key figure"),
            _("the run holds no forecast of a plan that was sent"),
        )
    value, interval = _.money.parts(both.forecast)
    return Tile(_("Forecast, one week", context="key figure"), value, _(FORECAST_NOTES[both.place], interval=interval))


def _conversion(found: ReadoutFindings, _: Localizer) -> Tile:
    one = found.effect("plan", "bought")
    if one is None:
        return Tile(_("More customers bought", context="key figure"), _("not known", context="key figure"), "")
    value, interval = customer_parts(one, _)
    return Tile(
        _("Change in customers who bought"), value, _("95 % interval {interval}, of those treated", interval=interval)
    )


def _anyway(found: ReadoutFindings, _: Localizer) -> Tile:
    one, label = found.bought_anyway, _("Bought anyway", context="key figure")
    if one is None:
        return Tile(label, _("not known", context="key figure"), _("redemptions were not observed, or are too few"))
    value, interval = share_words(one.share, _)
    return Tile(label, value, _("95 % interval {interval}, of {n} who redeemed", interval=interval, n=one.n_redeemed))
