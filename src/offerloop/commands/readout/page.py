"""The page of a read-out: one sentence, four figures and a chart first, then the sections."""

from __future__ import annotations

from offerloop.commands.readout.findings import ReadoutFindings
from offerloop.commands.readout.sections import forecast_figure, sections
from offerloop.commands.readout.sentences import (
    per_customer,
    sentence,
    share_words,
    summarise_readout,
    unseen_cost,
    usual_sentence,
    voice_of,
)
from offerloop.report import Opening, Tile, Voice, count, study_page

__all__ = ["render_readout", "summarise_readout"]


def render_readout(found: ReadoutFindings, language: str = "en") -> str:
    """One HTML file in one language that asks no other host for anything."""
    tell = voice_of(found, language)
    days = {"first": tell.day(found.from_day), "last": tell.day(found.until_day)}
    return study_page(
        tell, found.shop, first_screen(found, tell), sections(found, tell),
        title=tell.say("readout.title", shop=found.shop.name, **days),
        when=tell.say("readout.when", run=found.run, **days), footer=tell.say("readout.footer"),
    )  # fmt: skip


def first_screen(found: ReadoutFindings, tell: Voice) -> Opening:
    """The first screen; a stopped read-out has no figure and no chart."""
    if found.stopped is not None:
        return Opening(sentence(found, tell.language), "", "", (), None)
    key = "readout.mark" if found.cost_is_observed else "readout.mark_cost"
    mark = tell.say(key, cost=tell.say("readout.cost"))
    first, *lead = filter(None, (usual_sentence(found, tell), sentence(found, tell.language)))
    return Opening(first, "".join(lead), mark, _tiles(found, tell), forecast_figure(found, tell))


def _tiles(found: ReadoutFindings, tell: Voice) -> tuple[Tile, ...]:
    return (_profit(found, tell), _forecast(found, tell), _conversion(found, tell), _anyway(found, tell))


def _apart(text: str) -> tuple[str, str]:
    """A value and its interval: what stands before the bracket and from it on."""
    value, interval = text.split(" [", 1)
    return value, f"[{interval}"


def _profit(found: ReadoutFindings, tell: Voice) -> Tile:
    one = found.profit
    value, interval = _apart(tell.money.estimate(one.total))
    note = tell.say(
        "tiles.profit_note",
        interval=interval,
        n=count(one.n_treated),
        cost=unseen_cost(found, tell, "and_cost"),
    )
    return Tile(tell.say("tiles.profit", days=count(found.until_day - found.from_day + 1)), value, note)


def _forecast(found: ReadoutFindings, tell: Voice) -> Tile:
    both = found.against_forecast
    if both is None:
        return Tile(tell.say("tiles.forecast"), tell.say("tiles.none"), tell.say("tiles.no_forecast"))
    value, interval = _apart(tell.money.estimate(both.forecast))
    return Tile(tell.say("tiles.forecast_week"), value, tell.say(f"tiles.{both.place}", interval=interval))


def _conversion(found: ReadoutFindings, tell: Voice) -> Tile:
    one = found.effect("plan", "bought")
    if one is None:
        return Tile(tell.say("tiles.more"), tell.say("tiles.unknown"), "")
    value, interval = _apart(per_customer(one, tell))
    return Tile(tell.say("tiles.change"), value, tell.say("tiles.change_note", interval=interval))


def _anyway(found: ReadoutFindings, tell: Voice) -> Tile:
    one, label = found.bought_anyway, tell.say("tiles.anyway")
    if one is None:
        return Tile(label, tell.say("tiles.unknown"), tell.say("tiles.no_redemption"))
    value, interval = share_words(one.share, tell)
    return Tile(label, value, tell.say("tiles.anyway_note", interval=interval, n=count(one.n_redeemed)))
