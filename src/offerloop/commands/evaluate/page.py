"""The page of an evaluation: the finding and every policy's worth first, then methods, differences, overlap, notes."""

from __future__ import annotations

import math

from offerloop.commands.evaluate.columns import columns
from offerloop.commands.evaluate.findings import Against, EvaluationFindings, PolicyWorth, main
from offerloop.commands.evaluate.repeated_policies import repeated_section
from offerloop.commands.evaluate.sentences import (
    baseline,
    finding,
    measure,
    notes,
    short,
    title,
    what_it_rests_on,
    worth_text,
)
from offerloop.commands.evaluate.terms import TERMS
from offerloop.evaluation import ActionOverlap, Estimate, PolicyValue
from offerloop.message import Message
from offerloop.offers import NO_OFFER
from offerloop.report import (
    Block,
    Bullets,
    Details,
    Dot,
    Figure,
    Localizer,
    Opening,
    Section,
    Table,
    Text,
    Tile,
    capital,
    figure,
    forest,
    glossary_terms,
    money_labels,
    study_page,
    words_section,
)

GAIN = Message("A decision more than {base}")
GAIN_OF_ONE = Message("One decision: more than {base}")
AGAINST: tuple[Against, ...] = ("nothing", "logged", "best_single")


def render_evaluation(findings: EvaluationFindings, language: str = "en") -> str:
    """One HTML file in one language that asks no other host for anything."""
    _ = Localizer(language, findings.shop.currency)
    title = _("{shop}: what policies would be worth", shop=findings.shop.name)
    when = _(
        "What policies would have been worth, by offers shown from {first} to {last}",
        first=_.day(findings.from_day),
        last=_.day(findings.until_day),
    )
    return study_page(
        _,
        findings.shop,
        _first_screen(findings, _),
        _sections(findings, _),
        title=title,
        when=when,
        footer=_(
            "Made by Offerloop from the shop's log of shown offers and its order lines; the same "
            "figures are in evaluation.json, every estimate in policy_values.parquet and the "
            "overlap of every offer in overlap.parquet, beside this file."
        ),
    )


def _first_screen(findings: EvaluationFindings, _: Localizer) -> Opening:
    mark = (
        _("estimated from logged propensities, not tried out")
        if findings.has_cost
        else _("estimated from logged propensities, not tried out; cost of offers not known")
    )
    mark = (
        _("of one decision only, not of a policy applied repeatedly; {mark}", mark=mark)
        if findings.one_period_only
        else mark
    )
    headline, basis = _.sentences(finding(findings, _)), _.sentences(what_it_rests_on(findings, _))
    return Opening(headline, basis, mark, _tiles(findings, _), _worth_figure(findings, _))


def _tiles(findings: EvaluationFindings, _: Localizer) -> tuple[Tile, ...]:
    leader, what = findings.leader, measure(findings, _)
    tiles = [_tile(_("The log's own {measure} a decision", measure=what), main(findings.logged.best_value), "", _)]
    if leader is not None:
        base = baseline(findings.baseline, _)
        gain, text = findings.together(findings.gain(leader)), GAIN_OF_ONE if findings.one_period_only else GAIN
        tiles.insert(0, _tile(_(text, base=base), gain, title(leader, _), _))
        size = _.count(leader.best_value.speaking)
        about = _("about {policy}", context="note of a key figure", policy=title(leader, _))
        tiles.append(Tile(_("Decisions that speak", context="key figure"), size, about))
    customers = _("of {n} customer", context="note of a key figure", plural="of {n} customers", n=findings.n_customers)
    return (*tiles, Tile(_("Decisions in the log"), _.count(findings.n_decisions), customers))


def _tile(label: str, estimate: Estimate, what: str, _: Localizer) -> Tile:
    value, interval = _.money.parts(estimate)
    note = _("95 % interval {interval}", context="key figure", interval=interval)
    return Tile(label, value, _.clauses([note, what]) if what else note)


