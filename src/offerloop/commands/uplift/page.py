"""The page of a study of one trial: the finding, four figures and what each policy brings first, then the sections."""

from __future__ import annotations

from collections.abc import Sequence

from offerloop.commands.uplift.findings import Design, UpliftFindings, Worth
from offerloop.commands.uplift.measures import everyone, measure, targeted
from offerloop.commands.uplift.sections.checks import checks_section, groups_section
from offerloop.commands.uplift.sections.columns import columns
from offerloop.commands.uplift.sections.curves import cost_section, curve_section
from offerloop.commands.uplift.sections.effects import (
    arms_section,
    deciles_section,
    notes_section,
    ranked_section,
    types_section,
    verdict_section,
)
from offerloop.commands.uplift.sentences import (
    ALL,
    DESIGNS,
    claim,
    estimator,
    headline,
    lead,
    localizer,
    same,
    short_estimator,
)
from offerloop.commands.uplift.terms import TERMS
from offerloop.config import Shop
from offerloop.evaluation import Estimate
from offerloop.message import Message
from offerloop.report import (
    PLAIN_LABELS,
    Dot,
    Figure,
    Localizer,
    Opening,
    Section,
    Table,
    Tile,
    capital,
    count,
    figure,
    forest,
    glossary_terms,
    study_page,
    words_section,
)

SHOWN = 12
"""Offers for everybody in the first chart at most; the arms have all."""
OVER_NOTHING = Message("{name} {per} over giving nothing", context="note of a key figure")
OVER_RANDOM = Message("{name} {per} over a random order")
WORTH = Message(
    "{name} {per} over giving nothing, 95 % intervals; each offer for everybody, customers "
    "chosen, and the forecast, which is decided on some customers and valued on others"
)
WORTH_WITHIN = Message(
    "{name} {per} over giving nothing, 95 % intervals; each offer for as many random "
    "customers as the budget reaches, customers chosen, and the forecast, which is decided "
    "on some customers and valued on others"
)
MARKS: dict[Design, Message] = {
    "known": Message("measured in a randomised trial"),
    "randomised": Message("measured in a randomised trial"),
    "observational": Message("estimated from a table that is no trial"),
}
"""What the figures rest on."""
WORTH_TITLES = {
    "targeted": Message("Choosing customers clearly brings more than {same}"),
    "only": Message("Choosing customers clearly pays; no single offer does"),
    "even": Message("Choosing customers is not forecast to bring more than {same}"),
    "everyone": Message("Choosing customers does not clearly bring more than {same}"),
    "may_all": Message("The forecast is not clearly above giving nothing"),
    "may_choose": Message("The forecast is not clearly above giving nothing"),
    "nothing": Message("Nothing clearly brings more than giving nothing"),
    "doubtful": Message("Figures that are not to be acted on yet"),
}
"""The finding of the first chart, by what the forecast bears."""
SECTIONS = (
    verdict_section, arms_section, ranked_section, curve_section, cost_section, deciles_section, types_section,
    groups_section, checks_section, notes_section,
)  # fmt: skip


def render_uplift(found: UpliftFindings, language: str = "en") -> str:
    """One HTML file in one language that asks no other host for anything."""
    _ = localizer(language)
    when = _(
        "What “{treatment}” changes in “{outcome}”, and for whom: {n} customer",
        plural="What “{treatment}” changes in “{outcome}”, and for whom: {n} customers",
        treatment=found.treatment,
        outcome=found.outcome,
        n=found.n,
    )
    title = _("{place}: whom to treat", context="page title", place=found.place)
    return study_page(
        _,
        Shop(name=found.place),
        _first_screen(found, _),
        _sections(found, _),
        title=title,
        when=when,
        footer=_(
            "Made by Offerloop from one table; the same figures are in uplift.json, and the offer "
            "and the predicted effects of every customer in scores.csv and scores.parquet, beside "
            "this file."
        ),
    )


def _sections(found: UpliftFindings, _: Localizer) -> list[Section]:
    """Those that have something to show."""
    made = [section(found, _) for section in SECTIONS]
    return [*(one for one in made if one is not None), words_section(_, glossary_terms(_, TERMS))]


def _first_screen(found: UpliftFindings, _: Localizer) -> Opening:
    mark = _(MARKS[found.design])
    return Opening(headline(found, _), lead(found, _), mark, _tiles(found, _), _worth(found, _))


