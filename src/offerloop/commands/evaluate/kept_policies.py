"""The section on policies that are kept: one decision, and the same where earlier decisions were made alike."""

from __future__ import annotations

from offerloop.commands.evaluate.findings import EvaluationFindings, PolicyWorth, main
from offerloop.commands.evaluate.sentences import earlier_text, measure, title, worth_text
from offerloop.report import Block, Bullets, Section, Table, Text, Voice, capital, count

COLUMNS = ("policy", "one_period", "kept", "kept_gain", "size", "kept_method")


def kept_section(found: EvaluationFindings, tell: Voice) -> Section | None:
    """None where no customer was shown anything before."""
    if found.earlier is None:
        return None
    base = tell.say(f"evaluation.base.{found.baseline_kept.kind}")
    columns = tuple(tell.say(f"evaluation.column.{name}", base=base) for name in COLUMNS)
    rows = tuple(_row(one, tell) for one in found.valued if one.kept is not None)
    table = Table(tell.say("evaluation.kept.table", measure=capital(measure(found, tell))), columns, rows)
    refused = [
        tell.say("evaluation.refused.one", policy=title(one, tell), why=tell.own(one.kept_refusal))
        for one in found.valued
        if one.kept_refusal
    ]
    blocks: list[Block] = [Text(tell.say("evaluation.kept.intro")), table]
    blocks += [Bullets(tuple(refused))] if refused else []
    return Section("kept", tell.say("evaluation.kept.label"), earlier_text(found.earlier, tell), tuple(blocks))


def _row(one: PolicyWorth, tell: Voice) -> tuple[str, ...]:
    assert one.kept is not None
    gain = "" if one.kept_gain is None else worth_text(one.kept_gain, tell)
    size = count(one.kept.effective_size)
    method = tell.say("evaluation.mean") if one.kept.method == "mean" else one.kept.method
    return (
        title(one, tell), tell.money.estimate(main(one.known)), worth_text(one.kept, tell), gain,
        tell.say("evaluation.few", n=size) if one.kept.flagged else size, method,
    )  # fmt: skip
