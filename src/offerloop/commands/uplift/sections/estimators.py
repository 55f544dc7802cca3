"""Which estimator orders customers best, beside the reader's own score and the measures of other libraries."""

from __future__ import annotations

from offerloop.commands.uplift.findings import Ranked, UpliftFindings, UsualArea
from offerloop.commands.uplift.measures import everyone, is_finite, measure
from offerloop.commands.uplift.sections.columns import columns
from offerloop.commands.uplift.sentences.details import against_score, order
from offerloop.commands.uplift.sentences.phrases import estimator, short_estimator
from offerloop.message import Message
from offerloop.report import PLAIN_LABELS, Block, Dot, Figure, Localizer, Section, Table, Text, capital, figure, forest

RANDOM = 0.5
"""Area share of a random order."""
NO_BETTER = {
    "no": Message(
        "Our {n} way to rank customers, which this page shows, is not clearly better than a random order: {estimator}",
        plural="None of our {n} ways to rank customers is clearly better than a random order; this page shows "
        "{estimator}",
    ),
    "harms": Message(
        "Our {n} way to rank customers, which this page shows, is clearly worse than a random order: {estimator}",
        plural="None of our {n} ways to rank customers is clearly better than a random order; {estimator}, which this "
        "page shows, is clearly worse",
    ),
}
"""The finding where no estimator is clearly better than a random order, by what the chosen one is."""


def ranked_section(findings: UpliftFindings, _: Localizer) -> Section | None:
    """Which estimator orders customers best, and which one is used."""
    if not findings.ranked:
        return None
    message = _(_standing(findings), estimator=estimator(findings.estimator, _), n=len(_own(findings)))
    blocks: list[Block] = [
        Text(_.sentences(_explanation(findings, _))),
        _ranked_figure(findings, _),
        _ranked_table(findings, _),
    ]
    if findings.usual_areas:
        blocks.append(_usual_table(findings, _))
    if findings.against_score is not None:
        blocks.insert(1, Text(against_score(findings, findings.against_score, _)))
    return Section("estimators", _("Estimators", context="section name"), message, tuple(blocks))


def _explanation(findings: UpliftFindings, _: Localizer) -> list[str]:
    """How estimators are compared, and how one of them is chosen."""
    said = [
        _("This section has details for analysts and may be skipped."),
        _(
            "Each estimator (a method that predicts effects) ranked customers whose data it had not learned from. "
            "Its area says what that order is worth: the gain from the customers ranked first, averaged over every "
            "possible number of recipients."
        ),
        _(
            "Of those that rank about as well as the best, the one is used whose predicted effects explain most of "
            "what customers did. Where several explain about as much, it is the simplest of them, the one further up "
            "in the table: it is wrong less often about new customers."
        ),
    ]
    if any(not one.over_random.has_interval for one in _own(findings)):
        said.append(_("An estimator that brings exactly as much as a random order puts all customers level."))
    if _has_shares(findings):
        said.insert(
            2,
            _(
                "The area share compares this with the best offer for everybody: 0.5 means no better than a random "
                "order, 1 means as much as that offer brings for everybody."
            ),
        )
    return said


def _own(findings: UpliftFindings) -> list[Ranked]:
    """Estimators, without the reader's own score."""
    return [one for one in findings.ranked if not one.is_score]


def _standing(findings: UpliftFindings) -> Message:
    """How the chosen estimator stands among all, and against a random order."""
    own, worth = _own(findings), order(findings.targeting)
    if worth != "helps" and all(one.over_random.low <= 0 for one in own):
        return NO_BETTER["harms" if worth == "harms" else "no"]
    if max(own, key=lambda one: one.area.value).is_chosen:
        return Message("Customers are ranked by {estimator}: the best on left-out customers")
    return Message(
        "Customers are ranked by {estimator}: the simplest that ranks and predicts about as well as the best"
    )


