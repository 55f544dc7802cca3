"""One customer's decision in words, for each kind of reader."""

from __future__ import annotations

from collections.abc import Callable

from offerloop.commands.explain.customer import customer_text
from offerloop.commands.explain.explanation_localizer import ExplanationLocalizer
from offerloop.commands.explain.findings import DecisionFacts
from offerloop.commands.explain.marketer import marketer_text
from offerloop.commands.explain.support import support_text

_WRITERS: dict[str, Callable[[ExplanationLocalizer], str]] = {
    "marketer": marketer_text,
    "support": support_text,
    "customer": customer_text,
}
AUDIENCES = tuple(_WRITERS)


def explanation_text(facts: DecisionFacts, audience: str, language: str) -> str:
    """Return what one of the `AUDIENCES` reads about `facts`, in one of the known languages."""
    return _WRITERS[audience](ExplanationLocalizer(facts, language))
