"""What `offerloop evaluate` says on one screen of a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from offerloop.commands.evaluate.columns import columns
from offerloop.commands.evaluate.findings import EvaluationFindings, EvaluationResult, PolicyWorth, main
from offerloop.commands.evaluate.sentences import finding, short, title, what_it_rests_on, worth_text
from offerloop.report import Localizer, text_page, text_table


def screen(done: EvaluationResult) -> str:
    """Return the finding, what each policy is worth, and what the figures rest on."""
    findings, _ = done.findings, Localizer(done.language, done.findings.shop.currency)
    against = f"against_{'nothing' if findings.baseline.kind == 'nothing' else 'logged'}"
    names = ("policy", "profit" if findings.has_cost else "value", against, "speaking")
    heads = list(columns(_, *names))
    heads[1:3] = (_("{name} [95 % interval]", context="column title", name=name) for name in heads[1:3])
    rows = (_row(one, findings, _) for one in findings.shown)
    table = text_table(heads, rows, title=_("Every policy by the recommended method, a decision"))
    return text_page(*finding(findings, _), table, *_notes(findings, _), str(done.report))


def _row(policy: PolicyWorth, findings: EvaluationFindings, _: Localizer) -> tuple[str, ...]:
    lead = "" if policy is findings.baseline else worth_text(findings.gain(policy), _)
    return short(policy, _), _.money.estimate(main(policy.best_value)), lead, _.count(policy.best_value.speaking)


def _notes(findings: EvaluationFindings, _: Localizer) -> Sequence[str]:
    """What stands below the table: the policies without a value, what was compared, and values of policies applied
    repeatedly."""
    refused = [
        _("{policy}: {why}", context="pattern", policy=title(policy, _), why=policy.refusal or "")
        for policy in findings.refused
    ]
    return *refused, *what_it_rests_on(findings, _)