def _has_shares(findings: UpliftFindings) -> bool:
    """Whether the best offer for everybody clearly brings something that areas are shares of."""
    best = everyone(findings)
    return (
        best is not None
        and best.profit.low > 0
        and all(ranked.share is not None and is_finite(ranked.share) for ranked in findings.ranked)
    )


def _ranked_figure(findings: UpliftFindings, _: Localizer) -> Figure:
    """Shares where there is a clear whole to share, what lies over a random order otherwise."""
    unit, shared = measure(findings, _), _has_shares(findings)
    parts = [
        (ranked, ranked.share if shared and ranked.share is not None else unit.scaled(ranked.over_random))
        for ranked in findings.ranked
    ]
    dots = [
        Dot("", f"{_name(ranked, _)}\n{_.numbers(part.text())}", part, "ours" if ranked.is_chosen else "control")
        for ranked, part in parts
    ]
    text = (
        Message(
            "area as a share of what {offer} for everybody brings, 95 % intervals; the line at 0.5 is a random order"
        )
        if shared
        else Message("area over a random order, {name} {per}, 95 % intervals; the line is a random order")
    )
    says = (
        _("{rule}: {profit}", context="name and figure", rule=_name(ranked, _), profit=_.numbers(part.text()))
        for ranked, part in parts
    )
    title = _ranked_title(findings, _)
    heads = columns(_, "estimator", "area_share" if shared else "over_random")
    cells = tuple((_ranked(ranked, _), _.numbers(part.text())) for ranked, part in parts)
    return figure(
        "estimators",
        title,
        capital(_(text, offer=_.quoted(findings.offer), **unit.texts())),
        forest(dots, PLAIN_LABELS, reference=RANDOM if shared else 0.0, lines_per_row=2),
        Table(title, heads, cells),
        localizer=_,
        says=_.stopped(_.clauses(says)),
    )


def _ranked_title(findings: UpliftFindings, _: Localizer) -> str:
    """How many estimators are clearly better than chance."""
    own = _own(findings)
    clear = sum(one.over_random.low > 0 for one in own)
    text = (
        Message("Estimators that order customers clearly better than chance: {clear} of {n}")
        if clear
        else Message("Estimators that order customers clearly better than chance: none of {n}")
    )
    return _(text, clear=clear, n=len(own))


def _ranked_table(findings: UpliftFindings, _: Localizer) -> Table:
    unit, shared = measure(findings, _), _has_shares(findings)
    rows = tuple(
        (_ranked(ranked, _), *([_.numbers(ranked.share.text())] if shared and ranked.share is not None else []),
         unit.size(ranked.over_random), unit.size(ranked.area), unit.size(ranked.policy))
        for ranked in findings.ranked
    )  # fmt: skip
    shares = ("area_share",) if shared else ()
    heads = columns(_, "estimator", *shares, "over_random", "area", "its_policy")
    return Table(_("Estimators on left-out customers, {name} {per}", **unit.texts()), heads, rows)


def _ranked(ranked: Ranked, _: Localizer) -> str:
    name = _name(ranked, _)
    return _("{name} (chosen)", context="uplift study", name=name) if ranked.is_chosen else name


def _name(ranking: Ranked | UsualArea, _: Localizer) -> str:
    if ranking.is_score:
        return _("your score {name}", context="uplift study", name=_.quoted(ranking.name))
    return short_estimator(ranking.name, _)


def _usual_table(findings: UpliftFindings, _: Localizer) -> Table:
    rows = tuple(
        (_name(area, _), _.numbers(area.qini.text()), _.numbers(area.auuc.text())) for area in findings.usual_areas
    )
    caption = _(
        "The same by other libraries' definitions, plain means of {offer} against {control}; a random order has a Qini "
        "coefficient of 0 and an AUUC of 0.5",
        offer=_.quoted(findings.offer),
        control=_.quoted(findings.control),
    )
    return Table(caption, columns(_, "order", "qini", "auuc"), rows)
