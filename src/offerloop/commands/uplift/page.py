"""The page of a study of one trial: the finding, four figures and what each policy brings first, then the sections."""

from __future__ import annotations

from collections.abc import Sequence

from offerloop.commands.uplift.findings import Design, TargetingWorth, UpliftFindings
from offerloop.commands.uplift.measures import everyone, measure, targeted
from offerloop.commands.uplift.sections.checks import checks_section, groups_section
from offerloop.commands.uplift.sections.columns import columns
from offerloop.commands.uplift.sections.curves import cost_section, curve_section
from offerloop.commands.uplift.sections.effects import (
    arms_section,
    deciles_section,
    notes_section,
    types_section,
    verdict_section,
)
from offerloop.commands.uplift.sections.estimators import ranked_section
from offerloop.commands.uplift.sections.responders import responders_section
from offerloop.commands.uplift.sentences.details import DESIGNS, scores_files
from offerloop.commands.uplift.sentences.headline import claim, headline
from offerloop.commands.uplift.sentences.lead import lead
from offerloop.commands.uplift.sentences.phrases import (
    ALL,
    estimator,
    limit,
    localizer,
    same,
    short_estimator,
    treats_all,
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
    figure,
    forest,
    glossary_terms,
    study_page,
    words_section,
)

SHOWN = 12
"""Offers for everybody in the first chart at most; the arms have all."""
OVER_NOTHING = Message("{name} {per} more than without offers", context="note of a key figure")
OVER_RANDOM = Message("{name} {per} over a random order")
LEVEL = Message("the method puts all customers level, so there is no order")
WORTH = Message(
    "{name} {per} over giving nothing, 95 % intervals; each offer for everybody, customers "
    "chosen, and the forecast, which is decided on some customers and valued on others"
)
WORTH_WITHIN = Message(
    "{name} {per} over giving nothing, 95 % intervals; each offer for as many customers as {limit} allows, drawn at "
    "random, customers chosen, and the forecast, which is decided on some customers and valued on others"
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
    "targeted_all": Message("Choosing the offer for each customer clearly brings more than {same}"),
    "only_all": Message("Choosing the offer for each customer clearly pays; no single offer does"),
    "even": Message("Choosing customers is not forecast to bring more than {same}"),
    "everyone": Message("Choosing customers does not clearly bring more than {same}"),
    "may_all": Message("The forecast is not clearly above giving nothing"),
    "may_choose": Message("The forecast is not clearly above giving nothing"),
    "luck": Message("The forecast may be luck, since several offers were tried"),
    "nothing": Message("Nothing clearly brings more than giving nothing"),
    "doubtful": Message("Figures that are not to be acted on yet"),
}
"""The finding of the first chart, by what the forecast bears."""
SECTIONS = (
    verdict_section, arms_section, ranked_section, curve_section, cost_section, deciles_section,
    responders_section, types_section, groups_section, checks_section, notes_section,
)  # fmt: skip


def render_uplift(findings: UpliftFindings, language: str = "en") -> str:
    """One HTML file in one language that asks no other host for anything."""
    _ = localizer(language)
    when = _(
        "What “{treatment}” changes in “{outcome}”, and for whom: {n} customer",
        plural="What “{treatment}” changes in “{outcome}”, and for whom: {n} customers",
        treatment=findings.treatment,
        outcome=findings.outcome,
        n=findings.n,
    )
    title = _("{place}: whom to treat", context="page title", place=findings.place)
    return study_page(
        _,
        Shop(name=findings.place),
        _first_screen(findings, _),
        _sections(findings, _),
        title=title,
        when=when,
        footer=_(
            "Made by Offerloop from one table; the same figures are in uplift.json, and the offer "
            "and the predicted effects of every customer in {files}, beside this file.",
            files=_.both(scores_files(findings)),
        ),
    )


def _sections(findings: UpliftFindings, _: Localizer) -> list[Section]:
    """Those that have something to show."""
    made = [section(findings, _) for section in SECTIONS]
    return [*(one for one in made if one is not None), words_section(_, glossary_terms(_, TERMS))]


def _first_screen(findings: UpliftFindings, _: Localizer) -> Opening:
    mark = _(MARKS[findings.design])
    return Opening(headline(findings, _), lead(findings, _), mark, _tiles(findings, _), _worth(findings, _))


