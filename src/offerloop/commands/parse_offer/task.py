"""One offer from its short form: its terms as TOML, ready for a file, and how it reads in both languages."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import polars as pl

from offerloop.config import quoted
from offerloop.errors import InputError, check_known
from offerloop.message import Message
from offerloop.offers import SHORT_FORM_LANGUAGES, guess_currency, parse_offer, print_offer
from offerloop.report import Result


@dataclass(frozen=True)
class ParsedOffer(Result):
    """An offer that was read from its short form."""

    terms: Mapping[str, Any]
    currency: str
    forms: Mapping[str, str]
    """The short forms by language."""

    @property
    def frames(self) -> Mapping[str, pl.DataFrame]:
        """Return `terms`, a row for each, and `forms`, a row for each language; all as text."""
        values = [one if isinstance(one, str) else _toml(one) for one in self.terms.values()]
        terms = {"term": list(self.terms), "value": values}
        forms = {"language": list(self.forms), "text": list(self.forms.values())}
        return {"terms": pl.DataFrame(terms), "forms": pl.DataFrame(forms)}

    @property
    def sentence(self) -> str:
        """The offer in each language."""
        return "\n".join(self.forms.values())

    @property
    def facts(self) -> dict[str, object]:
        """Return one JSON object."""
        return {"terms": self.terms, "currency": self.currency, **self.forms}

    def lines(self, encoding: str = "utf-8") -> list[str]:
        """Lines below `[[offers]]`; what is no term is a comment.

        Signs of a term that an encoding lacks are escaped as TOML has it, so that the lines can be pasted anyway.
        """
        terms = (f"{name} = {_toml(value)}" for name, value in self.terms.items())
        said = [f"# {language}: {text}" for language, text in self.forms.items()]
        return [*(_escaped(line, encoding) for line in terms), f"# in {self.currency}", *said]


def short_offer(
    text: str, currency: str | None = None, language: str | None = None, reading: int | None = None
) -> ParsedOffer:
    """Read one offer; the default currency is that of a sign in the text, else that of its language: CNY, EUR or USD.

    Raises InputError for a text that is not understood, and for one that has several readings unless one is chosen.
    """
    if language is not None:
        check_known(Message("language", context="kind of name"), language, SHORT_FORM_LANGUAGES)
    unit = guess_currency(text) if currency is None else currency
    terms = parse_offer(text, unit, reading)
    if language is not None:
        return ParsedOffer(terms, unit, {language: print_offer(terms, language, unit)})
    return ParsedOffer(terms, unit, dict(_forms(terms, unit)))


def _forms(terms: Mapping[str, Any], currency: str) -> Iterator[tuple[str, str]]:
    """The short form in each language that has one: more than 90 % off has none in Chinese."""
    for language in SHORT_FORM_LANGUAGES:
        with suppress(InputError):
            yield language, print_offer(terms, language, currency)


def _escaped(line: str, encoding: str) -> str:
    """Return a line with \\uXXXX and \\UXXXXXXXX for what an encoding lacks."""

    def written(sign: str) -> str:
        try:
            sign.encode(encoding)
        except UnicodeEncodeError:
            return f"\\u{ord(sign):04x}" if ord(sign) < 0x10000 else f"\\U{ord(sign):08x}"
        return sign

    return "".join(map(written, line))


def _toml(value: object) -> str:
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{name} = {_toml(one)}' for name, one in value.items())} }}"
    return json.dumps(value)
