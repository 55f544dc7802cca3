"""Section 10: what words mean, and how the report was computed."""

from __future__ import annotations

from dataclasses import dataclass

from offerloop.report.blocks import Bullets, Section, Terms, Text
from offerloop.report.voice import Voice
from offerloop.report.words import words_of

FAMILY, STEP = "term.", "step."
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


def glossary(tell: Voice) -> tuple[Term, ...]:
    """In the order of the words."""
    english, second = words_of("en"), words_of(_other(tell))
    keys = [key for key in tell.words if key.startswith(FAMILY)]
    return tuple(
        Term(
            key.replace(".", "-"),
            tell.say(key),
            second[key],
            tell.say(f"meaning.{key.removeprefix(FAMILY)}"),
            len(english[key]) >= LINKED_FROM,
        )
        for key in keys
    )


def _other(tell: Voice) -> str:
    return "zh" if tell.language == "en" else "en"


def words_section(tell: Voice) -> Section:
    """Glossary, and the stages."""
    rows = tuple((one.anchor, one.word, one.other, one.meaning) for one in glossary(tell))
    steps = tuple(text for key, text in tell.words.items() if key.startswith(STEP))
    return Section(
        "words",
        tell.say("words.label"),
        tell.say("words.message"),
        (Terms(rows, _other(tell)), Text(tell.say("words.steps")), Bullets(steps)),
    )