def _tiles(found: UpliftFindings, _: Localizer) -> tuple[Tile, ...]:
    """The forecast is there whatever the verdict; what stands beside it says why not otherwise."""
    best, choice = everyone(found), targeted(found)
    forecast = _tile(_("Forecast", context="key figure"), found.forecast.profit, found, _)
    tiles = [] if best is None else [_tile(_same(found, best, _), best.profit, found, _)]
    if found.policy == "targeted" and found.standing != "doubtful":
        share = _.share((choice or found.forecast).treated_share, 0.01)
        note = _("of all customers, by {estimator}", estimator=estimator(found.estimator, _))
        tiles = [forecast, *tiles, Tile(_("Customers to treat", context="key figure"), share, note)]
    elif found.policy == "everyone" and found.standing != "doubtful":
        tiles += [
            forecast,
            _tile(_("Order of customers", context="key figure"), found.targeting, found, _, OVER_RANDOM),
        ]
    else:
        chosen = (
            [] if choice is None else [_tile(_("Choosing customers", context="key figure"), choice.profit, found, _)]
        )
        tiles += [*chosen, forecast]
    design = _(DESIGNS[found.design])
    return (*tiles, Tile(_("Customers in the table"), count(found.n), design))


def _same(found: UpliftFindings, best: Worth, _: Localizer) -> str:
    offer = _.quoted(found.offer)
    if best.treated_share >= ALL:
        return capital(_("{offer} for everybody", context="uplift study", offer=offer))
    return capital(_("{offer} within the budget", context="key figure", offer=offer))


def _tile(label: str, one: Estimate, found: UpliftFindings, _: Localizer, note: Message = OVER_NOTHING) -> Tile:
    unit = measure(found, _)
    value, interval = unit.parts(one)
    width = [_("95 % interval {interval}", context="key figure", interval=interval)] if interval else []
    return Tile(label, value, _.clauses([_(note, **unit.texts()), *width]))


def policies_shown(found: UpliftFindings, most: int | None = SHOWN) -> list[Worth]:
    """Return offers for everybody, the best first, then the choice of customers and its forecast."""
    single = sorted((one for one in found.policies if one.kind == "everyone"), key=lambda one: -one.profit.value)
    return [*single[:most], *(one for one in found.policies if one.kind == "targeted"), found.forecast]


def _worth(found: UpliftFindings, _: Localizer) -> Figure:
    unit, every, few = measure(found, _), policies_shown(found, None), policies_shown(found)
    dots = [
        Dot("", f"{policy(one, _)}|{unit.size(one.profit)}", unit.scaled(one.profit), _look(one, found)) for one in few
    ]
    within = any(one.treated_share < ALL for one in every if one.kind == "everyone")
    says = (
        _("{rule}: {profit}", context="name and figure", rule=policy(one, _), profit=unit.size(one.profit))
        for one in few
    )
    return figure(
        "worth",
        _(WORTH_TITLES[claim(found)], same=same(found, _)),
        capital(_(WORTH_WITHIN if within else WORTH, **unit.texts())),
        forest(dots, PLAIN_LABELS, lines_per_row=2),
        _worth_table(every, found, _),
        localizer=_,
        says=_.stopped(_.clauses(says)),
    )


def _look(one: Worth, found: UpliftFindings) -> str:
    """Return our colour for what is recommended and its forecast, another one for all others."""
    is_ours = one.kind == "forecast" or (
        one.kind == found.policy and (one.kind == "targeted" or one.name == found.offer)
    )
    return "ours" if is_ours else "control"


def policy(one: Worth, _: Localizer) -> str:
    """Return what a reader calls a policy."""
    if one.kind == "everyone":
        return one.name
    if one.kind == "forecast":
        return _("forecast", context="policy")
    return _("chosen by {name}", context="policy", name=short_estimator(one.name, _))


def _worth_table(every: Sequence[Worth], found: UpliftFindings, _: Localizer) -> Table:
    unit = measure(found, _)
    costed = any(one.cost is not None for one in every)
    rows = tuple(
        (policy(one, _), _.share(one.treated_share, 0.01), unit.size(one.profit), unit.size(one.snips),
         *((unit.size(one.cost),) if costed else ()))
        for one in every
    )  # fmt: skip
    heads = columns(_, "policy", "treated", "size", "snips", **unit.texts())
    more = [_("cost", context="measure")] if costed else []
    return Table(_("Policies on left-out customers, over giving nothing"), (*heads, *more), rows)
