"""What `offerloop evaluate` says on one screen of a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from offerloop.commands.evaluate.files import EvaluationResult
from offerloop.commands.evaluate.findings import EvaluationFindings, PolicyWorth, main
from offerloop.commands.evaluate.sentences import basis, finding, kept_sentences, short, title, worth_text
from offerloop.report import Voice, count, text_page, text_table


def screen(done: EvaluationResult) -> str:
    """Return the finding, what each policy is worth, and what the figures rest on."""
    found, tell = done.findings, Voice(done.language, done.findings.shop.currency)
    against = f"against_{'nothing' if found.baseline.kind == 'nothing' else 'logged'}"
    names = ("policy", "profit" if found.has_cost else "value", against, "size")
    columns = [tell.say(f"evaluation.column.{name}") for name in names]
    columns[1:3] = (tell.say("screen.interval", name=name) for name in columns[1:3])
    rows = (_row(one, found, tell) for one in found.shown)
    table = text_table(columns, rows, title=tell.say("evaluation.methods.chosen"))
    return text_page(*finding(found, tell), table, *_notes(found, tell), str(done.report))


def _row(one: PolicyWorth, found: EvaluationFindings, tell: Voice) -> tuple[str, ...]:
    lead = "" if one is found.baseline else worth_text(found.gain(one), tell)
    return short(one, tell), tell.money.estimate(main(one.known)), lead, count(one.known.effective_size)


def _notes(found: EvaluationFindings, tell: Voice) -> Sequence[str]:
    """What stands below the table: the policies without a value, what was compared, and what a kept policy is worth."""
    refused = [
        tell.say("evaluation.refused.one", policy=title(one, tell), why=tell.own(one.refusal)) for one in found.refused
    ]
    if found.leader is None:
        return refused
    return *refused, basis(found, found.leader, tell), *kept_sentences(found, found.leader, tell)
