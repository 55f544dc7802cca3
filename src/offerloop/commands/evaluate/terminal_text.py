"""What `offerloop evaluate` says on one screen of a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from offerloop.commands.evaluate.columns import columns
from offerloop.commands.evaluate.findings import EvaluationFindings, EvaluationResult, PolicyWorth, main
from offerloop.commands.evaluate.sentences import basis, finding, kept_sentences, short, title, worth_text
from offerloop.report import Localizer, count, text_page, text_table


def screen(done: EvaluationResult) -> str:
    """Return the finding, what each policy is worth, and what the figures rest on."""
    found, _ = done.findings, Localizer(done.language, done.findings.shop.currency)
    against = f"against_{'nothing' if found.baseline.kind == 'nothing' else 'logged'}"
    names = ("policy", "profit" if found.has_cost else "value", against, "size")
    heads = list(columns(_, *names))
    heads[1:3] = (_("{name} [95 % interval]", context="column title", name=name) for name in heads[1:3])
    rows = (_row(one, found, _) for one in found.shown)
    table = text_table(heads, rows, title=_("Every policy by the recommended method, a decision"))
    return text_page(*finding(found, _), table, *_notes(found, _), str(done.report))


def _row(one: PolicyWorth, found: EvaluationFindings, _: Localizer) -> tuple[str, ...]:
    lead = "" if one is found.baseline else worth_text(found.gain(one), _)
    return short(one, _), _.money.estimate(main(one.known)), lead, count(one.known.effective_size)


def _notes(found: EvaluationFindings, _: Localizer) -> Sequence[str]:
    """What stands below the table: the policies without a value, what was compared, and what a kept policy is worth."""
    refused = [
        _("{policy}: {why}", context="pattern", policy=title(one, _), why=one.refusal or "") for one in found.refused
    ]
    if found.leader is None:
        return refused
    return *refused, basis(found, found.leader, _), *kept_sentences(found, found.leader, _)
