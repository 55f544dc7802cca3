"""`offerloop explain`: why one customer gets an offer or not, from the files of a run, for three kinds of reader."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from offerloop.commands.explain.findings import facts_of
from offerloop.commands.explain.page import AUDIENCES, explanation_text
from offerloop.errors import check_known
from offerloop.report.words import LANGUAGES
from offerloop.workspace.finished_run import open_run


@dataclass(frozen=True)
class Explanation:
    """One customer's decision, for machines and for a person."""

    facts: dict[str, Any]
    """Everything that is known, whoever reads it: not for the customer."""
    text: str
    """What the audience reads."""


def explain(run_folder: Path, customer_id: str, audience: str = "marketer", language: str = "en") -> Explanation:
    """Explain one customer of a finished run.

    Raises InputError when the folder is no finished run, or knows no such customer, audience or language.
    """
    check_known("audience", audience, AUDIENCES)
    check_known("language", language, LANGUAGES)
    run = open_run(run_folder)
    facts = facts_of(run, run.customer(customer_id))
    return Explanation(facts, explanation_text(facts, audience, language))
