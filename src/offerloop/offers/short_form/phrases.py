"""What people write besides the short forms, said in the words of the short forms by the word lists in `words/`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from importlib import resources

from offerloop.offers.short_form.amounts import CHINESE, MARK

_NUMBER = r"(?<![0-9.])[0-9]+(?:\.[0-9]+)?(?!\.?[0-9])"
_COUNT = r"(?<![0-9.])[0-9]+(?!\.?[0-9])"
_SLOTS = {
    "rest": ".*",
    "before": ".+?",
    "percent": _NUMBER + r"(?:\s?%|折)",
    "value": _NUMBER + r"(?:\s?%|{mark})",
    "amount": _NUMBER + "{mark}",
    "number": _NUMBER + f"{MARK}?",
    "decimal": r"(?<![0-9.])[0-9]+\.[0-9]+{mark}",
    "count": _COUNT,
    "digit": r"(?<![0-9.])[1-9](?!\.?[0-9])",
}
"""What stands for a value in a pattern, by its name or its sort."""
_TOKEN = re.compile(r"(\{\w+(?::\w+)?\}|[\[\]<>])")
_SUGAR = {"[": "(?:", "]": ")?", "<": "(?:", ">": ")"}
_COUNTS = ("count", "buy", "get", "paid")


@dataclass(frozen=True)
class Phrase:
    """A pattern, and what is said in its place; several texts are as many readings."""

    pattern: re.Pattern[str]
    said: tuple[str, ...]

    def instead(self, text: str) -> list[str]:
        """Return the text with every match replaced, once for each reading."""
        if not self.pattern.search(text):
            return [text]
        return [self.pattern.sub(partial(_filled, said), text) for said in self.said]


@dataclass(frozen=True)
class WordList:
    """What one language's file says."""

    spelling: tuple[tuple[re.Pattern[str], str], ...]
    phrases: tuple[Phrase, ...]
    signs: frozenset[str]
    hints: tuple[tuple[re.Pattern[str], str], ...]
    later: re.Pattern[str]
    """Words for an order that is not this one."""
    variants: Mapping[int, str]
    """Other signs for those of the list, such as those of traditional Chinese."""

    def has_variants(self, text: str) -> bool:
        """Return whether a text has other signs than those of the list."""
        return text.translate(self.variants) != text

    def spelt(self, text: str) -> str:
        """Return a text before amounts are looked for: number words in digits, and one spelling of each word."""
        text = text.translate(self.variants)
        for pattern, instead in self.spelling:
            text = pattern.sub(instead, text)
        return text

    def said(self, body: str) -> list[str]:
        """Return what a text, with its amounts marked, says in short forms; several where it has several readings."""
        bodies = [body]
        for phrase in self.phrases:
            bodies = [one for body in bodies for one in phrase.instead(body)]
        return [_tidy(one) for one in bodies]

    def is_later(self, text: str) -> bool:
        """Return whether a text speaks of a later order."""
        return self.later.search(text.translate(self.variants)) is not None

    def hint(self, text: str) -> str | None:
        """Return a form that is near in meaning to a text that is not understood."""
        text = text.translate(self.variants)
        return next((form for pattern, form in self.hints if pattern.search(text)), None)


def language_of(text: str) -> str:
    """Return the language of a text without its names: that of its signs or words, else English."""
    if CHINESE.search(text):
        return "zh"
    words = set(re.findall(r"[^\W\d_]+", text.lower()))
    return "de" if words & word_list("de").signs else "en"


@cache
def word_list(language: str) -> WordList:
    """Return the word list of a language."""
    file = resources.files("offerloop.offers.short_form") / "words" / f"{language}.toml"
    written = tomllib.loads(file.read_text(encoding="utf-8"))
    spelling = [(re.compile(pattern, re.IGNORECASE), instead) for pattern, instead in written["spelling"]]
    return WordList(
        (*spelling, *_numbers(written["numbers"])),
        tuple(phrase for entry in written["phrases"] for phrase in _phrases(entry, spaced=language != "zh")),
        frozenset(written["signs"]),
        tuple((re.compile(one["of"], re.IGNORECASE), one["form"]) for one in written["hints"]),
        re.compile(written["later"], re.IGNORECASE),
        _variants(written.get("variants", {})),
    )


def _variants(written: Mapping[str, str]) -> dict[int, str]:
    return {
        ord(other): sign
        for others, signs in written.items()
        for other, sign in zip(others, signs, strict=True)
        if other != sign
    }


def _numbers(numbers: Mapping[str, int]) -> list[tuple[re.Pattern[str], str]]:
    return [(re.compile(rf"\b{word}\b", re.IGNORECASE), str(value)) for word, value in numbers.items()]


def _phrases(entry: Mapping[str, str | Sequence[str]], *, spaced: bool) -> list[Phrase]:
    said = (entry["say"],) if isinstance(entry["say"], str) else tuple(entry["say"])
    return [Phrase(_compiled(pattern, spaced=spaced), said) for pattern in entry["for"]]


def _compiled(pattern: str, *, spaced: bool) -> re.Pattern[str]:
    """Return the expression of a pattern; in languages with spaces it begins and ends with whole words."""
    inner = "".join(_SUGAR.get(token) or _slot(token, spaced=spaced) for token in _split(pattern))
    begin = r"(?<![^\W\d_])" if pattern.lstrip("[")[0] not in " ,^" else ""
    return re.compile(rf"{begin}{inner}(?![^\W\d_])" if spaced else inner, re.IGNORECASE)


def _split(pattern: str) -> list[str]:
    """Return tokens; a lookahead keeps its signs, and `\\>` is the sign itself."""
    pieces = re.split(r"(\(\?[=!<][^)]*\)|\\[<>\[\]]|\[[0-9]-[0-9]\]\+?)", pattern)
    return [token for place, piece in enumerate(pieces) for token in ([piece] if place % 2 else _TOKEN.split(piece))]


def _slot(token: str, *, spaced: bool) -> str:
    slot = re.fullmatch(r"\{(\w+)(?::(\w+))?\}", token)
    if not slot:
        return token
    mark = MARK if spaced else f"{MARK}?"  # 满200减20 has no signs
    sort = slot[2] or (slot[1] if slot[1] in _SLOTS else "count" if slot[1] in _COUNTS else "amount")
    return f"(?P<{slot[1]}>{_SLOTS[sort].format(mark=mark)})"


def _filled(said: str, match: re.Match[str]) -> str:
    return said.format(**{name: value or "" for name, value in match.groupdict().items()})


def _tidy(text: str) -> str:
    return re.sub(r"\s+,", ",", " ".join(text.split()))
