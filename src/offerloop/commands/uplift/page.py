"""The page of a study of one trial: the finding, four figures and what each policy brings first, then the sections."""

from __future__ import annotations

from collections.abc import Sequence

from offerloop.commands.uplift.findings import UpliftFindings, Worth
from offerloop.commands.uplift.measures import everyone, measure, targeted
from offerloop.commands.uplift.sections.checks import checks_section, groups_section
from offerloop.commands.uplift.sections.curves import cost_section, curve_section
from offerloop.commands.uplift.sections.effects import (
    arms_section,
    deciles_section,
    notes_section,
    ranked_section,
    types_section,
)
from offerloop.commands.uplift.sentences import ALL, claim, estimator, headline, lead, same, short_estimator, voice
from offerloop.config import Shop
from offerloop.evaluation import Estimate
from offerloop.report import (
    PLAIN_LABELS,
    Dot,
    Figure,
    Opening,
    Section,
    Table,
    Tile,
    Voice,
    capital,
    count,
    figure,
    forest,
    study_page,
    words_section,
)

SHOWN = 12
"""Offers for everybody in the first chart at most; the arms have all."""
SECTIONS = (
    arms_section, ranked_section, curve_section, cost_section, deciles_section, types_section, groups_section,
    checks_section, notes_section,
)  # fmt: skip


def render_uplift(found: UpliftFindings, language: str = "en") -> str:
    """One HTML file in one language that asks no other host for anything."""
    tell = voice(language)
    when = tell.say("uplift.when", treatment=found.treatment, outcome=found.outcome, n=count(found.n))
    title = tell.say("uplift.title", place=found.place)
    return study_page(
        tell, Shop(name=found.place), _first_screen(found, tell), _sections(found, tell), title=title, when=when,
        footer=tell.say("uplift.footer"),
    )  # fmt: skip


def _sections(found: UpliftFindings, tell: Voice) -> list[Section]:
    """Those that have something to show."""
    made = [section(found, tell) for section in SECTIONS]
    return [*(one for one in made if one is not None), words_section(tell, "uplift_")]


def _first_screen(found: UpliftFindings, tell: Voice) -> Opening:
    mark = tell.say(f"uplift.mark.{found.design}")
    return Opening(headline(found, tell), lead(found, tell), mark, _tiles(found, tell), _worth(found, tell))


def _tiles(found: UpliftFindings, tell: Voice) -> tuple[Tile, ...]:
    """The forecast is there whatever the verdict; what stands beside it says why not otherwise."""
    best, choice = everyone(found), targeted(found)
    forecast = _tile(tell.say("uplift.tile.forecast"), found.forecast.profit, found, tell)
    tiles = [] if best is None else [_tile(_same(found, best, tell), best.profit, found, tell)]
    if found.verdict == "targeted":
        share = tell.share((choice or found.forecast).treated_share, 0.01)
        note = tell.say("uplift.tile.share_note", estimator=estimator(found.estimator, tell))
        tiles = [forecast, *tiles, Tile(tell.say("uplift.tile.share"), share, note)]
    elif found.verdict == "everyone":
        tiles += [forecast, _tile(tell.say("uplift.tile.order"), found.targeting, found, tell, "order_note")]
    else:
        chosen = [] if choice is None else [_tile(tell.say("uplift.tile.targeted"), choice.profit, found, tell)]
        tiles += [*chosen, forecast]
    design = tell.say(f"uplift.design.{found.design}")
    return (*tiles, Tile(tell.say("uplift.tile.customers"), count(found.n), design))


def _same(found: UpliftFindings, best: Worth, tell: Voice) -> str:
    key = "uplift.tile.everyone" if best.treated_share >= ALL else "uplift.tile.everyone_budget"
    return capital(tell.say(key, offer=tell.quoted(found.offer)))


def _tile(label: str, one: Estimate, found: UpliftFindings, tell: Voice, note: str = "note") -> Tile:
    unit = measure(found, tell)
    value, _, interval = unit.size(one).partition(" [")
    said = tell.say(f"uplift.tile.{note}", **unit.texts())
    width = [tell.say("evaluation.tile.interval", interval=f"[{interval}")] if interval else []
    return Tile(label, value, tell.listed([said, *width], "semicolon"))


def policies_shown(found: UpliftFindings, most: int | None = SHOWN) -> list[Worth]:
    """Return offers for everybody, the best first, then the choice of customers and its forecast."""
    single = sorted((one for one in found.policies if one.kind == "everyone"), key=lambda one: -one.profit.value)
    return [*single[:most], *(one for one in found.policies if one.kind == "targeted"), found.forecast]


def _worth(found: UpliftFindings, tell: Voice) -> Figure:
    unit, every, few = measure(found, tell), policies_shown(found, None), policies_shown(found)
    dots = [
        Dot("", f"{policy(one, tell)}|{unit.size(one.profit)}", unit.scaled(one.profit), _look(one, found))
        for one in few
    ]
    reach = "all" if all(one.treated_share >= ALL for one in every if one.kind == "everyone") else "budget"
    says = (tell.say("rules.says", rule=policy(one, tell), profit=unit.size(one.profit)) for one in few)
    return figure(
        "worth",
        tell.say(f"uplift.worth.title.{claim(found)}", same=same(found, tell)),
        capital(tell.say(f"uplift.worth.measure_{reach}", **unit.texts())),
        forest(dots, PLAIN_LABELS, lines_per_row=2),
        _worth_table(every, found, tell),
        tell=tell,
        says=tell.listed(says, "semicolon") + tell.words["full_stop"],
    )


def _look(one: Worth, found: UpliftFindings) -> str:
    """Return our colour for what is recommended and its forecast, another one for all others."""
    is_ours = one.kind == "forecast" or (
        one.kind == found.verdict and (one.kind == "targeted" or one.name == found.offer)
    )
    return "ours" if is_ours else "control"


def policy(one: Worth, tell: Voice) -> str:
    """Return what a reader calls a policy."""
    name = one.name if one.kind == "everyone" else short_estimator(one.name, tell)
    return tell.say(f"uplift.worth.{one.kind}", name=name)


def _worth_table(every: Sequence[Worth], found: UpliftFindings, tell: Voice) -> Table:
    unit = measure(found, tell)
    costed = any(one.cost is not None for one in every)
    rows = tuple(
        (policy(one, tell), tell.share(one.treated_share, 0.01), unit.size(one.profit), unit.size(one.snips),
         *((unit.size(one.cost),) if costed else ()))
        for one in every
    )  # fmt: skip
    columns = [tell.say(f"uplift.column.{name}", **unit.texts()) for name in ("policy", "treated", "size", "snips")]
    more = [tell.say("uplift.cost")] if costed else []
    return Table(tell.say("uplift.worth.table"), (*columns, *more), rows)
