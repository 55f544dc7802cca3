"""The sections of the page of a trial's study, each opened by its message; one without content is None."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

from offerloop.commands.uplift.findings import Arm, EffectDecile, ResponseType, UpliftFindings
from offerloop.commands.uplift.measures import MEASURES, everyone, measure, outcome_measure, share_text, targeted
from offerloop.commands.uplift.notes import notes
from offerloop.commands.uplift.sections.columns import columns
from offerloop.commands.uplift.sections.responders import pairs_table
from offerloop.commands.uplift.sentences.details import details
from offerloop.commands.uplift.sentences.phrases import same
from offerloop.evaluation import Estimate, top_less_bottom
from offerloop.message import Message
from offerloop.report import (
    PLAIN_LABELS,
    Block,
    Bullets,
    Dot,
    Figure,
    Localizer,
    Section,
    Table,
    Text,
    Upright,
    capital,
    figure,
    forest,
    percent_labels,
    upright,
)
from offerloop.workspace import arm_numbers

TYPES = {
    "persuadable": Message("persuadable", context="response type"),
    "sure_thing": Message("sure thing", context="response type"),
    "lost_cause": Message("lost cause", context="response type"),
    "sleeping_dog": Message("sleeping dog", context="response type"),
}
"""Names of the response types."""
TYPE_MEANINGS = {
    "persuadable": Message("responds only because of the offer"),
    "sure_thing": Message("would have responded anyway: the offer is wasted"),
    "lost_cause": Message("does not respond either way"),
    "sleeping_dog": Message("responds only without the offer: the offer does harm"),
}
"""What each response type does."""
BACKWARDS = Message(
    "The tenth predicted to respond most responded less than the bottom tenth, by {gap} {per}: here the predictions "
    "do not sort customers"
)
"""The finding of deciles whose order is wrong."""
UNCHANGED = {
    "pays": Message("Of what {policy} costs, {share} changes nothing, and it still pays"),
    "unclear": Message("Of what {policy} costs, {share} changes nothing, and it is not clear whether the rest pays"),
    "not judged": Message("Of what {policy} costs, {share} changes nothing"),
}
"""The finding of the cost that changes nothing, by what is clear of the profit."""
REST = {
    "pays": Message("What the rest changes brings more than all of it costs."),
    "unclear": Message("It is not clear whether what the rest changes brings more than all of it costs."),
}
"""What the rest of the cost brings."""


def verdict_section(findings: UpliftFindings, _: Localizer) -> Section:
    """What the verdict rests on, beside the first paragraph."""
    return Section(
        "verdict",
        _("Verdict", context="section name"),
        _("What the verdict rests on"),
        (Bullets(tuple(details(findings, _))),),
    )


def arms_section(findings: UpliftFindings, _: Localizer) -> Section:
    """Who was given what, and what each offer does to all."""
    offers = [one.effect for one in findings.arms if one.effect is not None]
    outcome = _.quoted(findings.outcome)
    clear = sum(one.is_clear for one in offers)
    message = _(_clear_effects(clear, findings), outcome=outcome, clear=clear, n=len(offers))
    said = [
        _(
            "All customers of an arm count, including those who ignored the offer. Each offer is compared with "
            "{control}. The adjusted difference allows for what was known of the customers before, which makes "
            "it more precise.",
            control=_.quoted(findings.control),
        )
    ]
    if findings.value is not None:
        said.append(_("Value is what {outcome} is worth ({value}).", outcome=outcome, value=_source(findings.value, _)))
    if findings.cost is not None:
        said.append(_("Cost is what a treated customer costs ({cost}).", cost=_source(findings.cost, _)))
    blocks: tuple[Block, ...] = (Text(_.sentences(said)), _arms_table(findings, _), *_money_table(findings, _))
    if (pairs := pairs_table(findings, _)) is not None:
        blocks = (*blocks, pairs)
    return Section("arms", _("Arms", context="section name"), message, blocks)


def _clear_effects(clear: int, findings: UpliftFindings) -> Message:
    """How many offers have a clear effect, which says nothing of their cost yet."""
    if findings.cost is None:
        return (
            Message("Offers with a clear effect on {outcome}: {clear} of {n}")
            if clear
            else Message("Offers with a clear effect on {outcome}: none of {n}")
        )
    return (
        Message("Offers with a clear effect on {outcome}, before their cost: {clear} of {n}")
        if clear
        else Message("Offers with a clear effect on {outcome}, before their cost: none of {n}")
    )


def _source(column_or_number: str, _: Localizer) -> str:
    if "=" in column_or_number:
        return _.listed(f"{arm} {amount:,.10g}" for arm, amount in arm_numbers(column_or_number, "--cost"))
    try:
        float(column_or_number)
    except ValueError:
        return _.quoted(column_or_number)
    return column_or_number


def _arms_table(findings: UpliftFindings, _: Localizer) -> Table:
    own = outcome_measure(findings, _)
    heads = columns(_, "arm", "customers", "share", "mean", "raw", "effect_on", outcome=own.name)
    rows = tuple(
        (_arm(arm, findings, _), _.count(arm.n), _.share(arm.n / findings.n, 0.01), own.size(arm.mean),
         own.size(arm.raw), own.size(arm.effect))
        for arm in findings.arms
    )  # fmt: skip
    return Table(_("The arms of the table: {outcome} {per}", outcome=own.name, per=own.per), heads, rows)


def _money_table(findings: UpliftFindings, _: Localizer) -> tuple[Table, ...]:
    """Value, cost and profit where they are known, apart from the arms so that no table is too wide for a page."""
    unit = measure(findings, _)
    names = [one for one in ("value", "cost", "profit") if any(getattr(arm, one) is not None for arm in findings.arms)]
    if not names:
        return ()
    rows = tuple(
        (_arm(arm, findings, _), *(unit.size(getattr(arm, name)) for name in names))
        for arm in findings.arms
        if arm.name != findings.control
    )
    heads = (*columns(_, "arm"), *(_(MEASURES[name]) for name in names))
    return (Table(_("What each offer brings against none, {per}", per=unit.per), heads, rows),)


def _arm(arm: Arm, findings: UpliftFindings, _: Localizer) -> str:
    return _("{name} (no offer)", context="uplift study", name=arm.name) if arm.name == findings.control else arm.name


def deciles_section(findings: UpliftFindings, _: Localizer) -> Section | None:
    """Whether those predicted to respond more do."""
    if not findings.deciles:
        return None
    unit = measure(findings, _)
    gap = top_less_bottom([one.realised for one in findings.deciles])
    text = Message(
        "The tenth predicted to respond most does not clearly respond more than the bottom tenth (difference: {gap} "
        "{per})"
    )
    if gap.low > 0:
        text = Message("The tenth predicted to respond most responds more than the bottom tenth, by {gap} {per}")
    elif gap.high < 0:
        text, gap = BACKWARDS, gap.negated()
    message = _(text, gap=unit.size(gap), per=unit.per)
    blocks = (
        Text(
            _(
                "Customers are put into ten equal groups by how much their best offer is predicted to change. "
                "The chart holds this against what was measured, among customers whom the estimator had not "
                "learned from. These groups can be relied on within their intervals; the prediction for one "
                "single customer cannot."
            )
        ),
        _deciles_figure(findings, _),
    )
    return Section("deciles", _("Predicted and measured", context="section name"), message, blocks)


def _deciles_figure(findings: UpliftFindings, _: Localizer) -> Figure:
    unit, mean = measure(findings, _), _mean(findings.deciles)
    steps = [
        Upright(str(decile.decile), unit.scaled(decile.realised), decile.predicted * unit.customers)
        for decile in findings.deciles
    ]
    level = _("mean {size}", context="label of a line", size=unit.plain(mean.value, mean))
    return figure(
        "deciles",
        _("Measured effect by tenth of the predicted effect"),
        capital(
            _(
                "effect on {name} {per}; dots are measured, with 95 % intervals, diamonds predicted, the "
                "dashed line is the mean, {mean}",
                mean=unit.plain(mean.value, mean),
                **unit.texts(),
            )
        ),
        upright(
            steps,
            PLAIN_LABELS,
            _("tenth by predicted effect, 10 is highest"),
            _,
            level=(unit.scaled(mean).value, ""),
        ),
        _deciles_table(findings, _),
        localizer=_,
        says=_.stopped(level),
    )


def _deciles_table(findings: UpliftFindings, _: Localizer) -> Table:
    unit = measure(findings, _)
    rows = tuple(
        (
            str(decile.decile),
            _.count(decile.n),
            unit.plain(decile.predicted, decile.realised),
            unit.size(decile.realised),
        )
        for decile in findings.deciles
    )
    heads = columns(_, "tenth", "customers", "predicted", "found")
    return Table(_("Predicted and measured effect by tenth"), heads, rows)


def _mean(deciles: Sequence[EffectDecile]) -> Estimate:
    """Return the mean over customers who are in one decile each."""
    n = sum(one.n for one in deciles)
    value = sum(one.n * one.realised.value for one in deciles) / n
    half = math.hypot(*(one.n * (one.realised.high - one.realised.low) / 2 for one in deciles)) / n
    return Estimate(value, value - half, value + half)


def types_section(findings: UpliftFindings, _: Localizer) -> Section | None:
    """Customers by what an offer does to them, and what is wasted on those who need none."""
    wasted = _unchanged(findings, _)
    if not findings.types:
        name = _("Cost without effect", context="section name")
        return None if wasted is None else Section("types", name, _unchanged_message(findings, _), (Text(wasted),))
    moved = [one.share for one in findings.types if one.name == "persuadable" and one.share.has_interval]
    message = (
        _("The offer decides for about {share} of the customers (persuadable)", share=share_text(moved[0], _))
        if moved
        else _("What kinds of customers there are")
    )
    blocks: list[Block] = [
        Text(
            _(
                "Customers by what {offer} does to them. Nobody can be seen both with and without it, so the "
                "type of a single customer is never known, only about how many there are of each. This assumes "
                "that among customers who look the same it does not attract some and put off others.",
                offer=_.quoted(findings.offer),
            )
        ),
        _types_figure(findings, _),
        Bullets(tuple(_type_sentence(one, _) for one in findings.types)),
    ]
    if wasted is not None:
        blocks.insert(0, Text(wasted))
    return Section("types", _("Response types", context="section name"), message, tuple(blocks))


def _unchanged_message(findings: UpliftFindings, _: Localizer) -> str:
    share = "" if findings.unchanged_cost is None else share_text(findings.unchanged_cost, _)
    return _(UNCHANGED[_rest_pays(findings)], policy=_policy(findings, _), share=share)


def _policy(findings: UpliftFindings, _: Localizer) -> str:
    """The policy whose cost it is."""
    if findings.policy == "targeted":
        return _("this choice of customers", context="policy")
    return same(findings, _)


def _rest_pays(findings: UpliftFindings) -> Literal["pays", "unclear", "not judged"]:
    """Whether the policy clearly brings more than it costs, both as it is and as it is forecast."""
    worth = targeted(findings) if findings.policy == "targeted" else everyone(findings)
    if worth is None or worth.profit.high < 0 or findings.conclusion == "doubtful":
        return "not judged"
    if findings.conclusion != "pays":
        return "unclear"
    return "pays" if worth.profit.low > 0 else "not judged"


def _unchanged(findings: UpliftFindings, _: Localizer) -> str | None:
    """The cost that changes nothing, and what that means."""
    if findings.unchanged_cost is None or findings.unchanged_money is None:
        return None
    unit = measure(findings, _)
    said = _(
        "Of what {policy} costs, {share} changes nothing: {money} {per}. It goes to customers without {outcome}, or "
        "pays for {outcome} that would have come anyway.",
        policy=_policy(findings, _),
        share=share_text(findings.unchanged_cost, _),
        money=unit.size(findings.unchanged_money),
        per=unit.per,
        outcome=_.quoted(findings.outcome),
    )
    rest = REST.get(_rest_pays(findings))
    return said if rest is None else _.sentences([said, _(rest)])


def _types_figure(findings: UpliftFindings, _: Localizer) -> Figure:
    rows = [(_(TYPES[one.name]), _type_share(one, _), one.share) for one in findings.types]
    dots = [Dot("", f"{name}\n{text}", share) for name, text, share in rows]
    says = (_("{rule}: {profit}", context="name and figure", rule=name, profit=text) for name, text, *__ in rows)
    return figure(
        "types",
        _("Expected share of customers of each type"),
        capital(_("per cent of all customers, with 95 % intervals")),
        forest(dots, percent_labels(_), lines_per_row=2),
        _types_table(findings, _),
        localizer=_,
        says=_.stopped(_.clauses(says)),
    )


def _type_share(response_type: ResponseType, _: Localizer) -> str:
    return (
        share_text(response_type.share, _) if response_type.share.has_interval else _("nobody", context="uplift study")
    )


def _type_sentence(response_type: ResponseType, _: Localizer) -> str:
    name, means = capital(_(TYPES[response_type.name])), _(TYPE_MEANINGS[response_type.name])
    if not response_type.share.has_interval:
        return _("{type}: {means}. The estimator predicts this of nobody.", type=name, means=means)
    share = share_text(response_type.share, _)
    return _("{type}: {means}. About {share} of the customers are like that.", type=name, means=means, share=share)


def _types_table(findings: UpliftFindings, _: Localizer) -> Table:
    rows = tuple((_(TYPES[one.name]), _type_share(one, _)) for one in findings.types)
    return Table(_("Response types", context="table title"), columns(_, "type", "type_share"), rows)


def notes_section(findings: UpliftFindings, _: Localizer) -> Section:
    """What the figures rest on."""
    blocks = (Bullets(notes(findings, _)),)
    return Section("notes", _("Before acting on it"), _("What these figures rest on, and what they leave out"), blocks)
