"""What `offerloop uplift` says on one screen of a terminal."""

from __future__ import annotations

from offerloop.commands.uplift.findings import AppliedScores, UpliftFindings
from offerloop.commands.uplift.measures import measure
from offerloop.commands.uplift.page import policies_shown, policy
from offerloop.commands.uplift.sections.columns import columns
from offerloop.commands.uplift.sentences.details import against_score, basis, by_estimate, details
from offerloop.commands.uplift.sentences.further_trial import power
from offerloop.commands.uplift.sentences.headline import headline
from offerloop.commands.uplift.sentences.lead import lead
from offerloop.commands.uplift.sentences.phrases import localizer
from offerloop.report import Localizer, scored_table, text_page, text_table


def screen(findings: UpliftFindings, language: str, applied: AppliedScores | None = None) -> str:
    """Return the verdict, reasons to doubt it, what each policy brings, and what that rests on."""
    _ = localizer(language)
    unit = measure(findings, _)
    names = [*columns(_, "policy", "treated", "size", **unit.texts())]
    names[-1] = _("{name} [95 % interval]", context="column title", name=names[-1])
    rows = (
        (policy(row, _), _.share(row.treated_share, 0.01), unit.size(row.profit)) for row in policies_shown(findings)
    )
    table = text_table(names, rows, title=_("What each policy brings compared with no offers"))
    verdict = _.stopped(headline(findings, _))
    scored = [] if applied is None else scored_table(applied.unseen, applied.budget, applied.customers, _)
    return text_page(verdict, lead(findings, _), table, *_rest(findings, _), *scored)


def _rest(findings: UpliftFindings, _: Localizer) -> list[str]:
    """What stands below the table."""
    if findings.conclusion == "doubtful":
        return details(findings, _)
    against = [] if findings.against_score is None else [against_score(findings, findings.against_score, _)]
    return [*against, *power(findings, _), *by_estimate(findings, _), *basis(findings, _)]