def _worth_figure(findings: EvaluationFindings, _: Localizer) -> Figure:
    shown = findings.shown
    base = main(findings.baseline.best_value).value / _.money.unit
    rows = [(short(one, _), main(one.best_value), one.kind in ("nothing", "logged")) for one in shown]
    says = _(
        "{measure} a decision, {currency}, with 95 % intervals; the line is {base}",
        measure=measure(findings, _),
        currency=_.currency,
        base=baseline(findings.baseline, _),
    )
    return _forest(
        "worth",
        _(
            "By its estimate {policy} is worth most; the whiskers say how sure that is",
            policy=title(findings.valued[0], _),
        ),
        says,
        rows,
        base,
        _,
    )


def _forest(
    name: str, message: str, says: str, rows: list[tuple[str, Estimate, bool]], reference: float, _: Localizer
) -> Figure:
    money = _.money
    dots = [
        Dot(
            "",
            f"{row}\n{money.estimate(policy_row)}",
            policy_row.times(1 / money.unit),
            "control" if control else "ours",
        )
        for row, policy_row, control in rows
    ]
    cells = tuple((row, money.estimate(one)) for row, one, *__ in rows)
    table = Table(message, ("", _("a decision", context="column title")), cells)
    spoken = _.clauses((_("{rule}: {profit}", context="name and figure", rule=row, profit=one) for row, one in cells))
    build = forest(dots, money_labels(money), reference=reference, lines_per_row=2)
    return figure(name, capital(message), capital(says), build, table, localizer=_, says=_.stopped(spoken))


def _sections(findings: EvaluationFindings, _: Localizer) -> list[Section]:
    parts = [
        repeated_section(findings, _), _methods(findings, _), _differences(findings, _), _overlap(findings, _),
        _refused(findings, _), _notes(findings, _), words_section(_, glossary_terms(_, TERMS)),
    ]  # fmt: skip
    return [one for one in parts if one is not None]


def _methods(findings: EvaluationFindings, _: Localizer) -> Section:
    """Every policy by every method."""
    every = [(one, value, _method(one, value, _)) for one in findings.valued for value in one.methods]
    names = ("policy", "method", "value", *(("cost", "profit") if findings.has_cost else ()), "speaking", "expected",
             "weight", "cut")  # fmt: skip
    heads = columns(_, *names)
    chosen = tuple(row for one, value, row in every if value.method == one.best_value.method)
    table = Table(_("Every policy by the recommended method, a decision"), heads, chosen, n_labels=2)
    whole = Table(_("Every policy by every method, a decision"), heads, tuple(row for *__, row in every), n_labels=2)
    flagged = any(one.best_value.flagged for one in findings.valued)
    message = (
        _("About some policies fewer than 1,000 decisions speak: their intervals may be too narrow")
        if flagged
        else _("At least 1,000 decisions speak about every policy")
    )
    intro = Text(
        _(
            "Where methods agree, an estimate can be believed; where they do not, few decisions "
            "speak. The recommended one promises the least squared error. No weights are cut, "
            "except by SWITCH-DR, which says so."
        )
    )
    return Section(
        "methods", _("Estimates", context="section name"), message, (intro, table, Details(whole.caption, whole))
    )


def _method(policy: PolicyWorth, value: PolicyValue, _: Localizer) -> tuple[str, ...]:
    recommended = value.method == policy.best_value.method
    name = (
        _("{method} (recommended)", context="policy evaluation", method=value.method) if recommended else value.method
    )
    name = _("mean of the log") if value.method == "mean" else name
    money = (_.money.estimate(part) for part in (value.value, value.cost, value.profit) if part is not None)
    expected = "" if value.expected_size is None else _.count(value.expected_size)
    limit = (
        ""
        if math.isinf(value.limit)
        else _(
            "above {limit}, {share} of all weight",
            limit=_.numbers(f"{value.limit:.3g}"),
            share=_.share(value.share_cut),
        )
    )
    size = (
        _("{n} (too few)", context="policy evaluation", n=round(value.speaking))
        if value.flagged
        else _.count(value.speaking)
    )
    return (title(policy, _), name, *money, size, expected, _.numbers(f"{value.largest_weight:,.1f}"), limit)


