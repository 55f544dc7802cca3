"""The page: sections in the order of the flow, poured into one template."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from offerloop.report.blocks import Section
from offerloop.report.evidence import Evidence
from offerloop.report.facts import Facts, gather
from offerloop.report.findings import Findings
from offerloop.report.numbers import day_text
from offerloop.report.sections.budget import budget_section
from offerloop.report.sections.first_screen import first_screen
from offerloop.report.sections.limits import GLOSSARY, limits_section, words_section
from offerloop.report.sections.past_campaigns import past_campaigns_section
from offerloop.report.sections.profiles import profiles_section
from offerloop.report.sections.quality import quality_section
from offerloop.report.sections.recommenders import recommenders_section
from offerloop.report.sections.response import response_section
from offerloop.report.sections.rules import rules_section
from offerloop.report.sections.who import who_section

if TYPE_CHECKING:
    from jinja2 import Environment


def render(findings: Findings, summary: dict[str, Any]) -> str:
    """One HTML file that asks no other host for anything."""
    facts, evidence = gather(findings), Evidence.read(findings)
    page = (
        environment()
        .get_template("report.html.j2")
        .render(
            shop=findings.config.shop,
            as_of=day_text(findings.as_of_day),
            first=first_screen(findings, facts, evidence),
            sections=_sections(findings, facts, evidence),
            decision=summary["decision"],
            linked=linker,
        )
    )
    return kept_together(page)


def _sections(findings: Findings, facts: Facts, evidence: Evidence) -> list[Section]:
    return [
        quality_section(findings),
        profiles_section(findings),
        recommenders_section(findings),
        past_campaigns_section(findings),
        response_section(findings, facts, evidence),
        budget_section(findings, facts),
        rules_section(facts),
        who_section(findings, facts),
        limits_section(findings, facts, evidence),
        words_section(),
    ]


def environment() -> Environment:
    """The templates of every page."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    loader = PackageLoader("offerloop.report", "templates")
    environment = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["slug"] = slug
    return environment


def kept_together(page: str) -> str:
    """No line ends between a number and its per cent sign, or within a short interval."""
    page = re.sub(r"(\d) %", "\\1\u00a0%", page)
    return re.sub(r"\[([^\s\[\]]{1,12}), ([^\s\[\]]{1,12})\]", "[\\1,\u00a0\\2]", page)


def slug(word: str) -> str:
    """An id for a glossary word."""
    return "term-" + re.sub(r"[^a-z0-9]+", "-", word.lower()).strip("-")


def linker() -> Callable[[str], Any]:
    """Marks up text, each glossary word once: a new linker for every section."""
    from markupsafe import Markup, escape

    words = {word.lower(): (word, meaning) for word, _, meaning in GLOSSARY if len(word) > len("value")}
    pattern = re.compile(
        r"(?<![\w-])(" + "|".join(re.escape(str(escape(word))) for word in words) + r")(?![\w-])", re.IGNORECASE
    )
    seen: set[str] = set()

    def link(found: re.Match[str]) -> str:
        key = found.group().lower().replace("&#39;", "'")
        if key in seen:
            return found.group()
        seen.add(key)
        word, meaning = words[key]
        return f'<a class="term" href="#{slug(word)}" title="{escape(meaning)}">{found.group()}</a>'

    def mark(text: str) -> Markup:
        return Markup(pattern.sub(link, str(escape(text))))

    return mark
