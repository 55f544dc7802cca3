"""What an evaluation says: its one sentence, its notes, and the same for machines."""

from __future__ import annotations

import math
from typing import Any

from offerloop.commands.evaluate.findings import EvaluationFindings, EvaluationNote, Kind, PolicyWorth, main
from offerloop.commands.evaluate.notes import NOTES
from offerloop.evaluation import CarryOver, Worth
from offerloop.message import Message, Value
from offerloop.report import MACHINE_DIGITS, Localizer, capital, iso_day, rounded

TITLES: dict[Kind, Message] = {
    "logged": Message("the policy that made the log"),
    "nothing": Message("nothing for anybody", context="policy evaluation"),
    "everyone": Message("{name} for everybody", context="policy evaluation"),
    "run": Message("the plan of run {name}"),
    "file": Message("the policy {name}", context="policy evaluation"),
}
"""What a reader calls a policy, by its kind."""
SHORT_TITLES: dict[Kind, Message] = {
    "logged": Message("the log's own"),
    "nothing": Message("nothing", context="policy evaluation"),
    "everyone": Message("{name}", context="pattern"),
    "run": Message("plan {name}", context="policy evaluation"),
    "file": Message("policy {name}", context="policy evaluation"),
}
"""The same where there is little room."""
BASELINES: dict[Kind, Message] = {
    "nothing": Message("giving nothing", context="policy evaluation"),
    "logged": Message("the policy that made the log"),
}
"""What the others are compared with, by its kind."""
FINDINGS = {
    "better": Message("{policy} is {best}: {gain} more {measure} a decision than {base}{rival}."),
    "worse": Message(
        "No policy is clearly better than {base}: {best}, {policy}, would change {measure} by "
        "{gain} a decision, which is clearly a loss."
    ),
    "unclear": Message(
        "No policy is clearly better than {base}: {best}, {policy}, would change {measure} by "
        "{gain} a decision, an interval that includes zero."
    ),
}
"""The finding, by what the gain of the leading policy bears."""
RIVALS = {
    "ahead": Message(", and {by} more than {other} for everybody"),
    "behind": Message(", though {by} against {other} for everybody"),
    "level": Message(", but not clearly better than {other} for everybody ({by})"),
}
"""How the leading policy stands to the best other offer for everybody."""
WHEN_REPEATED = Message("{policy}, applied repeatedly, changes {measure} by {gain} a decision against {base}{few}.")
BEST_REPEATED = Message("Of policies applied repeatedly, {policy} brings most: {gain}{few}.")
LEAST, DECIMALS = 0.001, 3
"""The smallest share that is written out, and its decimals."""


def measure(findings: EvaluationFindings, _: Localizer) -> str:
    """Profit, or margin before the cost of offers where no cost is known."""
    return _("profit", context="policy evaluation") if findings.has_cost else _("margin before the cost of offers")


def title(policy: PolicyWorth, _: Localizer) -> str:
    """What a reader calls a policy."""
    return _(TITLES[policy.kind], name=_.quoted(policy.name))


def short(policy: PolicyWorth, _: Localizer) -> str:
    """The same where there is little room."""
    return _(SHORT_TITLES[policy.kind], name=policy.name)


def baseline(policy: PolicyWorth, _: Localizer) -> str:
    """What a reader calls the policy with which others are compared."""
    return _(BASELINES[policy.kind])


def sentence(findings: EvaluationFindings, _: Localizer) -> str:
    """The finding, how sure it is, and what is known of policies applied repeatedly."""
    return _.sentences([*finding(findings, _), *what_it_rests_on(findings, _)])


def what_it_rests_on(findings: EvaluationFindings, _: Localizer) -> list[str]:
    """How sure the finding is, which plans have seen its outcomes, and what is known of policies applied repeatedly;
    nothing where there is no finding.
    """
    if findings.leader is None:
        return []
    too_good = [_note(one, _) for one in findings.notes if one.key == "same_orders"]
    return [basis(findings, findings.leader, _), *too_good, *repeated_sentences(findings, findings.leader, _)]


