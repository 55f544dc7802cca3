"""The page of terms in docs/: those of the whole system, from a file beside this one, and those of the reports."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from pathlib import Path

from offerloop.commands.evaluate.terms import TERMS as EVALUATION
from offerloop.commands.readout.terms import TERMS as READOUT
from offerloop.commands.run.sections.glossary import TERMS as RUN
from offerloop.commands.uplift.terms import TERMS as TRIAL
from offerloop.report import Entry, Localizer

SYSTEM = Path(__file__).with_suffix(".toml")
"""Terms, with their Chinese, their meaning in both languages, and where they show."""
FIELDS = ("term", "chinese", "meaning", "meaning_chinese", "where")
REPORTS = {"The report of a run": RUN, "A read-out": READOUT, "An evaluation": EVALUATION, "A trial": TRIAL}


def glossary_page(note: str) -> str:
    """Return all terms in both languages."""
    lines = [
        "# Glossary",
        note,
        "Each term has one meaning everywhere: in the code, in tables, in reports and here.",
        "",
    ]
    head = ["| term | 中文 | meaning | 含义 | where |", "|---|---|---|---|---|"]
    terms = tomllib.loads(SYSTEM.read_text(encoding="utf-8"))["terms"]
    rows = (f"| {' | '.join(one[field] for field in FIELDS)} |" for one in terms)
    lines += ["## Terms of the system", "", *head, *rows, ""]
    lines += ["Each report explains the terms that it uses at its end, in its own language:", ""]
    for title, entries in REPORTS.items():
        lines += [f"## {title}", "", *_table(entries), ""]
    return "\n".join(lines)


def _table(entries: Sequence[Entry]) -> list[str]:
    english, chinese = Localizer("en"), Localizer("zh")
    rows = (
        f"| {english(one.word)} | {chinese(one.word)} | {english(one.meaning)} | {chinese(one.meaning)} |"
        for one in entries
    )
    return ["| term | 中文 | meaning | 含义 |", "|---|---|---|---|", *rows]
