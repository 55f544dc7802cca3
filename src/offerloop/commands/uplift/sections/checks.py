"""Groups under an audit, and what the table says of its own design: draw, balance, overlap, negative controls."""

from __future__ import annotations

from offerloop.commands.uplift.findings import AuditedGroup, CovariateBalance, Overlap, UpliftFindings
from offerloop.commands.uplift.measures import measure, share_text
from offerloop.commands.uplift.sections.columns import columns
from offerloop.commands.uplift.soundness import UNLIKELY, impossible, is_broken
from offerloop.evaluation import Estimate, number
from offerloop.report import (
    PLAIN_LABELS,
    Block,
    Dot,
    Figure,
    Localizer,
    Section,
    Table,
    Text,
    capital,
    figure,
    forest,
    p_words,
    percent_labels,
)

SAME_SHARE = 0.005
"""Shares treated that differ by less are the same."""
DRAWN, LISTED = 10, 30
"""Differences between arms in the chart, and in its table, at most."""
STEP = 0.001
"""Standard deviations that a difference is rounded to."""


def groups_section(findings: UpliftFindings, _: Localizer) -> Section | None:
    """Who is treated, of the groups that were named."""
    if not findings.groups:
        return None
    said = [
        _(
            "These groups were named for an audit. If a group gets offers more often although it does not "
            "respond more, look again before acting."
        )
    ]
    if findings.verdict != findings.policy:
        said.append(_("What is audited here is the best policy by the estimates, which is not recommended."))
    blocks = (
        Text(_.sentences(said)),
        _groups_figure(findings, _),
        _groups_table(findings, _),
    )
    return Section("groups", _("Audited groups", context="section name"), _groups_message(findings, _), blocks)


def _groups_message(findings: UpliftFindings, _: Localizer) -> str:
    """The widest gap within a column."""
    by_column: dict[str, list[AuditedGroup]] = {}
    for group in findings.groups:
        by_column.setdefault(group.column, []).append(group)
    ends = [
        (min(of, key=_treated), max(of, key=_treated))
        for of in by_column.values()
    ]  # fmt: skip
    low, high = max(ends, key=lambda pair: _treated(pair[1]) - _treated(pair[0]))
    if _treated(high) - _treated(low) < SAME_SHARE:
        return _("The best policy by the estimates treats every group alike")
    return _(
        "The best policy by the estimates treats {high} of group {high_group} and {low} of group {low_group} "
        "({column})",
        high=_.share(_treated(high)),
        high_group=_.quoted(high.group),
        low=_.share(_treated(low)),
        low_group=_.quoted(low.group),
        column=_.quoted(low.column),
    )


def _treated(group: AuditedGroup) -> float:
    return group.treated_share.value


def _groups_figure(findings: UpliftFindings, _: Localizer) -> Figure:
    dots = [Dot(group.column, group.group, group.treated_share) for group in findings.groups]
    says = (
        _("{rule}: {profit}", context="name and figure", rule=group.group, profit=share_text(group.treated_share, _))
        for group in findings.groups
    )  # fmt: skip
    title = _("Share treated by group under the best policy by the estimates")
    cells = tuple((group.column, group.group, share_text(group.treated_share, _)) for group in findings.groups)
    return figure(
        "groups",
        title,
        capital(_("per cent of the group's customers, with 95 % intervals")),
        forest(dots, percent_labels(_)),
        Table(title, columns(_, "column", "group", "treated"), cells, n_labels=2),
        localizer=_,
        says=_.stopped(_.clauses(says)),
    )


def _groups_table(findings: UpliftFindings, _: Localizer) -> Table:
    unit = measure(findings, _)
    costed = any(group.cost is not None for group in findings.groups)
    rows = tuple(
        (group.column, group.group, _.count(group.n), share_text(group.treated_share, _), unit.size(group.effect),
         *((unit.size(group.cost),) if costed else ()))
        for group in findings.groups
    )  # fmt: skip
    names = ("column", "group", "customers", "treated", "effect_of", *(("cost",) if costed else ()))
    heads = columns(_, *names, offer=_.quoted(findings.offer))
    return Table(_("Audited groups, {name} {per}", context="table title", **unit.texts()), heads, rows, n_labels=2)


def checks_section(findings: UpliftFindings, _: Localizer) -> Section:
    """Whether the arms can be compared."""
    blocks: list[Block] = [
        Text(
            _(
                "In these checks a large p-value is good: chance alone would often show as much. A check fails where "
                "it is below 0.001, unless the study adjusts for the difference."
            )
        ),
        _checks_table(findings, _),
    ]
    if findings.balance:
        blocks.append(_balance_figure(findings, _))
    if findings.overlap:
        blocks += [
            Text(
                _(
                    "A model estimates each customer's probability of being in each arm. Where it is close to zero, "
                    "no similar customer got that offer, and its effect there is an assumption."
                )
            ),
            _overlap_figure(findings, _),
        ]
    if findings.negative_controls:
        blocks.append(_controls_table(findings, _))
    return Section("checks", _("Checks of the design"), _checks_message(findings, _), tuple(blocks))


