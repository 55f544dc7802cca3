"""The section of a simulation's page that follows policies from period to period: profit gained so far, and regret."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from offerloop.commands.simulate.findings import Courses, PolicyGains
from offerloop.commands.simulate.gains import drawable, money_text
from offerloop.evaluation import Estimate
from offerloop.report import (
    PLAIN_LABELS,
    Axes,
    Block,
    Figure,
    Line,
    Missing,
    Section,
    Table,
    Text,
    Voice,
    courses,
    figure,
    money_labels,
)

BLANKET = "blanket"
"""Keeps to no budget: beside it the others could not be seen."""


def courses_section(mine: Courses, policies: Sequence[PolicyGains], tell: Voice) -> Section:
    """Profit and regret with bands over worlds, and both after the last period beside what was spent."""
    parts: list[Block] = [_profit(mine, tell)]
    if mine.ceiling is None:
        parts.append(Missing(tell.say("courses.no_ceiling")))
    elif mine.regret:
        parts.append(_regret(mine, mine.ceiling, tell))
    parts += [_totals(mine, policies, tell), Text(tell.say("courses.how"))]
    if mine.spend is not None:
        parts.append(Text(tell.say("courses.same_spend", spend=money_text(mine.spend, tell))))
    return Section("courses", tell.say("courses.label"), tell.say("courses.message"), tuple(parts))


def _profit(mine: Courses, tell: Voice) -> Figure:
    shown = _shown(mine.profit)
    best = max(shown, key=lambda name: shown[name][-1].value)
    title = tell.say("courses.most", policy=best, profit=money_text(shown[best][-1], tell))
    return _figure("course-profit", title, tell.say("courses.measure.profit"), shown, list(mine.profit), tell)


def _regret(mine: Courses, ceiling: str, tell: Voice) -> Figure:
    shown = _shown(mine.regret)
    best = min(shown, key=lambda name: shown[name][-1].value)
    title = tell.say("courses.least", policy=best, ceiling=ceiling, regret=money_text(shown[best][-1], tell))
    measure = tell.say("courses.measure.regret", ceiling=ceiling)
    return _figure("course-regret", title, measure, shown, list(mine.profit), tell)


def _shown(courses: Mapping[str, Sequence[Estimate]]) -> Mapping[str, Sequence[Estimate]]:
    within = {name: one for name, one in courses.items() if name != BLANKET}
    return within or courses


def _figure(
    name: str, title: str, measure: str, shown: Mapping[str, Sequence[Estimate]], looks: Sequence[str], tell: Voice
) -> Figure:
    unit = 1 / tell.money.unit
    lines = [
        Line(policy, tuple((float(n), drawable(one).times(unit)) for n, one in enumerate(course, start=1)))
        for policy, course in shown.items()
    ]
    periods = range(len(next(iter(shown.values()))))
    rows = tuple(
        (str(period + 1), *(money_text(course[period], tell) for course in shown.values())) for period in periods
    )
    table = Table(measure, (tell.say("simulation.column.period"), *shown), rows)
    axes = Axes(PLAIN_LABELS, money_labels(tell.money), tell.say("simulation.column.period"))
    return figure(name, title, measure, courses(lines, axes, looks, whole=True), table, tell=tell,
                  mark=tell.say("simulation.synthetic"))  # fmt: skip


def _totals(mine: Courses, policies: Sequence[PolicyGains], tell: Voice) -> Table:
    heads = ["policy", "more_profit", "cost", *(["regret"] if mine.ceiling else []), "same_spend"]
    columns = tuple(tell.say(f"simulation.column.{key}") for key in heads)
    return Table(tell.say("courses.table"), columns, tuple(_row(one, mine, tell) for one in policies))


def _row(one: PolicyGains, mine: Courses, tell: Voice) -> tuple[str, ...]:
    gains = [money_text(one.gains[name], tell) for name in ("profit", "cost")]
    regret = [money_text(mine.regret[one.name][-1], tell) if one.name in mine.regret else ""] if mine.ceiling else []
    same = money_text(mine.same_spend[one.name], tell) if one.name in mine.same_spend else ""
    return one.name, *gains, *regret, same
