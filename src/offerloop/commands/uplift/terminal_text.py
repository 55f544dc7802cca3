"""What `offerloop uplift` says on one screen of a terminal."""

from __future__ import annotations

from offerloop.commands.uplift.findings import UpliftFindings
from offerloop.commands.uplift.measures import measure
from offerloop.commands.uplift.page import policies_shown, policy
from offerloop.commands.uplift.sentences import basis, doubts, headline, voice
from offerloop.report import text_page, text_table


def screen(found: UpliftFindings, language: str) -> str:
    """Return the verdict, reasons to doubt it, what each policy brings, and what that rests on."""
    tell = voice(language)
    unit = measure(found, tell)
    names = [tell.say(f"uplift.column.{name}", **unit.texts()) for name in ("policy", "treated", "size")]
    names[-1] = tell.say("screen.interval", name=names[-1])
    rows = (
        (policy(one, tell), tell.share(one.treated_share, 0.01), unit.size(one.profit)) for one in policies_shown(found)
    )
    table = text_table(names, rows, title=tell.say("uplift.worth.table"))
    verdict = headline(found, tell) + tell.words["full_stop"]
    return text_page(verdict, *doubts(found, tell), table, *basis(found, tell))