def finding(findings: EvaluationFindings, _: Localizer) -> list[str]:
    """The finding alone: it claims no more than an interval that holds for all policies at once."""
    leader = findings.leader
    if leader is None:
        return [_none_valued(findings, _)]
    gain = findings.together(findings.gain(leader))
    key = "better" if gain.low > 0 else "worse" if gain.high < 0 else "unclear"
    firm = any(one.best_value.flagged for one in findings.candidates) and not leader.best_value.flagged
    best = (
        _("the best of those about which enough decisions speak")
        if firm
        else _("the best", context="policy evaluation")
    )
    said = _(
        FINDINGS[key],
        best=best,
        policy=title(leader, _),
        base=baseline(findings.baseline, _),
        measure=measure(findings, _),
        gain=_.money.estimate(gain),
        rival=_rival(findings, _) if key == "better" else "",
    )
    doubt = (
        [_("Do not believe this: the logged propensities do not fit what was shown.")]
        if findings.is_contradicted
        else []
    )
    return [*doubt, capital(said)]


def _none_valued(findings: EvaluationFindings, _: Localizer) -> str:
    return _(
        "No policy can be valued: none of the offers asked about was shown by chance in the {n} decision of the log.",
        plural="No policy can be valued: none of the offers asked about was shown by chance in the "
        "{n} decisions of the log.",
        n=findings.n_decisions,
    )


def repeated_sentences(findings: EvaluationFindings, leader: PolicyWorth, _: Localizer) -> list[str]:
    """That the finding is about one decision only, and what is known of policies applied repeatedly; else nothing."""
    if findings.earlier is None or not findings.one_period_only:
        return []
    only, best = (
        _(
            "{earlier}: the figures above are of one decision only, not of a policy applied repeatedly.",
            earlier=earlier_text(findings.earlier, _),
        ),
        findings.best_repeated,
    )
    if leader.repeated is None and best is None:
        return [only, _("What a policy is worth when it is applied repeatedly cannot be known from this log.")]
    said = [only]
    for policy, text in ((leader, WHEN_REPEATED), *(((best, BEST_REPEATED),) if best != leader else ())):
        if policy is not None and policy.repeated is not None and policy.repeated_gain is not None:
            said.append(_(
                text, policy=title(policy, _), measure=measure(findings, _),
                gain=_.money.estimate(findings.together(policy.repeated_gain)),
                base=baseline(findings.baseline_repeated, _),
                few=_(" (fewer than 1,000 decisions speak about it)") if policy.repeated.flagged else "",
            ))  # fmt: skip
    return [capital(one) for one in said]


def earlier_text(earlier: CarryOver, _: Localizer) -> str:
    """Whether earlier offers matter, and how sure that is."""
    if earlier.p_value is None:
        return _(
            "Whether earlier offers still matter cannot be tested: only {n} customer was shown something before",
            plural="Whether earlier offers still matter cannot be tested: only {n} customers were shown "
            "something before",
            n=earlier.n_customers,
        )
    p = f"p < {LEAST}" if earlier.p_value < LEAST else f"p = {earlier.p_value:.{DECIMALS}f}"
    return (
        _("Earlier offers still matter ({p})", p=p)
        if earlier.matters
        else _("Nothing shows that earlier offers still matter ({p})", p=p)
    )


def _rival(findings: EvaluationFindings, _: Localizer) -> str:
    if findings.rival is None:
        return ""
    name, lead = findings.rival
    by = findings.together(lead)
    key = "ahead" if by.low > 0 else "behind" if by.high < 0 else "level"
    return _(RIVALS[key], other=_.quoted(name), by=_.money.estimate(by))


def basis(findings: EvaluationFindings, leader: PolicyWorth, _: Localizer) -> str:
    """How many decisions the finding rests on, and for what its interval holds."""
    value, many = leader.best_value, len(findings.candidates)
    text = (
        Message(
            "({n} decisions of {customers} customers, of which only {size} speak about this "
            "policy, fewer than 1,000: do not rely on it; {interval}.)"
        )
        if value.flagged
        else Message("({n} decisions of {customers} customers, of which {size} speak about this policy; {interval}.)")
    )
    interval = (
        _(
            "the interval in the finding is simultaneous over {n} policies; those in the table are not",
            n=round(many),
        )
        if many > 1
        else _("95 % interval", context="policy evaluation")
    )
    return _(
        text, interval=interval, n=findings.n_decisions, customers=findings.n_customers, size=round(value.speaking)
    )


