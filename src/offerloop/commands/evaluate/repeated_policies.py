"""The section on policies applied repeatedly: one decision, and the same where earlier decisions were made alike."""

from __future__ import annotations

from offerloop.commands.evaluate.columns import columns
from offerloop.commands.evaluate.findings import EvaluationFindings, PolicyWorth, main
from offerloop.commands.evaluate.sentences import baseline, earlier_text, measure, title, worth_text
from offerloop.message import Message
from offerloop.report import Block, Bullets, Localizer, Section, Table, Text, capital

SHOWN = ("policy", "one_period", "repeated", "repeated_gain", "speaking", "method")


def repeated_section(findings: EvaluationFindings, _: Localizer) -> Section | None:
    """None where no customer was shown anything before."""
    if findings.earlier is None:
        return None
    heads = columns(_, *SHOWN, base=baseline(findings.baseline_repeated, _))
    rows = tuple(_row(one, _) for one in findings.valued if one.repeated is not None)
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
                "The value of one decision leaves earlier offers as the log drew them. A policy "
                "applied repeatedly makes the earlier decisions too, from the first exposure of the log on; "
                "offers of more than four exposures ago are taken to have no effect. Trajectory-wise importance "
                "sampling (trajectory IS) weighs every combination of decisions; the first-order approximation "
                "(first-order IS) takes effects of earlier offers to add up, and is used where fewer than 1,000 "
                "decisions speak by the weights of the former."
            )
        ),
        table,
    ]
    blocks += [Bullets(tuple(refused))] if refused else []
    return Section(
        "repeated",
        _("Policies applied repeatedly", context="section name"),
        earlier_text(findings.earlier, _),
        tuple(blocks),
    )


def _refusals(findings: EvaluationFindings) -> dict[Message, list[PolicyWorth]]:
    """Each reason why a policy has no value when it is applied repeatedly, with the policies that it holds for."""
    reasons: dict[Message, list[PolicyWorth]] = {}
    for policy in findings.valued:
        if policy.repeated_refusal:
            reasons.setdefault(policy.repeated_refusal, []).append(policy)
    return reasons


def _row(policy: PolicyWorth, _: Localizer) -> tuple[str, ...]:
    assert policy.repeated is not None
    gain = "" if policy.repeated_gain is None else worth_text(policy.repeated_gain, _)
    size = _.count(policy.repeated.speaking)
    method = _("mean of the log") if policy.repeated.method == "mean" else policy.repeated.method
    return (
        title(policy, _), _.money.estimate(main(policy.best_value)), worth_text(policy.repeated, _), gain,
        _("{n} (too few)", context="policy evaluation", n=size) if policy.repeated.flagged else size, method,
    )  # fmt: skip
