"""The section on policies that are kept: one decision, and the same where earlier decisions were made alike."""

from __future__ import annotations

from offerloop.commands.evaluate.columns import columns
from offerloop.commands.evaluate.findings import EvaluationFindings, PolicyWorth, main
from offerloop.commands.evaluate.sentences import baseline, earlier_text, measure, title, worth_text
from offerloop.report import Block, Bullets, Localizer, Section, Table, Text, capital, count

SHOWN = ("policy", "one_period", "kept", "kept_gain", "size", "method")


def kept_section(found: EvaluationFindings, _: Localizer) -> Section | None:
    """None where no customer was shown anything before."""
    if found.earlier is None:
        return None
    heads = columns(_, *SHOWN, base=baseline(found.baseline_kept, _))
    rows = tuple(_row(one, _) for one in found.valued if one.kept is not None)
    table = Table(
        _(
            "{measure} a decision, where the policy also made the customer's earlier decisions",
            measure=capital(measure(found, _)),
        ),
        heads,
        rows,
    )
    refused = [
        _("{policy}: {why}", context="pattern", policy=title(one, _), why=one.kept_refusal)
        for one in found.valued
        if one.kept_refusal
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
    return Section("kept", _("Policies that are kept"), earlier_text(found.earlier, _), tuple(blocks))


def _row(one: PolicyWorth, _: Localizer) -> tuple[str, ...]:
    assert one.kept is not None
    gain = "" if one.kept_gain is None else worth_text(one.kept_gain, _)
    size = count(one.kept.effective_size)
    method = _("mean of the log") if one.kept.method == "mean" else one.kept.method
    return (
        title(one, _), _.money.estimate(main(one.known)), worth_text(one.kept, _), gain,
        _("{n} (too few)", context="policy evaluation", n=size) if one.kept.flagged else size, method,
    )  # fmt: skip
