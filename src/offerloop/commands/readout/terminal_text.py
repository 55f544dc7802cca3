"""What `offerloop readout` says on one screen of a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from rich.table import Table

from offerloop.commands.readout.findings import ReadoutFindings
from offerloop.commands.readout.sections import checks_table, outcome
from offerloop.commands.readout.sentences import forecast_sentence, per_customer, sentence, total, usual_sentence
from offerloop.commands.readout.task import ReadoutResult
from offerloop.report import Voice, text_page, text_table

COMPARISONS = {"plan": "caused.table", "against_usual": "usual.table"}
"""What the terminal shows, with the keys of the titles."""


def screen(done: ReadoutResult) -> str:
    """Return the finding, what the plan changed, and how its forecast held; where the draw is broken, the checks."""
    found, tell = done.findings, Voice(done.language, done.findings.shop.currency)
    if found.stopped is not None:
        checks = checks_table(found, tell)
        table = text_table(checks.columns, checks.rows, (checks.columns[0], checks.columns[-1]))
        return text_page(sentence(found, done.language), table, str(done.report))
    first = filter(None, (usual_sentence(found, tell), sentence(found, done.language)))
    forecast = filter(None, (forecast_sentence(found, tell),))
    warnings = (tell.own(one) for one in found.warnings)
    return text_page(*first, *_tables(found, tell), *forecast, *warnings, str(done.report))


def _tables(found: ReadoutFindings, tell: Voice) -> Iterator[Table]:
    names = [tell.say("caused.column.outcome")]
    names += [tell.say("screen.interval", name=tell.say(f"caused.column.{name}")) for name in ("each", "total")]
    for comparison, title in COMPARISONS.items():
        shown = [one for one in found.effects if one.comparison == comparison and one.group == "all"]
        rows = [
            (outcome(found, one, tell), per_customer(one, tell), total(one, tell.money))
            for one in shown
            if one.method == "adjusted"
        ]
        if rows:
            yield text_table(names, rows, title=tell.say(title))
