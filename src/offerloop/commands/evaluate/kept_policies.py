"""The section on policies that are kept: one decision, and the same where earlier decisions were made alike."""

from __future__ import annotations

from offerloop.commands.evaluate.columns import columns
from offerloop.commands.evaluate.findings import EvaluationFindings, PolicyWorth, main
from offerloop.commands.evaluate.sentences import baseline, earlier_text, measure, title, worth_text
from offerloop.message import Message
from offerloop.report import Block, Bullets, Localizer, Section, Table, Text, capital

SHOWN = ("policy", "one_period", "kept", "kept_gain", "size", "method")


def kept_section(findings: EvaluationFindings, _: Localizer) -> Section | None:
    """None where no customer was shown anything before."""
    if findings.earlier is None:
        return None
    heads = columns(_, *SHOWN, base=baseline(findings.baseline_kept, _))
    rows = tuple(_row(one, _) for one in findings.valued if one.kept is not None)
    table = Table(
        _(
            "{measure} a decision, where the policy also made the customer's earlier decisions",
            measure=capital(measure(findings, _)),
        ),
        heads,
        rows,
    )
    refused = [
        _("{policy}: {why}", context="pattern", policy=_.listed(title(policy, _) for policy in policies), why=why)
        for why, policies in _refusals(findings).items()
    ]
    blocks: list[Block] = [
        Text(
            _(
                "The value of one decision leaves earlier offers as the log drew them. A policy that "
                "is kept makes the earlier decisions too, from the first exposure of the log on; "
                "offers of more than four exposures ago are taken to have no effect. KEPT weighs every "
                "combination of decisions; KEPT-1 takes effects of earlier offers to add up, and is "
                "used where fewer than 1,000 decisions speak by the weights of KEPT."
            )
        ),
        table,
    ]
    blocks += [Bullets(tuple(refused))] if refused else []
    return Section("kept", _("Policies that are kept"), earlier_text(findings.earlier, _), tuple(blocks))


def _refusals(findings: EvaluationFindings) -> dict[Message, list[PolicyWorth]]:
    """Each reason why a policy has no value when it is kept, with the policies that it holds for."""
    reasons: dict[Message, list[PolicyWorth]] = {}
    for policy in findings.valued:
        if policy.kept_refusal:
            reasons.setdefault(policy.kept_refusal, []).append(policy)
    return reasons


def _row(policy: PolicyWorth, _: Localizer) -> tuple[str, ...]:
    assert policy.kept is not None
    gain = "" if policy.kept_gain is None else worth_text(policy.kept_gain, _)
    size = _.count(policy.kept.effective_size)
    method = _("mean of the log") if policy.kept.method == "mean" else policy.kept.method
    return (
        title(policy, _), _.money.estimate(main(policy.best_value)), worth_text(policy.kept, _), gain,
        _("{n} (too few)", context="policy evaluation", n=size) if policy.kept.flagged else size, method,
    )  # fmt: skip
