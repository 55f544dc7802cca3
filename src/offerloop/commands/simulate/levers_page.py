"""The page of planning: what a budget, a supplier's share and an exploration share would bring, by simulation."""

from __future__ import annotations

from typing import Any

from offerloop.commands.simulate.columns import columns
from offerloop.commands.simulate.findings import Brought, PlanningFindings
from offerloop.commands.simulate.gains import conversion, drawable, is_told_apart, money_text, plain, points_text
from offerloop.commands.simulate.page import SYNTHETIC, WIDTH, simulated_shop
from offerloop.evaluation import Estimate
from offerloop.market import LEVERS
from offerloop.message import Message
from offerloop.report import (
    Axes,
    Build,
    Figure,
    Localizer,
    Opening,
    PanelLine,
    Section,
    Table,
    Text,
    courses,
    figure,
    money_labels,
    percent_labels,
    study_page,
)

MEASURES = ("profit", "sales", "cost")
FINDINGS = {
    "most": Message(
        "In the simulated shop, most profit comes with {best}: {profit} beyond the same shop without offers."
    ),
    "unclear": Message(
        "In the simulated shop, no combination clearly gains profit over the same shop without offers; the most comes "
        "with {best}: {profit}."
    ),
    "loss": Message(
        "In the simulated shop, no combination brings more profit than giving nothing; the least is lost with {best}: "
        "{profit}."
    ),
}
"""What the best combination brings."""
LEVER_VALUES = {
    "budget": Message("a budget of {value} for each customer and period"),
    "supplier_share": Message("a supplier share of {value}"),
    "explore": Message("an exploration share of {value}"),
}
"""How a sentence names the value of each lever."""
SHORT_VALUES = {
    "supplier_share": Message("supplier {value}", context="label of a line"),
    "explore": Message("explore {value}", context="label of a line"),
}
"""The same where there is little room."""
LEVER_NAMES = {
    "budget": Message("budget for each customer and period"),
    "supplier_share": Message("supplier share", context="column title"),
    "explore": Message("exploration share", context="column title"),
}
"""Titles of columns and axes."""


def summarise_planning(findings: PlanningFindings, language: str = "en") -> dict[str, Any]:
    """The same for machines; gains in minor units."""
    sizes = {name: getattr(findings, name) for name in ("preset", "customers", "products", "worlds", "periods")}
    leading = {"best": _levers(findings.best), "next": _levers(findings.following), "lead": plain(findings.lead)}
    rows = [
        {
            **_levers(brought),
            "gains": {name: plain(estimate) for name, estimate in brought.gained.gains.items()},
            "relative": {name: plain(estimate, 6) for name, estimate in brought.gained.shares.items()},
            "conversion": plain(conversion(brought.gained, findings.customers, findings.periods), 6),
        }
        for brought in findings.brought
    ]
    return {
        "synthetic": True,
        **sizes,
        "sentence": planning_sentence(findings, language),
        **leading,
        "combinations": rows,
    }


def _levers(lever_effect: Brought) -> dict[str, str | float | None]:
    return {"policy": lever_effect.policy, **{lever: getattr(lever_effect, lever) for lever in LEVERS}}


def planning_sentence(findings: PlanningFindings, language: str = "en") -> str:
    """Which combination brings most, and whether its lead is beyond the spread over worlds."""
    _ = Localizer(language, findings.currency)
    return _.sentences([_headline(findings, _), *_details(findings, _)])


def _headline(findings: PlanningFindings, _: Localizer) -> str:
    profit = findings.best.gained.gains["profit"]
    kind = "loss" if profit.value <= 0 else "unclear" if not is_told_apart(profit) else "most"
    return _(FINDINGS[kind], best=_named(findings.best, findings, _), profit=money_text(profit, _))


def _details(findings: PlanningFindings, _: Localizer) -> list[str]:
    """What else the best combination does, its lead over the next, and what all that rests on."""
    gained = findings.best.gained
    return [
        _(
            "Its offers cost {cost}; sales change by {sales} and conversion by {conversion}.",
            cost=money_text(gained.gains["cost"], _),
            sales=money_text(gained.gains["sales"], _),
            conversion=points_text(conversion(gained, findings.customers, findings.periods), _),
        ),
        _lead(findings, _),
        _(
            "All figures are synthetic: preset '{preset}', {n} period, worlds: {worlds}.",
            plural="All figures are synthetic: preset '{preset}', {n} periods, worlds: {worlds}.",
            preset=findings.preset,
            n=findings.periods,
            worlds=findings.worlds,
        ),
    ]


def _lead(findings: PlanningFindings, _: Localizer) -> str:
    values = {"next": _named(findings.following, findings, _), "lead": money_text(findings.lead, _)}
    if findings.worlds == 1:
        return _(
            "It is {lead} of profit ahead of the next, {next}; one world cannot say whether that is more than luck.",
            **values,
        )
    return (
        _("It is {lead} of profit ahead of the next, {next}, which is beyond the spread over worlds.", **values)
        if findings.lead.is_clear
        else _(
            "It is {lead} of profit ahead of the next, {next}, which is not beyond the spread over "
            "worlds: the two cannot be told apart.",
            **values,
        )
    )


