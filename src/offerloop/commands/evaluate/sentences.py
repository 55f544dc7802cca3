"""What an evaluation says: its one sentence, its notes, and the same for machines."""

from __future__ import annotations

import math
from typing import Any

from offerloop.commands.evaluate.findings import EvaluationFindings, PolicyWorth, main
from offerloop.evaluation import CarryOver, Worth
from offerloop.report import MACHINE_DIGITS, Voice, capital, count, iso_day, rounded

LEAST, DECIMALS = 0.001, 3
"""The smallest share that is written out, and its decimals."""


def measure(found: EvaluationFindings, tell: Voice) -> str:
    """Profit, or margin before the cost of offers where no cost is known."""
    return tell.say("evaluation.profit" if found.has_cost else "evaluation.value")


def title(one: PolicyWorth, tell: Voice) -> str:
    """What a reader calls a policy."""
    return tell.say(f"evaluation.kind.{one.kind}", name=tell.quoted(one.name))


def short(one: PolicyWorth, tell: Voice) -> str:
    """The same where there is little room."""
    return tell.say(f"evaluation.short.{one.kind}", name=one.name)


def sentence(found: EvaluationFindings, tell: Voice) -> str:
    """The finding, how sure it is, and what is known of policies that are kept."""
    said = finding(found, tell)
    if found.leader is not None:
        said += [basis(found, found.leader, tell), *kept_sentences(found, found.leader, tell)]
    return tell.listed(said, "sentence")


def finding(found: EvaluationFindings, tell: Voice) -> list[str]:
    """The finding alone: it claims no more than an interval that holds for all policies at once."""
    leader = found.leader
    if leader is None:
        return [tell.say("evaluation.none", n=count(found.n_decisions))]
    gain = found.together(found.gain(leader))
    key = "better" if gain.low > 0 else "worse" if gain.high < 0 else "unclear"
    best = "best_firm" if any(one.known.flagged for one in found.candidates) and not leader.known.flagged else "best"
    said = tell.say(
        f"evaluation.{key}",
        best=tell.say(f"evaluation.{best}"),
        policy=title(leader, tell),
        base=tell.say(f"evaluation.base.{found.baseline.kind}"),
        measure=measure(found, tell),
        gain=tell.money.estimate(gain),
        rival=_rival(found, tell) if key == "better" else "",
    )
    doubt = [tell.say("evaluation.contradicted")] if found.is_contradicted else []
    return [*doubt, capital(said)]


def kept_sentences(found: EvaluationFindings, leader: PolicyWorth, tell: Voice) -> list[str]:
    """That the finding is about one decision only, and what is known of policies that are kept; else nothing."""
    if found.earlier is None or not found.one_period_only:
        return []
    only, best = tell.say("evaluation.one_period", earlier=earlier_text(found.earlier, tell)), found.best_kept
    if leader.kept is None and best is None:
        return [only, tell.say("evaluation.kept.unknown")]
    said = [only]
    for one, key in ((leader, "leader"), (best, "best")):
        if one is not None and one.kept is not None and one.kept_gain is not None and (key, one) != ("best", leader):
            said.append(tell.say(
                f"evaluation.kept.{key}", policy=title(one, tell), measure=measure(found, tell),
                gain=worth_text(one.kept_gain, tell), base=tell.say(f"evaluation.base.{found.baseline_kept.kind}"),
                few=tell.say("evaluation.kept.few") if one.kept.flagged else "",
            ))  # fmt: skip
    return [capital(one) for one in said]


def earlier_text(earlier: CarryOver, tell: Voice) -> str:
    """Whether earlier offers matter, and how sure that is."""
    if earlier.p_value is None:
        return tell.say("evaluation.kept.untested", n=count(earlier.n_customers))
    p = f"p < {LEAST}" if earlier.p_value < LEAST else f"p = {earlier.p_value:.{DECIMALS}f}"
    return tell.say("evaluation.kept.matters" if earlier.matters else "evaluation.kept.unseen", p=p)


def _rival(found: EvaluationFindings, tell: Voice) -> str:
    if found.rival is None:
        return ""
    name, lead = found.rival
    by = found.together(lead)
    key = "ahead" if by.low > 0 else "behind" if by.high < 0 else "level"
    return tell.say(f"evaluation.{key}", other=tell.quoted(name), by=tell.money.estimate(by))


def basis(found: EvaluationFindings, leader: PolicyWorth, tell: Voice) -> str:
    """How many decisions the finding rests on, and for what its interval holds."""
    one, many = leader.known, len(found.candidates)
    key = "evaluation.basis_few" if one.flagged else "evaluation.basis"
    size = one.effective_size if one.expected_size is None else min(one.effective_size, one.expected_size)
    interval = tell.say("evaluation.together", n=count(many)) if many > 1 else tell.say("evaluation.alone")
    return tell.say(
        key, interval=interval, n=count(found.n_decisions), customers=count(found.n_customers), size=count(size)
    )


def notes(found: EvaluationFindings, tell: Voice) -> tuple[str, ...]:
    """What a reader must know before acting on it."""
    said = [
        tell.say(f"evaluation.note.{one.key}", **{
            name: count(value) if isinstance(value, int) else tell.quoted(value) for name, value in one.values.items()
        })
        for one in found.notes
    ]  # fmt: skip
    return tuple(said)


def summarise_evaluation(found: EvaluationFindings, language: str = "en") -> dict[str, Any]:
    """The content of evaluation.json; money in minor units a decision."""
    tell, leader = Voice(language, found.shop.currency), found.leader
    return {
        "sentence": sentence(found, tell),
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
        "policies": [_policy(one, tell) for one in found.policies],
        "notes": list(notes(found, tell)),
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


def _policy(one: PolicyWorth, tell: Voice) -> dict[str, Any]:
    found: dict[str, Any] = {"kind": one.kind, "policy": one.name, "refusal": tell.own(one.refusal) or None}
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
        "kept_refusal": tell.own(one.kept_refusal) or None,
    }  # fmt: skip


def _worth(one: Worth) -> dict[str, Any]:
    known = {"value_minor": one.value, "cost_minor": one.cost, "profit_minor": one.profit}
    return {
        **{name: None if estimate is None else rounded(estimate) for name, estimate in known.items()},
        "effective_size": round(one.effective_size, 1),
        "expected_size": None if one.expected_size is None else round(one.expected_size, 1),
        "is_flagged": one.flagged,
    }


def worth_text(one: Worth, tell: Voice) -> str:
    """Profit a decision, or value, with its interval."""
    return tell.money.estimate(main(one))
