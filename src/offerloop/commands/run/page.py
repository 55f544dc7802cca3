"""The page: sections in the order of the flow, poured into one template."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from offerloop.commands.run.facts import RunFacts, gather
from offerloop.commands.run.findings import Findings
from offerloop.commands.run.sections.budget import budget_section
from offerloop.commands.run.sections.first_screen import first_screen
from offerloop.commands.run.sections.glossary import TERMS, words_section
from offerloop.commands.run.sections.limits import limits_section
from offerloop.commands.run.sections.past_campaigns import past_campaigns_section
from offerloop.commands.run.sections.profiles import profiles_section
from offerloop.commands.run.sections.quality import quality_section
from offerloop.commands.run.sections.recipients import who_section
from offerloop.commands.run.sections.recommenders import recommenders_section
from offerloop.commands.run.sections.response import response_section
from offerloop.commands.run.sections.rules import rules_section
from offerloop.commands.run.shelf_evidence import ShelfEvidence
from offerloop.report import Localizer, Section, environment, glossary_terms, kept_together

ROOM = "offerloop.commands.run"
"""Holds the template of the page."""


def render(findings: Findings, summary: dict[str, Any], language: str = "en") -> str:
    """One HTML file in one language that asks no other host for anything."""
    facts, evidence = gather(findings, language), ShelfEvidence.read(findings)
    page = (
        environment(facts.localizer, ROOM)
        .get_template("report.html.j2")
        .render(
            shop=findings.config.shop,
            as_of=facts.localizer.day(findings.as_of_day),
            first=first_screen(findings, facts, evidence),
            sections=_sections(findings, facts, evidence),
            decision=summary["decision"],
            linked=lambda: linker(facts.localizer),
        )
    )
    return kept_together(page)


def _sections(findings: Findings, facts: RunFacts, evidence: ShelfEvidence) -> list[Section]:
    return [
        quality_section(findings, facts.localizer),
        profiles_section(findings, facts.localizer),
        recommenders_section(findings, facts.localizer),
        past_campaigns_section(findings, facts.localizer),
        response_section(findings, facts, evidence),
        budget_section(findings, facts),
        rules_section(facts),
        who_section(findings, facts),
        limits_section(findings, facts, evidence),
        words_section(facts.localizer),
    ]


def linker(_: Localizer) -> Callable[[str], Any]:
    """Marks up text, each glossary word once: a new linker for every section."""
    from markupsafe import Markup, escape

    terms = [one for one in glossary_terms(_, TERMS) if one.is_linked]
    words = {one.word.lower(): one for one in terms}
    listed = "|".join(re.escape(str(escape(one.word.lower()))) for one in terms)
    apart = bool(_.space)
    pattern = re.compile(rf"(?<![\w-])({listed})(?![\w-])" if apart else rf"({listed})", re.IGNORECASE)
    linked: set[str] = set()

    def link(match: re.Match[str]) -> str:
        key = match.group().lower().replace("&#39;", "'")
        if key in linked:
            return match.group()
        linked.add(key)
        term = words[key]
        return f'<a class="term" href="#{term.anchor}" title="{escape(term.meaning)}">{match.group()}</a>'

    def mark(text: str) -> Markup:
        return Markup(pattern.sub(link, str(escape(text))))

    return mark