def _tiles(findings: UpliftFindings, _: Localizer) -> tuple[Tile, ...]:
    """The forecast is there whatever the verdict; what stands beside it says why not otherwise."""
    best, choice = everyone(findings), targeted(findings)
    forecast = _tile(_("Forecast", context="key figure"), findings.forecast.profit, findings, _)
    tiles = [] if best is None else [_tile(_same(findings, best, _), best.profit, findings, _)]
    if findings.policy == "targeted" and findings.conclusion != "doubtful":
        share = _.share((choice or findings.forecast).treated_share, 0.01)
        by = _("of all customers, by {estimator}", estimator=estimator(findings.estimator, _))
        tiles = [forecast, *tiles, Tile(_("Customers to treat", context="key figure"), share, by)]
    elif findings.policy == "everyone" and findings.conclusion != "doubtful":
        ranking = _("Gain from ranking customers", context="key figure")
        note = OVER_RANDOM if findings.targeting.has_interval else LEVEL
        tiles += [forecast, _tile(ranking, findings.targeting, findings, _, note)]
    else:
        chosen = (
            [] if choice is None else [_tile(_("Choosing customers", context="key figure"), choice.profit, findings, _)]
        )
        tiles += [*chosen, forecast]
    design = _(DESIGNS[findings.design])
    return (*tiles, Tile(_("Customers in the table"), _.count(findings.n), design))


def _same(findings: UpliftFindings, best: TargetingWorth, _: Localizer) -> str:
    offer = _.quoted(findings.offer)
    if best.treated_share >= ALL:
        return capital(_("{offer} for everybody", context="uplift study", offer=offer))
    return capital(_("{offer} within {limit}", context="key figure", offer=offer, limit=limit(findings, _)))


def _tile(label: str, estimate: Estimate, findings: UpliftFindings, _: Localizer, note: Message = OVER_NOTHING) -> Tile:
    unit = measure(findings, _)
    value, interval = unit.parts(estimate)
    width = [_("95 % interval {interval}", context="key figure", interval=interval)] if interval else []
    return Tile(label, value, _.clauses([_(note, **unit.texts()), *width]))


def policies_shown(findings: UpliftFindings, most: int | None = SHOWN) -> list[TargetingWorth]:
    """Return offers for everybody, the best first, then the choice of customers and its forecast."""
    single = sorted((one for one in findings.policies if one.kind == "everyone"), key=lambda one: -one.profit.value)
    return [*single[:most], *(one for one in findings.policies if one.kind == "targeted"), findings.forecast]


def _worth(findings: UpliftFindings, _: Localizer) -> Figure:
    unit, every, few = measure(findings, _), policies_shown(findings, None), policies_shown(findings)
    dots = [
        Dot("", f"{policy(worth, _)}\n{unit.size(worth.profit)}", unit.scaled(worth.profit), _look(worth, findings))
        for worth in few
    ]
    within = any(worth.treated_share < ALL for worth in every if worth.kind == "everyone")
    says = (
        _("{rule}: {profit}", context="name and figure", rule=policy(worth, _), profit=unit.size(worth.profit))
        for worth in few
    )
    return figure(
        "worth",
        _(_worth_title(findings), same=same(findings, _)),
        capital(_(WORTH_WITHIN, limit=limit(findings, _), **unit.texts()) if within else _(WORTH, **unit.texts())),
        forest(dots, PLAIN_LABELS, lines_per_row=2),
        _worth_table(every, findings, _),
        localizer=_,
        says=_.stopped(_.clauses(says)),
    )


def _worth_title(findings: UpliftFindings) -> Message:
    claimed = claim(findings)
    if findings.conclusion == "may_pay" and findings.forecast.profit.low > 0:
        return WORTH_TITLES["luck"]
    return WORTH_TITLES.get(f"{claimed}_all" if treats_all(findings) else claimed, WORTH_TITLES[claimed])


def _look(worth: TargetingWorth, findings: UpliftFindings) -> str:
    """Return our colour for what is recommended and its forecast, another one for all others."""
    is_ours = worth.kind == "forecast" or (
        worth.kind == findings.policy and (worth.kind == "targeted" or worth.name == findings.offer)
    )
    return "ours" if is_ours else "control"


def policy(worth: TargetingWorth, _: Localizer) -> str:
    """Return what a reader calls a policy."""
    if worth.kind == "everyone":
        return worth.name
    if worth.kind == "forecast":
        return _("forecast", context="policy")
    return _("chosen by {name}", context="policy", name=short_estimator(worth.name, _))


def _worth_table(every: Sequence[TargetingWorth], findings: UpliftFindings, _: Localizer) -> Table:
    unit = measure(findings, _)
    costed = any(worth.cost is not None for worth in every)
    rows = tuple(
        (policy(worth, _), _.share(worth.treated_share, 0.01), unit.size(worth.profit), unit.size(worth.snips),
         *((unit.size(worth.cost),) if costed else ()))
        for worth in every
    )  # fmt: skip
    heads = columns(_, "policy", "treated", "size", "snips", **unit.texts())
    more = [_("cost", context="measure")] if costed else []
    return Table(_("What each policy brings compared with no offers"), (*heads, *more), rows)
