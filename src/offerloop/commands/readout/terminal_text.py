"""What `offerloop readout` says on one screen of a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from rich.table import Table

from offerloop.commands.readout.columns import COLUMNS
from offerloop.commands.readout.findings import ReadoutFindings
from offerloop.commands.readout.sections import checks_table, outcome
from offerloop.commands.readout.sentences import (
    forecast_sentence,
    per_customer,
    sentence,
    total,
    usual_groups,
    usual_sentence,
)
from offerloop.commands.readout.task import ReadoutResult
from offerloop.message import Message
from offerloop.report import Localizer, text_page, text_table

COMPARISONS = {
    "plan": Message("Customers with the plan's offer against those held back; 95 % intervals"),
    "against_usual": Message("The plan less business as usual, over all customers of both groups; 95 % intervals"),
}
"""Titles of the comparisons that the terminal shows."""


def screen(done: ReadoutResult) -> str:
    """Return the finding, what the plan changed, and how its forecast held; where the draw is broken, the checks."""
    findings, _ = done.findings, Localizer(done.language, done.findings.shop.currency)
    usual = _.sentences(filter(None, (usual_sentence(findings, _), usual_groups(findings, _))))
    first = filter(None, (usual, sentence(findings, done.language)))
    if findings.stopped is not None:
        checks = checks_table(findings, _)
        table = text_table(checks.columns, checks.rows, (checks.columns[0], checks.columns[-1]))
        return text_page(*first, table, *_tables(findings, _), str(done.report))
    forecast = filter(None, (forecast_sentence(findings, _),))
    warnings = (_(one) for one in findings.warnings)
    return text_page(*first, *_tables(findings, _), *forecast, *warnings, str(done.report))


def _tables(findings: ReadoutFindings, _: Localizer) -> Iterator[Table]:
    names = [_("outcome", context="column title")]
    names += [_("{name} [95 % interval]", context="column title", name=COLUMNS[name]) for name in ("each", "total")]
    for comparison, title in COMPARISONS.items():
        shown = [one for one in findings.effects if one.comparison == comparison and one.group == "all"]
        rows = [
            (outcome(findings, effect, _), per_customer(effect, _), total(effect, _.money))
            for effect in shown
            if effect.method == "adjusted"
        ]
        if rows:
            yield text_table(names, rows, title=_(title))