def _differences(findings: EvaluationFindings, _: Localizer) -> Section:
    """Every policy less giving nothing, less the log's own, less the best offer for everybody."""
    shown = [one for one in findings.shown if one is not findings.baseline]
    base = baseline(findings.baseline, _)
    clear = sum(findings.together(findings.gain(one)).is_clear for one in findings.candidates)
    message = _(
        "{clear} of {n} policy differs clearly from {base}",
        plural="{clear} of {n} policies differ clearly from {base}, by intervals that hold for all at once",
        clear=clear,
        n=len(findings.candidates),
        base=base,
    )
    blocks: list[Block] = [
        Text(
            _(
                "Differences are paired: what two policies have in common adds nothing to the "
                "interval. The intervals below are 95 % each; of many, some leave out zero by luck "
                "alone."
            )
        )
    ]
    if shown:
        rows = [(short(one, _), main(findings.gain(one)), one.kind == "logged") for one in shown if one.against]
        says = _(
            "{measure} a decision less {base}, {currency}, 95 % intervals",
            measure=measure(findings, _),
            currency=_.currency,
            base=base,
        )
        blocks.append(_forest("differences", message, says, rows, 0.0, _))
    blocks.append(_difference_table(findings, _))
    return Section("differences", _("Differences", context="section name"), message, tuple(blocks))


def _difference_table(findings: EvaluationFindings, _: Localizer) -> Table:
    cells = tuple(
        (title(policy, _), *(worth_text(policy.against[name], _) if name in policy.against else "" for name in AGAINST))
        for policy in findings.valued
    )
    heads = columns(_, "policy", *(f"against_{name}" for name in AGAINST))
    return Table(_("Paired differences a decision"), heads, cells)


def _overlap(findings: EvaluationFindings, _: Localizer) -> Section:
    """What the log knows of each offer that a policy gives."""
    rows = tuple(
        (title(policy, _), _("nothing", context="policy evaluation") if action.name == NO_OFFER else action.name,
         _.count(action.logged), _.share(action.policy_share, 0.01), _weighted_share(action, findings, _),
         _number(action.largest_weight, _), _.count(action.effective_size), _possible(action, _))
        for policy in findings.policies
        for action in policy.overlap
        if action.policy_share > 0
    )  # fmt: skip
    names = ("policy", "offer", "logged", "share", "found", "weight", "size", "possible")
    table = Table(_("Offers under each policy"), columns(_, *names), rows, n_labels=2)
    blocks = (
        Text(
            _(
                "A decision of the log counts by its weight: the policy's probability of what was "
                "shown over the probability with which it was shown. By these weights each offer must "
                "have about the share that the policy gives it; far from that, the logged propensities "
                "are wrong, or hardly anything speaks about the policy."
            )
        ),
        table,
    )
    return Section(
        "overlap",
        _("Overlap", context="section name"),
        _("How much the log knows of each offer that a policy gives"),
        blocks,
    )


def _weighted_share(action_overlap: ActionOverlap, findings: EvaluationFindings, _: Localizer) -> str:
    """The share of an offer by the weights of the decisions that showed it: on average the policy's own."""
    return (
        _.share(action_overlap.logged * action_overlap.mean_weight / findings.n_decisions, 0.01)
        if action_overlap.logged
        else ""
    )


def _number(weight: float, _: Localizer) -> str:
    return "" if math.isnan(weight) else _.numbers(f"{weight:,.2f}")


def _possible(action_overlap: ActionOverlap, _: Localizer) -> str:
    if action_overlap.largest_possible is None:
        return ""
    return (
        _("not possible in the log")
        if math.isinf(action_overlap.largest_possible)
        else _number(action_overlap.largest_possible, _)
    )


def _refused(findings: EvaluationFindings, _: Localizer) -> Section | None:
    """Policies that the log cannot speak about."""
    if not findings.refused:
        return None
    said = tuple(
        _("{policy}: {why}", context="pattern", policy=title(policy, _), why=policy.refusal or "")
        for policy in findings.refused
    )
    message = _("Policies without a value: {n}", n=len(said))
    return Section("refused", _("Without a value", context="section name"), message, (Bullets(said),))


def _notes(findings: EvaluationFindings, _: Localizer) -> Section:
    blocks = (Bullets(notes(findings, _)),)
    return Section("notes", _("Before acting on it"), _("What these figures rest on, and what they leave out"), blocks)
