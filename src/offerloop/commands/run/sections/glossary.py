"""Section 10: what words mean, and how the report was computed."""

from __future__ import annotations

from offerloop.report import Bullets, Localizer, Section, Text, keyed_terms, terms_block

STEP = "step."


def words_section(_: Localizer) -> Section:
    """Glossary, and the stages."""
    steps = tuple(text for key, text in _.words.items() if key.startswith(STEP))
    return Section(
        "words",
        _("Words and steps", context="section name"),
        _("What the words mean, and how this was computed"),
        (terms_block(keyed_terms(_)), Text(_("The steps, in order:")), Bullets(steps)),
    )
