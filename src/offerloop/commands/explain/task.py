"""`offerloop explain`: why one customer gets an offer or not, from the files of a run, for three kinds of reader."""

from __future__ import annotations

from pathlib import Path

from offerloop.commands.explain.decision_facts import facts_of
from offerloop.commands.explain.findings import Explanation
from offerloop.commands.explain.page import AUDIENCES, explanation_text
from offerloop.errors import check_known
from offerloop.locale import known_language
from offerloop.message import Message
from offerloop.workspace import naming_damaged_tables, open_run


@naming_damaged_tables
def explain(run_folder: Path, customer_id: str, audience: str = "marketer", language: str | None = None) -> Explanation:
    """Explain one customer of a finished run, by default in the language of its report.

    Raises InputError when the folder is no finished run, or knows no such customer, audience or language.
    """
    check_known(Message("audience", context="kind of name"), audience, AUDIENCES)
    if language is not None:
        known_language(language)
    run = open_run(run_folder)
    language = known_language(language or run.summary.get("language"))
    facts = facts_of(run, run.customer(customer_id))
    return Explanation(facts, explanation_text(facts, audience, language), audience)
