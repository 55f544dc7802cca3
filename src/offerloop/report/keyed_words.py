"""Sentences that rooms still write in English, until they are messages."""

from __future__ import annotations

from offerloop.report.words import in_language


class KeyedWords:
    """What a localizer offers for sentences that are no messages yet."""

    language: str

    def own(self, text: str) -> str:
        """A sentence that another room wrote in English, in this language where it is known."""
        return in_language(text, self.language)
