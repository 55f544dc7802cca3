"""Section 10: what words mean, and how the report was computed."""

from __future__ import annotations

from offerloop.report import Bullets, Section, Text, Voice, terms_block

STEP = "step."


def words_section(tell: Voice) -> Section:
    """Glossary, and the stages."""
    steps = tuple(text for key, text in tell.words.items() if key.startswith(STEP))
    return Section(
        "words",
        tell.say("words.label"),
        tell.say("words.message"),
        (terms_block(tell), Text(tell.say("words.steps")), Bullets(steps)),
    )
