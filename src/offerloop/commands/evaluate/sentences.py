"""What an evaluation says: its one sentence, its notes, and the same for machines."""

from __future__ import annotations

import math
from typing import Any

from offerloop.commands.evaluate.findings import EvaluationFindings, Kind, PolicyWorth, main
from offerloop.commands.evaluate.notes import NOTES
from offerloop.evaluation import CarryOver, Worth
from offerloop.message import Message
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
WHEN_KEPT = Message("{policy}, when kept, changes {measure} by {gain} a decision against {base}{few}.")
BEST_KEPT = Message("Of policies that are kept, {policy} brings most: {gain}{few}.")
LEAST, DECIMALS = 0.001, 3
"""The smallest share that is written out, and its decimals."""


def measure(found: EvaluationFindings, _: Localizer) -> str:
    """Profit, or margin before the cost of offers where no cost is known."""
    return _("profit", context="policy evaluation") if found.has_cost else _("margin before the cost of offers")


def title(one: PolicyWorth, _: Localizer) -> str:
    """What a reader calls a policy."""
    return _(TITLES[one.kind], name=_.quoted(one.name))


def short(one: PolicyWorth, _: Localizer) -> str:
    """The same where there is little room."""
    return _(SHORT_TITLES[one.kind], name=one.name)


def baseline(one: PolicyWorth, _: Localizer) -> str:
    """What a reader calls the policy with which others are compared."""
    return _(BASELINES[one.kind])


def sentence(found: EvaluationFindings, _: Localizer) -> str:
    """The finding, how sure it is, and what is known of policies that are kept."""
    said = finding(found, _)
    if found.leader is not None:
        said += [basis(found, found.leader, _), *kept_sentences(found, found.leader, _)]
    return _.sentences(said)


def finding(found: EvaluationFindings, _: Localizer) -> list[str]:
    """The finding alone: it claims no more than an interval that holds for all policies at once."""
    leader = found.leader
    if leader is None:
        return [
            _(
                "No policy can be valued: none of the offers asked about was shown by chance in the "
                "{n} decision of the log.",
                plural="No policy can be valued: none of the offers asked about was shown by chance in the "
                "{n} decisions of the log.",
                n=found.n_decisions,
            )
        ]
    gain = found.together(found.gain(leader))
    key = "better" if gain.low > 0 else "worse" if gain.high < 0 else "unclear"
    firm = any(one.known.flagged for one in found.candidates) and not leader.known.flagged
    best = (
        _("the best of those about which enough decisions speak")
        if firm
        else _("the best", context="policy evaluation")
    )
    said = _(
        FINDINGS[key],
        best=best,
        policy=title(leader, _),
        base=baseline(found.baseline, _),
        measure=measure(found, _),
        gain=_.money.estimate(gain),
        rival=_rival(found, _) if key == "better" else "",
    )
    doubt = (
        [_("Do not believe this: the logged propensities do not fit what was shown.")] if found.is_contradicted else []
    )
    return [*doubt, capital(said)]