def _named(brought: Brought, findings: PlanningFindings, _: Localizer) -> str:
    """The levers that vary, and the policy where there are several."""
    settings = [_(LEVER_VALUES[lever], value=_value(brought, lever, _)) for lever in findings.varied
            if getattr(brought, lever) is not None]  # fmt: skip
    several = len({other.policy for other in findings.brought}) > 1
    return _.series(
        [*([_("the policy '{policy}'", context="simulation", policy=brought.policy)] if several else []), *settings]
    )


def _value(brought: Brought, lever: str, _: Localizer) -> str:
    value = getattr(brought, lever)
    if value is None:
        return ""
    return _.money.exact(value * _.money.unit) if lever == "budget" else _.level(value)


def render_planning(findings: PlanningFindings, language: str = "en") -> str:
    """One HTML file that asks no other host for anything."""
    _ = Localizer(language, findings.currency)
    note, shop = _(SYNTHETIC), simulated_shop(findings.preset, _)
    lead = _.sentences(_details(findings, _))
    opening = Opening(_headline(findings, _), lead, mark=note, chart=_chart(findings, _))
    footer = _(
        "Made by Offerloop; the same figures are in simulation.json, every period of every "
        "world and combination in periods.parquet, and the first combination's tables of the "
        "first world with an offerloop.toml beside this file."
    )
    return study_page(_, shop, opening, [_section(findings, _)], title=shop.name, footer=footer)


def draw_planning(findings: PlanningFindings, language: str = "en") -> str:
    """The chart of the first screen as an SVG file."""
    return _lines(findings, Localizer(language, findings.currency))(WIDTH).drawn("white")


def _chart(findings: PlanningFindings, _: Localizer) -> Figure:
    title = _("Most profit with {best}", context="simulation", best=_named(findings.best, findings, _))
    measure = _(
        "Profit beyond the same shop without offers over {n} period, with the spread over worlds",
        plural="Profit beyond the same shop without offers over {n} periods, with the spread over worlds",
        n=findings.periods,
    )
    return figure("planning", title, measure, _lines(findings, _), _table(findings, ("profit",), _), localizer=_,
                  mark=_(SYNTHETIC))  # fmt: skip


def _lines(findings: PlanningFindings, _: Localizer) -> Build:
    """Profit against the first lever that varies; what does not depend on it stands level."""
    lever, unit = findings.varied[0], 1 / _.money.unit
    lines: dict[str, list[tuple[float, Estimate]]] = {}
    for brought in findings.brought:
        estimate, own = drawable(brought.gained.gains["profit"]).times(unit), getattr(brought, lever)
        points = [(x, estimate) for x in (findings.values(lever) if own is None else [own])]
        lines.setdefault(_line_name(brought, findings, _), []).extend(points)
    drawn = [PanelLine(name, tuple(sorted(points, key=lambda point: point[0]))) for name, points in lines.items()]
    labels = money_labels(_.money) if lever == "budget" else percent_labels(_)
    return courses(drawn, Axes(labels, money_labels(_.money), _(LEVER_NAMES[lever])))


def _line_name(brought: Brought, findings: PlanningFindings, _: Localizer) -> str:
    """The levers that vary beside the chart's own, and the policy where there are several or nothing else varies."""
    others = [lever for lever in findings.varied[1:] if getattr(brought, lever) is not None]
    settings = [_(SHORT_VALUES[lever], value=_value(brought, lever, _)) for lever in others]
    several = len({other.policy for other in findings.brought}) > 1
    return _.listed([*([brought.policy] if several or not settings else []), *settings])


def _table(findings: PlanningFindings, measures: tuple[str, ...], _: Localizer) -> Table:
    keys = {"profit": "more_profit", "sales": "more_sales", "cost": "cost"}
    heads = (
        _("policy", context="column title"),
        *(_(LEVER_NAMES[lever]) for lever in LEVERS),
        *columns(_, *(keys[name] for name in measures), "more_conversion"),
    )
    rows = tuple(
        (brought.policy, *(_value(brought, lever, _) for lever in LEVERS),
         *(money_text(brought.gained.gains[name], _) for name in measures),
         points_text(conversion(brought.gained, findings.customers, findings.periods), _))
        for brought in findings.brought
    )  # fmt: skip
    return Table(_("Totals over all periods, means over worlds"), heads, rows, n_labels=4)


def _section(findings: PlanningFindings, _: Localizer) -> Section:
    parts = (
        _table(findings, MEASURES, _),
        Text(
            _(
                "All combinations have the same customers, the same history and the same random draws, and so has"
                " the shop without offers. Intervals are of the mean over worlds (95 %, Student's t); the lead is"
                " paired by world. The best of many combinations looks better than it is: simulate it again with "
                "another seed before you rely on its figure. Conversion is the share of customers who buy in a "
                "period."
            )
        ),
        Text(
            _(
                "The budget is the most that offers could cost the shop in a period; they cost less. The supplier"
                " share is what suppliers pay of every discount: what they ask for it is not in these figures, "
                "and a higher share lets the same budget reach more customers. The exploration share is what the "
                "policy 'loop' gives at random out of the budget, to a tenth of the customers at most; while it "
                "does not send its plan, it may give the rest of the budget at random too, to half of them at most, "
                "unless the share is 0. What the loop learns from it also pays in later periods, which a short "
                "simulation does not show."
            )
        ),
    )
    return Section(
        "planning",
        _("Combinations", context="section name"),
        _("What each budget, supplier share and exploration share would bring"),
        parts,
    )
