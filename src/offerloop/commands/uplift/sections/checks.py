"""Groups under an audit, and what the table says of its own design: draw, balance, overlap, negative controls."""

from __future__ import annotations

from offerloop.commands.uplift.findings import Balance, Group, Overlap, UpliftFindings
from offerloop.commands.uplift.measures import measure, share_text
from offerloop.commands.uplift.sections.effects import columns
from offerloop.commands.uplift.sentences import UNLIKELY, impossible
from offerloop.evaluation import Estimate, number
from offerloop.report import (
    PLAIN_LABELS,
    Block,
    Dot,
    Figure,
    Section,
    Table,
    Text,
    Voice,
    capital,
    count,
    figure,
    forest,
    p_words,
    percent_labels,
)

ALIKE = 0.005
"""Shares treated that differ by less are the same."""
DRAWN, LISTED = 10, 30
"""Differences between arms in the chart, and in its table, at most."""
STEP = 0.001
"""Standard deviations that a difference is rounded to."""


def groups_section(found: UpliftFindings, tell: Voice) -> Section | None:
    """Who is treated, of the groups that were named."""
    if not found.groups:
        return None
    blocks = (Text(tell.say("uplift.groups.intro")), _groups_figure(found, tell), _groups_table(found, tell))
    return Section("groups", tell.say("uplift.groups.label"), _groups_message(found, tell), blocks)


def _groups_message(found: UpliftFindings, tell: Voice) -> str:
    """The widest gap within a column."""
    by_column: dict[str, list[Group]] = {}
    for one in found.groups:
        by_column.setdefault(one.column, []).append(one)
    ends = [
        (min(of, key=_treated), max(of, key=_treated))
        for of in by_column.values()
    ]  # fmt: skip
    low, high = max(ends, key=lambda pair: _treated(pair[1]) - _treated(pair[0]))
    if _treated(high) - _treated(low) < ALIKE:
        return tell.say("uplift.groups.alike")
    return tell.say(
        "uplift.groups.gap", high=tell.share(_treated(high)), high_group=tell.quoted(high.group),
        low=tell.share(_treated(low)), low_group=tell.quoted(low.group), column=tell.quoted(low.column),
    )  # fmt: skip


def _treated(one: Group) -> float:
    return one.treated_share.value


def _groups_figure(found: UpliftFindings, tell: Voice) -> Figure:
    dots = [Dot(one.column, one.group, one.treated_share) for one in found.groups]
    says = (
        tell.say("rules.says", rule=one.group, profit=share_text(one.treated_share, tell))
        for one in found.groups
    )  # fmt: skip
    title = tell.say("uplift.groups.title")
    cells = tuple((one.column, one.group, share_text(one.treated_share, tell)) for one in found.groups)
    return figure(
        "groups",
        title,
        capital(tell.say("uplift.groups.measure")),
        forest(dots, percent_labels(tell)),
        Table(title, columns(tell, "groups", "column", "group", "treated"), cells, n_labels=2),
        tell=tell,
        says=tell.listed(says, "semicolon") + tell.words["full_stop"],
    )


def _groups_table(found: UpliftFindings, tell: Voice) -> Table:
    unit = measure(found, tell)
    costed = any(one.cost is not None for one in found.groups)
    rows = tuple(
        (one.column, one.group, count(one.n), share_text(one.treated_share, tell), unit.size(one.effect),
         *((unit.size(one.cost),) if costed else ()))
        for one in found.groups
    )  # fmt: skip
    names = ("column", "group", "n", "treated", "effect", *(("cost",) if costed else ()))
    heads = columns(tell, "groups", *names, offer=tell.quoted(found.offer))
    return Table(tell.say("uplift.groups.table", **unit.texts()), heads, rows, n_labels=2)


def checks_section(found: UpliftFindings, tell: Voice) -> Section:
    """Whether the arms can be compared."""
    blocks: list[Block] = [_checks_table(found, tell)]
    if found.balance:
        blocks.append(_balance_figure(found, tell))
    if found.overlap:
        blocks += [Text(tell.say("uplift.overlap.intro")), _overlap_figure(found, tell)]
    if found.negative_controls:
        blocks.append(_controls_table(found, tell))
    return Section("checks", tell.say("uplift.checks.label"), _checks_message(found, tell), tuple(blocks))