def kept_sentences(found: EvaluationFindings, leader: PolicyWorth, _: Localizer) -> list[str]:
    """That the finding is about one decision only, and what is known of policies that are kept; else nothing."""
    if found.earlier is None or not found.one_period_only:
        return []
    only, best = (
        _(
            "{earlier}: the figures above are of one decision only, not of a policy that is kept.",
            earlier=earlier_text(found.earlier, _),
        ),
        found.best_kept,
    )
    if leader.kept is None and best is None:
        return [only, _("What a policy is worth when it is kept cannot be known from this log.")]
    said = [only]
    for one, text in ((leader, WHEN_KEPT), *(((best, BEST_KEPT),) if best != leader else ())):
        if one is not None and one.kept is not None and one.kept_gain is not None:
            said.append(_(
                text, policy=title(one, _), measure=measure(found, _),
                gain=worth_text(one.kept_gain, _), base=baseline(found.baseline_kept, _),
                few=_(" (fewer than 1,000 decisions speak about it)") if one.kept.flagged else "",
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


def _rival(found: EvaluationFindings, _: Localizer) -> str:
    if found.rival is None:
        return ""
    name, lead = found.rival
    by = found.together(lead)
    key = "ahead" if by.low > 0 else "behind" if by.high < 0 else "level"
    return _(RIVALS[key], other=_.quoted(name), by=_.money.estimate(by))


def basis(found: EvaluationFindings, leader: PolicyWorth, _: Localizer) -> str:
    """How many decisions the finding rests on, and for what its interval holds."""
    one, many = leader.known, len(found.candidates)
    text = (
        Message(
            "({n} decisions of {customers} customers, of which only {size} speak about this "
            "policy, fewer than 1,000: do not rely on it; {interval}.)"
        )
        if one.flagged
        else Message("({n} decisions of {customers} customers, of which {size} speak about this policy; {interval}.)")
    )
    size = one.effective_size if one.expected_size is None else min(one.effective_size, one.expected_size)
    interval = (
        _("intervals hold for all {n} policies at once", n=round(many))
        if many > 1
        else _("95 % interval", context="policy evaluation")
    )
    return _(text, interval=interval, n=found.n_decisions, customers=found.n_customers, size=round(size))


def notes(found: EvaluationFindings, _: Localizer) -> tuple[str, ...]:
    """What a reader must know before acting on it."""
    return tuple(
        _(NOTES[one.key].with_values(**{name: _quoted(value, _) for name, value in one.values.items()}))
        for one in found.notes
    )


def _quoted(value: str | int, _: Localizer) -> str | int:
    return _.quoted(value) if isinstance(value, str) else value


def summarise_evaluation(found: EvaluationFindings, language: str = "en") -> dict[str, Any]:
    """The content of evaluation.json; money in minor units a decision."""
    _, leader = Localizer(language, found.shop.currency), found.leader
    return {
        "sentence": sentence(found, _),
        "shop": found.shop.name,
        "currency": found.shop.currency,
        "window_days": found.window_days,
        "exposures": {"from": iso_day(found.from_day), "until": iso_day(found.until_day)},
        "decisions": found.n_decisions,
        "customers": found.n_customers,
        "cost_is_known": found.has_cost,
        "one_period_only": found.one_period_only,
        "earlier_offers": None if found.earlier is None else _earlier(found.earlier),
        "leader": None if leader is None else _leader(found, leader),
        "policies": [_policy(one, _) for one in found.policies],
        "notes": list(notes(found, _)),
    }


def _earlier(earlier: CarryOver) -> dict[str, Any]:
    p = None if earlier.p_value is None else round(earlier.p_value, MACHINE_DIGITS)
    return {
        "decisions": earlier.n_decisions, "customers": earlier.n_customers, "p_value": p, "matter": earlier.matters
    }  # fmt: skip


def _leader(found: EvaluationFindings, leader: PolicyWorth) -> dict[str, Any]:
    gain = found.together(found.gain(leader))
    return {
        "kind": leader.kind,
        "policy": leader.name,
        "against": found.baseline.kind,
        "gain_minor": rounded(gain),
        "is_clear": gain.is_clear,
        "is_flagged": leader.known.flagged,
    }


def _policy(one: PolicyWorth, _: Localizer) -> dict[str, Any]:
    refusal = None if one.refusal is None else _(one.refusal)
    found: dict[str, Any] = {"kind": one.kind, "policy": one.name, "refusal": refusal}
    if one.best is None:
        return found
    weights = {
        "largest_weight": round(one.best.largest_weight, MACHINE_DIGITS),
        "weight_limit": round(one.best.limit, MACHINE_DIGITS) if math.isfinite(one.best.limit) else None,
        "share_cut": round(one.best.share_cut, MACHINE_DIGITS),
    }
    against = {name: _worth(worth) for name, worth in one.against.items()}
    kept = None if one.kept is None else {
        "method": one.kept.method, **_worth(one.kept), "gain": None if one.kept_gain is None else _worth(one.kept_gain)
    }  # fmt: skip
    return {
        **found, "method": one.best.method, **_worth(one.best), **weights, "against": against, "kept": kept,
        "kept_refusal": None if one.kept_refusal is None else _(one.kept_refusal),
    }  # fmt: skip


def _worth(one: Worth) -> dict[str, Any]:
    known = {"value_minor": one.value, "cost_minor": one.cost, "profit_minor": one.profit}
    return {
        **{name: None if estimate is None else rounded(estimate) for name, estimate in known.items()},
        "effective_size": round(one.effective_size, 1),
        "expected_size": None if one.expected_size is None else round(one.expected_size, 1),
        "is_flagged": one.flagged,
    }


def worth_text(one: Worth, _: Localizer) -> str:
    """Profit a decision, or value, with its interval."""
    return _.money.estimate(main(one))
