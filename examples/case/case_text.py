"""The read-out of the article's case: sentences, tables and charts, all of them computed from the figures."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import polars as pl

from case_goals import Goals, GoalsReading, PolicyPoint
from case_words import WORDS
from offerloop.commands.simulate.columns import COLUMNS, MEASURE_NAMES
from offerloop.commands.simulate.findings import MEASURES, PolicyGains
from offerloop.commands.simulate.gains import dots_of, drawable, money_text, share_text
from offerloop.evaluation.estimate import Estimate
from offerloop.report import (
    Build,
    ChartPanel,
    Localizer,
    PanelLine,
    count,
    filled,
    forest,
    panels,
    percent,
    percent_labels,
)

NOTHING, BLANKET = "nothing", "blanket"


@dataclass(frozen=True)
class Tried:
    """One policy at one level: a multiple of the budget, or the depth of a blanket offer in per cent."""

    level: float
    gained: PolicyGains
    spend: Estimate
    """Cost as a share of the sales without offers."""
    content: Mapping[str, Estimate]
    """What `case_gains.contentment` gives."""

    @property
    def point(self) -> PolicyPoint:
        """For the goals."""
        return PolicyPoint(self.gained.name, self.level, *(self.gained.shares[name] for name in MEASURES))


@dataclass(frozen=True)
class Best:
    """The best for profit, each world's chosen by the other worlds."""

    chosen: Mapping[tuple[str, float], int]
    """In how many worlds each policy and level was chosen."""
    gained: PolicyGains


@dataclass(frozen=True)
class CaseFindings:
    """What the case found; money in minor units, all sums are over the periods."""

    preset: str
    currency: str
    customers: int
    products: int
    periods: int
    worlds: int
    tried: tuple[Tried, ...]
    equal: tuple[PolicyGains, ...]
    """At the same spend in each world."""
    ours: str
    """The policy that is compared with the others."""
    ahead: Mapping[str, Estimate]
    """Profit of `ours` beyond each other policy at the same spend."""
    ahead_in_budget: Mapping[str, Estimate]
    """The same within the preset's budget of liabilities, whatever is spent; empty where it was not played."""
    goals: Goals
    reading: GoalsReading
    best: Best


def words(_: Localizer, key: str, **values: object) -> str:
    """Fill a text of the case."""
    return filled(WORDS[_.language][f"case.{key}"], values)


def opening(found: CaseFindings, language: str = "en") -> str:
    """What was simulated."""
    _ = Localizer(language, found.currency)
    sizes = {name: count(getattr(found, name)) for name in ("customers", "products", "periods", "worlds")}
    told = [words(_, "opening", preset=found.preset, **sizes)]
    if found.worlds == 1:
        told.append(words(_, "one_world"))
    return _.sentences(told)


def verdict(found: CaseFindings, language: str = "en") -> str:
    """Whether the promised growth is reached at any budget without losing profit."""
    _, point = Localizer(language, found.currency), found.reading.point
    shares = {name: share_text(getattr(point, name), _) for name in MEASURES}
    goals = {f"{name}_goal": _.numbers(percent(getattr(found.goals, name))) for name in ("buyers", "sales")}
    values = {"point": _level(point.policy, point.level, _), "n": count(len(found.tried)), **shares, **goals}
    return words(_, found.reading.verdict, **values)


def best(found: CaseFindings, language: str = "en") -> str:
    """What pays best, and what it does to sales."""
    _, gained = Localizer(language, found.currency), found.best.gained
    points = [
        words(_, "best_of", point=_level(policy, level, _), n=count(worlds))
        for (policy, level), worlds in found.best.chosen.items()
    ]
    shares = {f"{name}_share": share_text(gained.shares[name], _) for name in MEASURES}
    money = {name: money_text(gained.gains[name], _) for name in ("profit", "cost")}
    return words(_, "best", points=_.series(points), **shares, **money)


def compared(found: CaseFindings, language: str = "en") -> str:
    """Whether choosing customers is worth more than reference policies at the same spend."""
    _ = Localizer(language, found.currency)
    cost = money_text(found.equal[0].gains["cost"], _)
    told = [_leads(words(_, "same_spend", cost=cost, ours=found.ours), found.ahead, _)]
    if found.ahead_in_budget:
        told.append(_leads(words(_, "same_budget", ours=found.ours), found.ahead_in_budget, _))
    return _.sentences(told)


