"""The section of a simulation's page that follows policies from period to period: profit gained so far, and regret."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from offerloop.commands.simulate.columns import columns
from offerloop.commands.simulate.findings import Courses, PolicyGains
from offerloop.commands.simulate.gains import drawable, money_text
from offerloop.evaluation import Estimate
from offerloop.report import (
    PLAIN_LABELS,
    Axes,
    Block,
    Figure,
    Localizer,
    NotKnown,
    PanelLine,
    Section,
    Table,
    Text,
    courses,
    figure,
    money_labels,
)

BLANKET = "blanket"
"""Keeps to no budget: beside it the others could not be seen."""


def courses_section(courses: Courses, policies: Sequence[PolicyGains], _: Localizer) -> Section:
    """Profit and regret with bands over worlds, and both after the last period beside what was spent."""
    parts: list[Block] = [_profit(courses, _)]
    if courses.ceiling is None:
        parts.append(NotKnown(_("Regret needs the best that could be had: add the policy 'ceiling', or 'oracle'.")))
    elif courses.regret:
        parts.append(_regret(courses, courses.ceiling, _))
    parts += [_totals(courses, policies, _), *(Text(one) for one in _explanation(courses, _))]
    return Section(
        "courses",
        _("Over time", context="section name"),
        _("What each policy has gained from period to period, and how far it is behind the best"),
        tuple(parts),
    )


def _explanation(courses: Courses, _: Localizer) -> Iterator[str]:
    """How the figures are measured and compared."""
    yield _(
        "Measured as profit that the shop realised beyond its twin without offers, with the same "
        "customers and the same random draws. These are not expected values, so single weeks vary by "
        "chance. Regret compares policies at the same budget of liabilities in each period; what they "
        "truly spend differs and stands in the table. 'blanket' keeps to no budget and is drawn only "
        "where it is alone. Regret can fall, and even below zero: what offers do to later periods does "
        "not count for 'ceiling' and 'oracle' when they choose."
    )
    if courses.spend is not None:
        yield _(
            "At the same spend: in each world every policy goes to fewer customers, drawn at random, "
            "so that it spends what the one that spends least does, {spend} on average; its profit "
            "then shrinks in proportion. A policy that spends nothing is left out.",
            spend=money_text(courses.spend, _),
        )


def _profit(courses: Courses, _: Localizer) -> Figure:
    shown = _shown(courses.profit)
    best = max(shown, key=lambda name: shown[name][-1].value)
    title = _("Most profit at the end: '{policy}', {profit}", policy=best, profit=money_text(shown[best][-1], _))
    return _figure(
        "course-profit",
        title,
        _("Profit beyond the same shop without offers so far, with the spread over worlds"),
        shown,
        list(courses.profit),
        _,
    )


def _regret(courses: Courses, ceiling: str, _: Localizer) -> Figure:
    shown = _shown(courses.regret)
    best = min(shown, key=lambda name: shown[name][-1].value)
    title = _(
        "On average '{policy}' is nearest to '{ceiling}': a regret of {regret}",
        policy=best,
        ceiling=ceiling,
        regret=money_text(shown[best][-1], _),
    )
    measure = _("Profit of '{ceiling}' so far less that of the policy, with the spread over worlds", ceiling=ceiling)
    return _figure("course-regret", title, measure, shown, list(courses.profit), _)


def _shown(courses: Mapping[str, Sequence[Estimate]]) -> Mapping[str, Sequence[Estimate]]:
    within = {name: one for name, one in courses.items() if name != BLANKET}
    return within or courses


def _figure(
    name: str, title: str, measure: str, shown: Mapping[str, Sequence[Estimate]], looks: Sequence[str], _: Localizer
) -> Figure:
    unit = 1 / _.money.unit
    lines = [
        PanelLine(policy, tuple((float(n), drawable(one).times(unit)) for n, one in enumerate(course, start=1)))
        for policy, course in shown.items()
    ]
    periods = range(len(next(iter(shown.values()))))
    rows = tuple((str(period + 1), *(money_text(course[period], _) for course in shown.values())) for period in periods)
    table = Table(measure, (_("period", context="column title of a simulation"), *shown), rows)
    axes = Axes(PLAIN_LABELS, money_labels(_.money), _("period", context="column title of a simulation"))
    return figure(name, title, measure, courses(lines, axes, looks, whole=True), table, localizer=_,
                  mark=_("Synthetic: a simulated shop, no real customers"))  # fmt: skip


def _totals(courses: Courses, policies: Sequence[PolicyGains], _: Localizer) -> Table:
    keys = ["policy", "more_profit", "cost", *(["regret"] if courses.ceiling else []), "same_spend"]
    rows = tuple(_row(one, courses, _) for one in policies)
    return Table(_("After the last period, means over worlds"), columns(_, *keys), rows)


def _row(policy: PolicyGains, courses: Courses, _: Localizer) -> tuple[str, ...]:
    gains = [money_text(policy.gains[name], _) for name in ("profit", "cost")]
    regret = (
        [money_text(courses.regret[policy.name][-1], _) if policy.name in courses.regret else ""]
        if courses.ceiling
        else []
    )
    same = money_text(courses.same_spend[policy.name], _) if policy.name in courses.same_spend else ""
    return policy.name, *gains, *regret, same