def _checks_message(findings: UpliftFindings, _: Localizer) -> str:
    failed = is_broken(findings)
    if findings.design != "observational":
        return (
            _("A check fails: find out why before acting on this page")
            if failed
            else _("The arms look as they should after a random draw")
        )
    return (
        _("A check fails, in a table that is no trial: do not act on it")
        if failed
        else _("Nobody was treated at random here: what was done about it")
    )


def _checks_table(findings: UpliftFindings, _: Localizer) -> Table:
    ratio = _("not checked", context="verdict") if findings.ratio_p is None else _passed(findings.ratio_p, _)
    even = findings.design == "randomised"
    balance = _passed(findings.balance_p, _) if even else _("adjusted for", context="verdict")
    rows = (
        (_("sizes of the arms as planned"), p_words(findings.ratio_p, _), ratio),
        (_("arms alike before the trial"), p_words(findings.balance_p, _), balance),
    )
    return Table(_("Checks", context="table title"), columns(_, "check", "p", "verdict"), rows)


def _passed(p_value: float, _: Localizer) -> str:
    return _("✗ failed", context="uplift study") if p_value < UNLIKELY else _("✓ passed", context="uplift study")


def _balance_figure(findings: UpliftFindings, _: Localizer) -> Figure:
    widest = sorted(findings.balance, key=lambda one: -abs(one.difference))
    control = _.quoted(findings.control)
    many = len(findings.arms) > 2
    dots = [
        Dot("", f"{balance.column}\n{balance.arm}" if many else balance.column, _interval(balance))
        for balance in widest[:DRAWN]
    ]
    rows = tuple(
        (balance.column, balance.arm, _interval(balance).text() if balance.z else number(balance.difference, STEP))
        for balance in widest[:LISTED]
    )  # fmt: skip
    heads = columns(_, "column", "arm", "difference")
    return figure(
        "balance",
        _("Columns in which an arm differs most from {control}", control=control),
        capital(
            _(
                "difference in standard deviations before any adjustment, with 95 % intervals; beyond "
                "0.1 is worth a look"
            )
        ),
        forest(dots, PLAIN_LABELS, lines_per_row=2 if many else 1),
        Table(_("The largest differences between an arm and {control}", control=control), heads, rows, n_labels=2),
        localizer=_,
        says=_.stopped(_("{rule}: {profit}", context="name and figure", rule=rows[0][0], profit=rows[0][2])),
    )


def _interval(balance: CovariateBalance) -> Estimate:
    """A difference over its z is its standard error; of few clusters only whether 0 is inside is exact."""
    return Estimate.of(balance.difference, abs(balance.difference / balance.z) if balance.z else 0.0)


def _overlap_figure(findings: UpliftFindings, _: Localizer) -> Figure:
    dots = [Dot("", overlap.arm, _span(overlap)) for overlap in findings.overlap]
    rows = tuple(
        (
            overlap.arm,
            *(_.share(share, 0.001) for share in overlap.quantiles),
            _.count(overlap.effective_size),
        )
        for overlap in findings.overlap
    )
    levels = tuple(_.numbers(f"{level} %") for level in (5, 25, 50, 75, 95))
    heads = (_("arm", context="column title"), *levels, _("effective sample size", context="column title"))
    says = (_("{rule}: {profit}", context="name and figure", rule=row[0], profit=row[3]) for row in rows)
    return figure(
        "overlap",
        _("Probability of each arm"),
        capital(_("dots are medians over all customers; whiskers run from the 5 % to the 95 % quantile")),
        forest(dots, percent_labels(_)),
        Table(_("Probability of each arm, quantiles over all customers"), heads, rows),
        localizer=_,
        says=_.stopped(_.clauses(says)),
    )


def _span(overlap: Overlap) -> Estimate:
    """Median, and the quantiles at either end in the place of an interval."""
    low, __, middle, __, high = overlap.quantiles
    return Estimate(middle, low, high)


def _controls_table(findings: UpliftFindings, _: Localizer) -> Table:
    moved = impossible(findings)
    rows = tuple(
        (
            name,
            _.numbers(estimate.text()),
            (_("✗ an effect", context="uplift study") if name in moved else _("✓ none seen", context="uplift study")),
        )
        for name, estimate in findings.negative_controls.items()
    )
    heads = columns(_, "column", "effect", "verdict")
    return Table(_("Effect on columns that no offer can have changed, per customer"), heads, rows)
