"""What the words of a page mean, in its language and in others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from offerloop.locale import ENGLISH, languages
from offerloop.message import Message
from offerloop.report.blocks import Glossary, Section
from offerloop.report.localizer import Localizer

LINKED_FROM = 6
"""Letters of an English term that is rare enough to be linked in texts."""


@dataclass(frozen=True)
class Entry:
    """A word and its meaning, to be translated; `name` is the anchor of links."""

    name: str
    word: Message
    meaning: Message


@dataclass(frozen=True)
class GlossaryTerm:
    """One entry of the glossary of a page."""

    anchor: str
    word: str
    others: tuple[tuple[str, str], ...]
    """Other languages with their words: English, or on an English page all others."""
    meaning: str
    is_linked: bool


def glossary_terms(_: Localizer, entries: Sequence[Entry]) -> tuple[GlossaryTerm, ...]:
    """Translate the entries of a page, in their order."""
    others = other_languages(_)
    return tuple(
        GlossaryTerm(
            f"term-{entry.name}",
            _(entry.word),
            tuple((other.language, other(entry.word)) for other in others),
            _(entry.meaning),
            len(str(entry.word)) >= LINKED_FROM,
        )
        for entry in entries
    )


def terms_block(terms: Sequence[GlossaryTerm]) -> Glossary:
    """Return the glossary as a block."""
    return Glossary(tuple((term.anchor, term.word, term.others, term.meaning) for term in terms))


def words_section(_: Localizer, terms: Sequence[GlossaryTerm]) -> Section:
    """Return the section that explains the terms of a study."""
    return Section("words", _("Glossary", context="section name"), _("What the terms mean"), (terms_block(terms),))


def other_languages(_: Localizer) -> list[Localizer]:
    """Return English, or on an English page all other languages."""
    others = (ENGLISH,) if _.language != ENGLISH else tuple(one for one in languages() if one != ENGLISH)
    return [Localizer(one) for one in others]
