"""What the words of a page mean, in its language and in the other one."""

from __future__ import annotations

from dataclasses import dataclass

from offerloop.report.blocks import Section, Terms
from offerloop.report.voice import Voice
from offerloop.report.words import words_of

LINKED_FROM = 6
"""Letters of an English term that is rare enough to be linked in texts."""


@dataclass(frozen=True)
class Term:
    """One entry of the glossary."""

    anchor: str
    word: str
    other: str
    """The word in the other language."""
    meaning: str
    is_linked: bool


def glossary_terms(tell: Voice, prefix: str = "") -> tuple[Term, ...]:
    """Return the terms of one page in the order of the words; `prefix` is what their keys begin with."""
    english, second = words_of("en"), words_of(_other(tell))
    family = f"{prefix}term."
    names = [key.removeprefix(family) for key in tell.words if key.startswith(family)]
    return tuple(
        Term(
            f"term-{name}",
            tell.say(family + name),
            second[family + name],
            tell.say(f"{prefix}meaning.{name}"),
            len(english[family + name]) >= LINKED_FROM,
        )
        for name in names
    )


def terms_block(tell: Voice, prefix: str = "") -> Terms:
    """Return the glossary as a block."""
    rows = tuple((one.anchor, one.word, one.other, one.meaning) for one in glossary_terms(tell, prefix))
    return Terms(rows, _other(tell))


def words_section(tell: Voice, prefix: str) -> Section:
    """Return the section that explains the words of a study."""
    return Section(
        "words", tell.say("readout_words.label"), tell.say("readout_words.message"), (terms_block(tell, prefix),)
    )


def _other(tell: Voice) -> str:
    return "zh" if tell.language == "en" else "en"
