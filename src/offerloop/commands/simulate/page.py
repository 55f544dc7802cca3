"""The page of a simulation: what policies gained over the same shop without offers, period by period."""

from __future__ import annotations

from typing import Any

import polars as pl

from offerloop.commands.simulate.columns import MEASURE_NAMES, columns
from offerloop.commands.simulate.courses_section import courses_section
from offerloop.commands.simulate.findings import MEASURES, PolicyGains, SimulationFindings
from offerloop.commands.simulate.gains import (
    conversion,
    dots_of,
    is_told_apart,
    money_text,
    plain,
    points_text,
    share_text,
)
from offerloop.config import Shop
from offerloop.message import Message
from offerloop.report import (
    Build,
    Figure,
    Localizer,
    Opening,
    Section,
    Table,
    Text,
    figure,
    forest,
    percent_labels,
    study_page,
)

SHOP = Message("Simulated shop, preset {preset}", context="simulation")
SYNTHETIC = Message("Synthetic: a simulated shop, no real customers")
CHANGE = Message("Change against the same shop without offers, per cent, over all periods")
ONLY = Message(
    "The policy '{policy}' changed profit by {profit} in {n} period.",
    plural="The policy '{policy}' changed profit by {profit} in {n} periods.",
)
MOST = Message(
    "The policy '{policy}' gained the most profit in {n} period: {profit}.",
    plural="The policy '{policy}' gained the most profit in {n} periods: {profit}.",
)
LEAST_LOST = Message(
    "No policy gained profit in {n} period. The best, '{policy}', changed it by {profit}.",
    plural="No policy gained profit in {n} periods. The best, '{policy}', changed it by {profit}.",
)
UNCLEAR = Message(
    "No policy clearly gained profit in {n} period; '{policy}' gained the most: {profit}.",
    plural="No policy clearly gained profit in {n} periods; '{policy}' gained the most: {profit}.",
)
UNATTAINABLE = ("ceiling", "oracle")
"""Policies that show what could be gained; no shop can follow them."""
WIDTH = 640
"""Pixels of the figure that stands alone."""


def summarise_simulation(findings: SimulationFindings, language: str = "en") -> dict[str, Any]:
    """The same for machines; money in minor units."""
    sizes = {name: getattr(findings, name) for name in ("preset", "customers", "products", "worlds")}
    courses = findings.courses
    spend = {"regret_against": courses.ceiling, "same_spend": None if courses.spend is None else plain(courses.spend)}
    policies = {one.name: _summarised(one, findings) for one in findings.policies}
    return {"synthetic": True, **sizes, "sentence": sentence(findings, language), **spend, "policies": policies}


def _summarised(policy: PolicyGains, findings: SimulationFindings) -> dict[str, Any]:
    courses = findings.courses
    same, regret = courses.same_spend.get(policy.name), courses.regret.get(policy.name)
    return {
        "gains": {name: plain(estimate) for name, estimate in policy.gains.items()},
        "relative": {name: plain(estimate, 6) for name, estimate in policy.shares.items()},
        "conversion": plain(conversion(policy, findings.customers, findings.n_periods), 6),
        "lead_at_equal_spend": None if policy.lead is None else plain(policy.lead),
        "profit_at_same_spend": None if same is None else plain(same),
        "profit_so_far": [plain(estimate) for estimate in courses.profit[policy.name]],
        "regret_so_far": None if regret is None else [plain(estimate) for estimate in regret],
        **policy.facts,
    }


def sentence(findings: SimulationFindings, language: str = "en") -> str:
    """What each policy gained, with the spread over worlds."""
    _ = Localizer(language, findings.currency)
    return _.sentences([_compared_with(findings, _), *(_gained(one, findings, _) for one in findings.policies)])


def _compared_with(findings: SimulationFindings, _: Localizer) -> str:
    return _(
        "{n} period of the simulated shop '{preset}', against the same shop without offers "
        "(worlds simulated: {worlds}).",
        plural="{n} periods of the simulated shop '{preset}', against the same shop without offers "
        "(worlds simulated: {worlds}).",
        preset=findings.preset,
        n=findings.n_periods,
        worlds=findings.worlds,
    )


def _headline(findings: SimulationFindings, _: Localizer) -> str:
    """Which policy gained most of those that a shop can follow, or what the only one did."""
    real = [one for one in findings.policies if one.name not in UNATTAINABLE] or list(findings.policies)
    best = max(real, key=lambda policy: policy.gains["profit"].value)
    profit = best.gains["profit"]
    gained = LEAST_LOST if profit.value <= 0 else MOST if is_told_apart(profit) else UNCLEAR
    text = ONLY if len(real) == 1 else gained
    return _(text, policy=best.name, profit=money_text(profit, _), n=findings.n_periods)


def _gained(policy: PolicyGains, findings: SimulationFindings, _: Localizer) -> str:
    money = {name: money_text(policy.gains[name], _) for name in ("profit", "sales", "cost")}
    points = points_text(conversion(policy, findings.customers, findings.n_periods), _)
    sentences = [
        _(
            "The policy '{policy}' changed profit by {profit}, sales by {sales} and conversion by "
            "{conversion}, at a cost of {cost}.",
            policy=policy.name,
            conversion=points,
            **money,
        )
    ]
    if policy.lead is not None:
        sentences.append(
            _(
                "That is {lead} of profit beyond '{first}' at equal spend.",
                lead=money_text(policy.lead, _),
                first=findings.policies[0].name,
            )
        )
    return _.sentences([*sentences, _predicts(policy, _)])


