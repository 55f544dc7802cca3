"""Who responds: what the effect goes with, what the estimator rests on, and kinds of customers."""

from __future__ import annotations

from collections.abc import Sequence

from offerloop.commands.uplift.findings import Condition, Driver, UpliftFindings
from offerloop.commands.uplift.measures import measure
from offerloop.commands.uplift.sections.columns import columns
from offerloop.evaluation import Estimate, number
from offerloop.message import Message
from offerloop.report import Block, Localizer, Section, Table, Text, p_words

SHOWN = 12
"""Rows of a table at most."""
CLEAR = 0.05
"""Significance level below which a column is said to matter."""
CONDITIONS = {
    ("number", True): Message("{column} above {cut}", context="kind of customers"),
    ("number", False): Message("{column} at most {cut}", context="kind of customers"),
    ("category", True): Message("{column} is {category}", context="kind of customers"),
    ("category", False): Message("{column} is not {category}", context="kind of customers"),
    ("missing", True): Message("{column} is missing", context="kind of customers"),
    ("missing", False): Message("{column} is known", context="kind of customers"),
}


def responders_section(findings: UpliftFindings, _: Localizer) -> Section | None:
    """Which columns and kinds of customers drive the effect of the offer for everybody."""
    if not (findings.drivers or findings.importances or findings.segments):
        return None
    blocks: list[Block] = [Text(_introduction(findings, _))]
    if findings.drivers:
        blocks.append(_drivers_table(findings, _))
    if findings.importances:
        blocks.append(_importances_table(findings, _))
    if findings.segments:
        blocks.append(_segments_table(findings, _))
    return Section("responders", _("Who responds", context="section name"), _message(findings, _), tuple(blocks))


def _introduction(findings: UpliftFindings, _: Localizer) -> str:
    offer, unit = _.quoted(findings.offer), measure(findings, _)
    text = (
        Message(
            "These tables show whose behaviour {offer} changes most ({measure}, {per}). A column is said to "
            "matter only if chance would rarely make it look so, given how many columns were tried: its p-value "
            "must be small, 0.05 at most."
        )
        if findings.drivers
        else Message(
            "These tables show whose behaviour {offer} changes most ({measure}, {per}). How the effect changes with "
            "each column is not shown, as too few customers, or too few clusters of them, differ in these columns: it "
            "takes 30 in each arm, and more than two clusters for each column."
        )
    )
    return _(text, offer=offer, measure=unit.name, per=unit.per)


def _message(findings: UpliftFindings, _: Localizer) -> str:
    if not findings.drivers:
        return _("How the effect changes with each column cannot be told from so few customers or clusters")
    first = findings.drivers[0]
    if first.p_value > CLEAR:
        return _("No column clearly tells who responds more")
    if first.of.category is not None:
        text = (
            Message("The effect is clearly larger where {kind}")
            if first.slope.value > 0
            else Message("The effect is clearly smaller where {kind}")
        )
        return _(text, kind=condition(first.of, _))
    text = (
        Message("The effect is clearly larger where {column} is higher")
        if first.slope.value > 0
        else Message("The effect is clearly smaller where {column} is higher")
    )
    return _(text, column=_.quoted(first.of.column))


def condition(part: Condition, _: Localizer) -> str:
    """A condition in words."""
    sort = "number" if part.category is None else "missing" if part.category == "missing" else "category"
    text = CONDITIONS[sort, part.above]
    cut, category = _.numbers(number(part.cut, _step(part.cut))), _.quoted(part.category or "")
    return _(text, column=_.quoted(part.column), cut=cut, category=category)


def tightest(conditions: Sequence[Condition]) -> list[Condition]:
    """Return conditions without those that another one of the same column implies."""
    last = {(one.column, one.category, one.above): one for one in conditions}
    return list(last.values())


def _step(cut: float) -> float:
    """Four digits at most."""
    for places in range(-3, 4):
        if abs(cut - round(cut, places)) <= 1e-3 * abs(cut):
            return 10.0**-places
    return 1e-4


def _driver(driver: Driver, _: Localizer) -> str:
    return _.quoted(driver.of.column) if driver.of.category is None else condition(driver.of, _)


def _drivers_table(findings: UpliftFindings, _: Localizer) -> Table:
    unit = measure(findings, _)
    rows = tuple((_driver(one, _), unit.size(one.slope), p_words(one.p_value, _)) for one in findings.drivers[:SHOWN])
    caption = _(
        "Details for analysts, which may be skipped: how the effect changes where a column is higher by one standard "
        "deviation, its usual spread, and all others are the same (best linear projection); a category counts as 1 "
        "where it applies and as 0 elsewhere"
    )
    return Table(caption, columns(_, "column", "slope", "p_of_all"), rows)


def _importances_table(findings: UpliftFindings, _: Localizer) -> Table:
    unit = measure(findings, _)
    rows = tuple((_.quoted(one.column), unit.size(one.loss)) for one in findings.importances[:SHOWN])
    caption = _(
        "Details for analysts, which may be skipped: how much worse the predictions for new customers become when the "
        "values of a column are shuffled among them: the more, the more they rely on it"
    )
    return Table(caption, columns(_, "column", "loss"), rows)


def _segments_table(findings: UpliftFindings, _: Localizer) -> Table:
    unit = measure(findings, _)
    rows = tuple(
        (
            _.listed(condition(part, _) for part in tightest(segment.conditions)),
            _.count(segment.n),
            unit.size(segment.effect),
        )
        for segment in findings.segments
    )
    caption = (
        Message(
            "Groups of customers, found on one half of the customers and measured on the other: the ranges of all "
            "groups overlap there, so no clear difference is left"
        )
        if _overlap([segment.effect for segment in findings.segments])
        else Message(
            "Groups of customers who respond differently, found on one half of the customers and measured on the other"
        )
    )
    return Table(_(caption), columns(_, "kind", "customers", "effect"), rows)


def _overlap(effects: Sequence[Estimate]) -> bool:
    """Whether some figure lies in the ranges of all."""
    return max(one.low for one in effects) <= min(one.high for one in effects)


def pairs_table(findings: UpliftFindings, _: Localizer) -> Table | None:
    """Offers against each other."""
    if not findings.pairs:
        return None
    unit = measure(findings, _)
    rows = tuple((one.first, one.second, unit.size(one.gap), _verdict(one.gap, _)) for one in findings.pairs[:SHOWN])
    caption = _("Offers against each other, {name} {per}; intervals hold for all pairs at once", **unit.texts())
    return Table(caption, columns(_, "first", "second", "gap", "verdict"), rows, n_labels=2)


def _verdict(gap: Estimate, _: Localizer) -> str:
    if gap.low > 0:
        return _("the first is better")
    return _("the second is better") if gap.high < 0 else _("cannot be told apart")
