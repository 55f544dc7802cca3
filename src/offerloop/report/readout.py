"""The page of a read-out: one sentence, four figures and a chart first, then the sections."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from offerloop.report.blocks import Figure
from offerloop.report.numbers import Money, count, day_text
from offerloop.report.page import environment, kept_together
from offerloop.report.readout_findings import FORECAST_COST, ReadoutFindings
from offerloop.report.readout_sections import forecast_figure, sections
from offerloop.report.readout_sentences import per_customer, sentence, share_words, summarise_readout
from offerloop.report.sections.first_screen import Tile
from offerloop.report.voice import Voice

__all__ = ["render_readout", "summarise_readout"]


@dataclass(frozen=True)
class FirstScreen:
    """Everything above the sections."""

    headline: str
    mark: str
    tiles: tuple[Tile, ...]
    chart: Figure | None


def render_readout(found: ReadoutFindings) -> str:
    """One HTML file that asks no other host for anything."""
    page = (
        environment(Voice("en", found.shop.currency))
        .get_template("readout.html.j2")
        .render(
            shop=found.shop,
            run=found.run,
            from_day=day_text(found.from_day),
            until_day=day_text(found.until_day),
            first=first_screen(found),
            sections=sections(found),
            mark=_as_written,
        )
    )
    return kept_together(page)


def _as_written(text: str) -> Any:  # noqa: ANN401 - markupsafe's text
    """Words stay without links: the glossary is short and on the same page."""
    from markupsafe import escape

    return escape(text)


def first_screen(found: ReadoutFindings) -> FirstScreen:
    """The first screen; a stopped read-out has no figure and no chart."""
    if found.stopped is not None:
        return FirstScreen(sentence(found), "", (), None)
    mark = "randomised comparison" if found.cost_is_observed else f"randomised comparison; {FORECAST_COST}"
    return FirstScreen(sentence(found), mark, _tiles(found), forecast_figure(found))


def _tiles(found: ReadoutFindings) -> tuple[Tile, ...]:
    return (_profit(found), _forecast(found), _conversion(found), _anyway(found))


def _profit(found: ReadoutFindings) -> Tile:
    money, one = Money(found.shop.currency), found.profit
    value, interval = money.estimate(one.total).split(" [", 1)
    cost = "" if found.cost_is_observed else f"; {FORECAST_COST}"
    days = count(found.until_day - found.from_day + 1)
    return Tile(
        f"Profit, {days} days", value, f"95 % interval [{interval}, {count(one.n_treated)} customers treated{cost}"
    )


def _forecast(found: ReadoutFindings) -> Tile:
    money, both = Money(found.shop.currency), found.against_forecast
    if both is None:
        return Tile("Forecast", "none", "the run holds no forecast of a plan that was sent")
    value, interval = money.estimate(both.forecast).split(" [", 1)
    return Tile("Forecast, one week", value, f"95 % interval [{interval}; realised lies {both.place} it")


def _conversion(found: ReadoutFindings) -> Tile:
    one = found.effect("plan", "bought")
    if one is None:
        return Tile("More customers bought", "not known", "")
    value, interval = per_customer(one, Money(found.shop.currency)).split(" points ", 1)
    return Tile("Change in customers who bought", f"{value} points", f"95 % interval {interval}, of those treated")


def _anyway(found: ReadoutFindings) -> Tile:
    one = found.bought_anyway
    if one is None:
        return Tile("Bought anyway", "not known", "redemptions were not observed, or are too few")
    value, interval = share_words(one.share).split(" [", 1)
    return Tile("Bought anyway", value, f"95 % interval [{interval}, of {count(one.n_redeemed)} who redeemed")