def _predicts(policy: PolicyGains, _: Localizer) -> str:
    """How well a policy that learned the true effects predicts them; empty for others."""
    if "r2" not in policy.facts:
        return ""
    return _(
        "'{policy}' predicts true effects with R2 {r2}, learned from {fresh} fresh customers.",
        policy=policy.name,
        r2=f"{policy.facts['r2']:.2f}",
        fresh=_.count(policy.facts["fresh_customers"]),
    )


def simulated_shop(preset: str, _: Localizer) -> Shop:
    """Return what the head of a page says of the shop."""
    return Shop(name=_(SHOP, preset=preset), currency=_.currency, note=_(SYNTHETIC))


def render_simulation(findings: SimulationFindings, language: str = "en") -> str:
    """One HTML file that asks no other host for anything."""
    _ = Localizer(language, findings.currency)
    note, shop = _(SYNTHETIC), simulated_shop(findings.preset, _)
    sections = [
        _compared(findings, _),
        courses_section(findings.courses, findings.policies, _),
        *(_periods(one.name, findings, _) for one in findings.policies),
    ]
    lead = _.sentences([_compared_with(findings, _), *(_predicts(one, _) for one in findings.policies)])
    opening = Opening(_headline(findings, _), lead, mark=note, chart=_chart(findings, _))
    return study_page(
        _,
        shop,
        opening,
        sections,
        title=shop.name,
        footer=_(
            "Made by Offerloop; the same figures are in simulation.json, every period of every "
            "world in periods.parquet, and the first policy's tables of the first world with an "
            "offerloop.toml beside this file."
        ),
    )


def draw_simulation(findings: SimulationFindings, language: str = "en") -> str:
    """The chart of the first screen as an SVG file."""
    return _dots(findings, Localizer(language, findings.currency))(WIDTH).drawn("white")


def _chart(findings: SimulationFindings, _: Localizer) -> Figure:
    title = _("What each policy changed in the simulated shop '{preset}'", preset=findings.preset)
    mark = _(SYNTHETIC)
    return figure(
        "gains",
        title,
        _(CHANGE),
        _dots(findings, _),
        _shares(findings, _),
        localizer=_,
        mark=mark,
    )


def _dots(findings: SimulationFindings, _: Localizer) -> Build:
    return forest(dots_of(findings.policies, findings.worlds, _), percent_labels(_))


def _shares(findings: SimulationFindings, _: Localizer) -> Table:
    rows = tuple((one.name, *(share_text(one.shares[name], _) for name in MEASURES)) for one in findings.policies)
    names = (_("policy", context="column title"), *(_(MEASURE_NAMES[name]) for name in MEASURES))
    return Table(_(CHANGE), names, rows)


def _compared(findings: SimulationFindings, _: Localizer) -> Section:
    parts = (
        _gains(findings, _),
        Text(
            _(
                "All shops have the same customers, the same history and the same random draws, so that they "
                "differ by the offers only. Intervals are of the mean over worlds (95 %, Student's t). Purchases "
                "brought forward are missing from later periods of the shop with offers, and so count against it."
                " Conversion is the share of customers who buy in a period."
            )
        ),
        Text(
            _(
                "At equal spend: the first policy for fewer, random customers, so many that its cost "
                "is that of the other one; its profit then shrinks in proportion. 'ceiling' and "
                "'oracle' look one period ahead: what an offer does to later periods does not count "
                "for them."
            )
        ),
    )
    return Section(
        "policies",
        _("Policies", context="section name"),
        _("What each policy gained over all periods, and what that cost"),
        parts,
    )


def _gains(findings: SimulationFindings, _: Localizer) -> Table:
    rows = tuple(
        (policy.name, *(money_text(policy.gains[name], _) for name in ("profit", "cost", "sales")),
         points_text(conversion(policy, findings.customers, findings.n_periods), _),
         "" if policy.lead is None else money_text(policy.lead, _))
        for policy in findings.policies
    )  # fmt: skip
    keys = ("policy", "more_profit", "cost", "more_sales", "more_conversion")
    heads = (*columns(_, *keys),
             _("profit beyond '{first}' at equal spend", first=findings.policies[0].name))  # fmt: skip
    return Table(_("Totals over all periods, means over worlds"), heads, rows)


def _periods(policy: str, findings: SimulationFindings, _: Localizer) -> Section:
    names = ("offered", "buyers", "sales_minor", "cost_minor", "profit_minor", "plain_sales_minor",
             "plain_profit_minor")  # fmt: skip
    of_policy = findings.periods.filter(pl.col("policy") == policy)
    means = of_policy.group_by("period").agg(pl.col(names).mean()).sort("period")
    rows = tuple(
        (str(row["period"] + 1), _.count(row["offered"]), _.count(row["buyers"]),
         *(_.money.text(row[name]) for name in ("sales_minor", "cost_minor", "profit_minor")),
         _.money.text(row["sales_minor"] - row["plain_sales_minor"]),
         _.money.text(row["profit_minor"] - row["plain_profit_minor"]))
        for row in means.iter_rows(named=True)
    )  # fmt: skip
    keys = ("period", "offered", "buyers", "sales", "cost", "profit", "more_sales", "more_profit")
    table = Table(_("Means over worlds", context="table title"), columns(_, *keys), rows)
    label = _("Periods of {policy}", context="section name", policy=policy)
    return Section(
        f"periods-{policy}", label, _("What happened in each period, beside the same shop without any offer"), (table,)
    )
