"""The page of terms in docs/: those of the whole system, from a file beside this one, and those of the reports."""

from __future__ import annotations

import tomllib
from pathlib import Path

from offerloop.commands.evaluate.terms import TERMS as EVALUATION
from offerloop.commands.experiment.terms import TERMS as EXPERIMENT
from offerloop.commands.readout.terms import TERMS as READOUT
from offerloop.commands.run.sections.glossary import TERMS as RUN
from offerloop.commands.uplift.terms import TERMS as TRIAL
from offerloop.report import Entry, Localizer

SYSTEM = Path(__file__).with_suffix(".toml")
"""Terms, with their Chinese, their meaning in both languages, and where they show."""
FIELDS = ("term", "chinese", "meaning", "meaning_chinese", "where")
REPORTS = {"run": RUN, "readout": READOUT, "evaluate": EVALUATION, "uplift": TRIAL, "experiment": EXPERIMENT}
HEAD = ["| term | 中文 | meaning | 含义 | where |", "|---|---|---|---|---|"]


def glossary_page(note: str) -> str:
    """Return all terms in both languages, each once."""
    terms = tomllib.loads(SYSTEM.read_text(encoding="utf-8"))["terms"]
    lines = [
        "# Glossary",
        note,
        "Each report also explains the terms that it uses at its end, in its own language.",
        "",
        "## Terms of the system",
        "",
        *HEAD,
        *(f"| {' | '.join(one[field] for field in FIELDS)} |" for one in terms),
        "",
        "## Further terms of the reports",
        "",
        *HEAD,
        *_of_reports({(word, _plain(one["meaning"])) for one in terms for word in one["term"].split("; ")}),
        "",
    ]
    return "\n".join(lines)


def _of_reports(explained: set[tuple[str, str]]) -> list[str]:
    """Return the rows of terms that are not explained yet, with the reports that show them."""
    english, chinese = Localizer("en"), Localizer("zh")
    where: dict[tuple[str, str], list[str]] = {}
    rows: dict[tuple[str, str], Entry] = {}
    for command, entries in REPORTS.items():
        for entry in entries:
            key = (english(entry.word), english(entry.meaning))
            where.setdefault(key, []).append(f"`{command}`")
            rows.setdefault(key, entry)
    return [
        f"| {word} | {chinese(rows[word, meaning].word)} | {meaning} | {chinese(rows[word, meaning].meaning)} "
        f"| {', '.join(where[word, meaning])} |"
        for word, meaning in rows
        if (word, _plain(meaning)) not in explained
    ]


def _plain(meaning: str) -> str:
    """Return a meaning as it is compared: sentences of the file begin with a capital and end with a full stop."""
    return meaning.removesuffix(".").lower()