def notes(findings: EvaluationFindings, _: Localizer) -> tuple[str, ...]:
    """What a reader must know before acting on it."""
    return tuple(_note(one, _) for one in findings.notes)


def _note(note: EvaluationNote, _: Localizer) -> str:
    return _(NOTES[note.key].with_values(**{name: _value(value, _) for name, value in note.values.items()}))


def _value(value: str | int | Message, _: Localizer) -> Value:
    """Return a value of a note for its text; names of policies are quoted."""
    return _.quoted(value) if isinstance(value, str) else value


def summarise_evaluation(findings: EvaluationFindings, language: str = "en") -> dict[str, Any]:
    """The content of evaluation.json; money in minor units a decision."""
    _, leader = Localizer(language, findings.shop.currency), findings.leader
    return {
        "sentence": sentence(findings, _),
        "shop": findings.shop.name,
        "currency": findings.shop.currency,
        "window_days": findings.window_days,
        "exposures": {"from": iso_day(findings.from_day), "until": iso_day(findings.until_day)},
        "decisions": findings.n_decisions,
        "customers": findings.n_customers,
        "cost_is_known": findings.has_cost,
        "one_period_only": findings.one_period_only,
        "earlier_offers": None if findings.earlier is None else _earlier(findings.earlier),
        "leader": None if leader is None else _leader(findings, leader),
        "policies": [_policy(one, _) for one in findings.policies],
        "notes": list(notes(findings, _)),
    }


def _earlier(earlier: CarryOver) -> dict[str, Any]:
    p = None if earlier.p_value is None else round(earlier.p_value, MACHINE_DIGITS)
    return {
        "decisions": earlier.n_decisions, "customers": earlier.n_customers, "p_value": p, "matter": earlier.matters
    }  # fmt: skip


def _leader(findings: EvaluationFindings, leader: PolicyWorth) -> dict[str, Any]:
    gain = findings.together(findings.gain(leader))
    return {
        "kind": leader.kind,
        "policy": leader.name,
        "against": findings.baseline.kind,
        "gain_minor": rounded(gain),
        "is_clear": gain.is_clear,
        "is_flagged": leader.best_value.flagged,
    }


def _policy(policy: PolicyWorth, _: Localizer) -> dict[str, Any]:
    refusal = None if policy.refusal is None else _(policy.refusal)
    fields: dict[str, Any] = {"kind": policy.kind, "policy": policy.name, "refusal": refusal}
    if policy.best is None:
        return fields
    weights = {
        "largest_weight": round(policy.best.largest_weight, MACHINE_DIGITS),
        "weight_limit": round(policy.best.limit, MACHINE_DIGITS) if math.isfinite(policy.best.limit) else None,
        "share_cut": round(policy.best.share_cut, MACHINE_DIGITS),
    }
    against = {name: _worth(worth) for name, worth in policy.against.items()}
    repeated = None if policy.repeated is None else {
        "method": policy.repeated.method, **_worth(policy.repeated),
        "gain": None if policy.repeated_gain is None else _worth(policy.repeated_gain),
    }  # fmt: skip
    return {
        **fields, "method": policy.best.method, **_worth(policy.best), **weights, "against": against,
        "repeated": repeated,
        "repeated_refusal": None if policy.repeated_refusal is None else _(policy.repeated_refusal),
    }  # fmt: skip


def _worth(worth: Worth) -> dict[str, Any]:
    estimates = {"value_minor": worth.value, "cost_minor": worth.cost, "profit_minor": worth.profit}
    return {
        **{name: None if estimate is None else rounded(estimate) for name, estimate in estimates.items()},
        "effective_size": round(worth.effective_size, 1),
        "expected_size": None if worth.expected_size is None else round(worth.expected_size, 1),
        "is_flagged": worth.flagged,
    }


def worth_text(worth: Worth, _: Localizer) -> str:
    """Profit a decision, or value, with its interval."""
    return _.money.estimate(main(worth))