def _checks_message(found: UpliftFindings, tell: Voice) -> str:
    failed = [
        found.ratio_p is not None and found.ratio_p < UNLIKELY,
        found.design == "randomised" and found.balance_p < UNLIKELY,
        bool(impossible(found)),
    ]
    if found.design != "observational":
        return tell.say("uplift.checks.failed" if any(failed) else "uplift.checks.passed")
    return tell.say("uplift.checks.observational_failed" if any(failed) else "uplift.checks.observational")


def _checks_table(found: UpliftFindings, tell: Voice) -> Table:
    ratio = tell.say("uplift.checks.not_known") if found.ratio_p is None else _passed(found.ratio_p, tell)
    even = found.design == "randomised"
    balance = _passed(found.balance_p, tell) if even else tell.say("uplift.checks.expected")
    rows = (
        (tell.say("uplift.checks.ratio"), p_words(found.ratio_p, tell), ratio),
        (tell.say("uplift.checks.balance"), p_words(found.balance_p, tell), balance),
    )
    return Table(tell.say("uplift.checks.table"), columns(tell, "checks", "check", "p", "verdict"), rows)


def _passed(p_value: float, tell: Voice) -> str:
    return tell.say("uplift.checks.bad" if p_value < UNLIKELY else "uplift.checks.ok")


def _balance_figure(found: UpliftFindings, tell: Voice) -> Figure:
    widest = sorted(found.balance, key=lambda one: -abs(one.difference))
    control = tell.quoted(found.control)
    many = len(found.arms) > 2
    dots = [Dot("", f"{one.column}|{one.arm}" if many else one.column, _interval(one)) for one in widest[:DRAWN]]
    rows = tuple(
        (one.column, one.arm, _interval(one).text() if one.z else number(one.difference, STEP))
        for one in widest[:LISTED]
    )  # fmt: skip
    heads = columns(tell, "balance", "column", "arm", "difference")
    return figure(
        "balance",
        tell.say("uplift.balance.title", control=control),
        capital(tell.say("uplift.balance.measure")),
        forest(dots, PLAIN_LABELS, lines_per_row=2 if many else 1),
        Table(tell.say("uplift.balance.table", control=control), heads, rows, n_labels=2),
        tell=tell,
        says=tell.say("rules.says", rule=rows[0][0], profit=rows[0][2]) + tell.words["full_stop"],
    )


def _interval(one: Balance) -> Estimate:
    """A difference over its z is its standard error."""
    return Estimate.of(one.difference, abs(one.difference / one.z) if one.z else 0.0)


def _overlap_figure(found: UpliftFindings, tell: Voice) -> Figure:
    dots = [Dot("", one.arm, _span(one)) for one in found.overlap]
    rows = tuple(
        (one.arm, *(tell.share(chance, 0.001) for chance in one.quantiles), count(one.effective_size))
        for one in found.overlap
    )
    levels = tuple(tell.spaced(f"{level} %") for level in (5, 25, 50, 75, 95))
    heads = (tell.say("uplift.arms.arm"), *levels, tell.say("uplift.overlap.effective"))
    says = (tell.say("rules.says", rule=row[0], profit=row[3]) for row in rows)
    return figure(
        "overlap",
        tell.say("uplift.overlap.title"),
        capital(tell.say("uplift.overlap.measure")),
        forest(dots, percent_labels(tell)),
        Table(tell.say("uplift.overlap.table"), heads, rows),
        tell=tell,
        says=tell.listed(says, "semicolon") + tell.words["full_stop"],
    )


def _span(one: Overlap) -> Estimate:
    """Median, and the quantiles at either end in the place of an interval."""
    low, _, middle, _, high = one.quantiles
    return Estimate(middle, low, high)


def _controls_table(found: UpliftFindings, tell: Voice) -> Table:
    moved = impossible(found)
    rows = tuple(
        (name, one.text(), tell.say("uplift.controls.bad" if name in moved else "uplift.controls.ok"))
        for name, one in found.negative_controls.items()
    )
    heads = (*columns(tell, "controls", "column", "effect"), tell.say("uplift.checks.verdict"))
    return Table(tell.say("uplift.controls.table"), heads, rows)