def _leads(opening: str, leads: Mapping[str, Estimate], _: Localizer) -> str:
    told = [_ahead(policy, lead, _) for policy, lead in leads.items()]
    return _.stopped(_.sentences([opening, _.listed(told)]))


def _ahead(policy: str, lead: Estimate, _: Localizer) -> str:
    if not lead.is_clear:
        return words(_, "level_with", policy=policy, lead=money_text(lead, _))
    size = lead if lead.value > 0 else Estimate(-lead.value, -lead.high, -lead.low)
    return words(_, "ahead" if lead.value > 0 else "behind", policy=policy, lead=money_text(size, _))


def contentment(found: CaseFindings, levels: Iterable[tuple[str, float]], language: str = "en") -> list[str]:
    """用户满意度 of some policies and levels, and what is not simulated of it."""
    _, wanted = Localizer(language, found.currency), set(levels)
    told = []
    for one in found.tried:
        if (one.gained.name, one.level) in wanted:
            content = one.content
            shares = {name: share_text(content[name], _) for name in ("plain_returns", "orders", "annoyed")}
            stars = {name: _plain(content[name]) for name in ("plain_stars", "stars")}
            points = _plain(content["returns"].times(100), _.points_sign)
            point = _level(one.gained.name, one.level, _)
            told.append(words(_, "content", point=point, returns=points, **stars, **shares))
    return [*told, words(_, "not_simulated")]


def equal_table(found: CaseFindings, language: str = "en") -> pl.DataFrame:
    """Every policy at the same spend."""
    _ = Localizer(language, found.currency)
    return pl.DataFrame([{words(_, "column.policy"): one.name, **_cells(one, _)} for one in found.equal])


def sweep_table(found: CaseFindings, language: str = "en") -> pl.DataFrame:
    """Every policy at every level, with its satisfaction."""
    _ = Localizer(language, found.currency)
    heads = [words(_, f"column.{key}") for key in ("policy", "level")]
    rows = []
    for one in found.tried:
        level = f"{one.level:g} %" if one.gained.name == BLANKET else f"{one.level:g} x"
        rows.append({heads[0]: one.gained.name, heads[1]: level, **_cells(one.gained, _)})
    return pl.DataFrame(rows)


def _cells(one: PolicyGains, _: Localizer) -> dict[str, str]:
    shares = {_(MEASURE_NAMES[name]): share_text(one.shares[name], _) for name in MEASURES}
    money = {
        words(_, "column.cost"): money_text(one.gains["cost"], _),
        _(COLUMNS["more_profit"]): money_text(one.gains["profit"], _),
    }
    return {**shares, **money}


def equal_chart(found: CaseFindings, language: str = "en") -> Build:
    """Every policy at the same spend: dots with whiskers."""
    _ = Localizer(language, found.currency)
    return forest(dots_of(found.equal, found.worlds, _), percent_labels(_))


def sweep_chart(found: CaseFindings, language: str = "en") -> Build:
    """Buyers, sales and profit against spend: the campaign's offers, and the blanket offer at the shop's own cost."""
    _ = Localizer(language, found.currency)
    goals = {"buyers": found.goals.buyers, "sales": found.goals.sales}
    columns = [["same", found.ours, "oracle"], [BLANKET]]
    rows = []
    for measure in MEASURES:
        title = words(_, "y", measure=_(MEASURE_NAMES[measure]))
        goal = 100 * goals[measure] if measure in goals else None
        lines = [tuple(_line(name, measure, found) for name in column) for column in columns]
        rows.append([ChartPanel(title, words(_, "x"), some, goal) for some in lines])
    return panels(rows)


def _line(policy: str, measure: str, found: CaseFindings) -> PanelLine:
    """From nothing spent, where nothing is gained."""
    mine = [one for one in found.tried if one.gained.name == policy]
    points = [(100 * one.spend.value, drawable(one.gained.shares[measure]).times(100)) for one in mine]
    return PanelLine(policy, ((0.0, Estimate(0.0, 0.0, 0.0)), *sorted(points, key=lambda point: point[0])))


def _level(policy: str, level: float, _: Localizer) -> str:
    if policy == NOTHING:
        return words(_, "level.nothing")
    return words(_, f"level.{'percent' if policy == BLANKET else 'times'}", policy=policy, level=f"{level:g}")


def _plain(one: Estimate, unit: str = "") -> str:
    """A figure with its interval, where there is one."""
    return f"{one.value:.3f}{unit}" if math.isnan(one.low) else one.text(unit)
