"""Texts that are still kept by key in `report.words`, until they are messages."""

from __future__ import annotations

from collections.abc import Mapping

from offerloop.report.spacing import filled
from offerloop.report.words import in_language, words_of


class KeyedWords:
    """What a localizer offers to pages whose texts are kept by key."""

    language: str

    @property
    def words(self) -> Mapping[str, str]:
        """Templates by key."""
        return words_of(self.language)

    def say(self, key: str, **values: object) -> str:
        """Fill the template of a key."""
        return filled(self.words[key], values)

    def word(self, family: str, name: str) -> str:
        """The word for an id of the tables, such as an outcome; the id itself where the language has none."""
        return self.words.get(f"{family}.{name}", name)

    def own(self, text: str) -> str:
        """A sentence that another room wrote in English, in this language where it is known."""
        return in_language(text, self.language)

    def tag(self, name: str) -> str:
        """A tag's name."""
        return self.words.get(f"tag.{name}", name)
