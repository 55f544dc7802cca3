"""From a short form to the written terms of an offer."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import cache
from typing import Any

from offerloop.errors import InputError
from offerloop.offers.reading import read_offers
from offerloop.offers.short_form.amounts import (
    CHINESE,
    MARK,
    check_currency,
    marked,
    number_words,
    numerals,
    read_amount,
    read_percent,
    signed_amount,
    signed_currency,
    written_amounts,
)
from offerloop.offers.short_form.forms import BOTH, FORMS, MODIFIERS, MONEY, NAMED, TIERS, Form, pattern
from offerloop.offers.short_form.names import Names

LONGEST = 1000
"""Signs in a text."""
_SEARCHED = 100
"""Signs among which the part that is understood is looked for, and the most that a message shows."""
_ALIKE = 0.5
"""How like a text a form must be to be named as the nearest one, from 0 to 1."""
_BETWEEN = re.compile(r"\s*[,;、]?\s*")
_SAMPLES = {
    "spend": "200",
    "save": "20",
    "amount": "20",
    "price": "9.9",
    "max_discount": "15",
    "min_spend": "99",
    "count": "3",
    "buy": "2",
    "get": "1",
    "hours": "2",
    "cheapest": "2",
    "quantity": "2",
    "product": '"A"',
    "text": '"A"',
    "min_count": "3",
}


def parse_offer(text: str, currency: str) -> dict[str, Any]:
    """Return the written terms of the offer that a short form states, as a file of offers holds them.

    Raises InputError, one sentence, for a text that is not understood or that tells an impossible offer.
    """
    check_currency(currency)
    names, parts = _parts(text)
    found = [_Text(rest, scope, names, currency).terms() for rest, scope in parts]
    terms = found[0] if len(found) == 1 else _combined(found)
    read_offers([terms], None, currency)
    return terms


def guess_currency(text: str) -> str:
    """Return the currency of the first sign or code outside names; without one CNY for Chinese text, else USD."""
    rests = [rest for rest, _ in _parts(text)[1]]
    signed = (signed_currency(rest) for rest in rests)
    usual = "CNY" if any(CHINESE.search(rest) for rest in rests) else "USD"
    return next((currency for currency in signed if currency), usual)


def _parts(text: str) -> tuple[Names, list[tuple[str, dict[str, Any]]]]:
    """What is joined by "+", each without its scope, and the scope."""
    if not 0 < len(text.strip()) <= LONGEST:
        raise InputError(f"a short form is a text of 1 to {LONGEST} signs, such as '20% off over $50' or '满200减20'")
    names = Names(text)
    return names, [names.without_scope(part) for part in re.split("[+＋]", names.text)]


def _combined(parts: list[dict[str, Any]]) -> dict[str, Any]:
    """Conditions stand behind the last part, and hold for all."""
    conditions = {name: parts[-1].pop(name) for name in BOTH if name in parts[-1]}
    for part in parts:
        for name in BOTH:
            if name in part:
                raise InputError(f"conditions such as '{name}' of parts joined by '+' stand behind the last of them")
    return {"kind": "combined", "parts": parts, **conditions}


class _Text:
    """One offer that is not combined."""

    def __init__(self, text: str, scope: Mapping[str, Any], names: Names, currency: str) -> None:
        self.scope, self.names, self.currency, self.given = scope, names, currency, text.strip()
        rest = unicodedata.normalize("NFKC", text).strip().rstrip(".。!,;")
        self.language = "zh" if CHINESE.search(rest) else "en"
        rest = numerals(rest) if self.language == "zh" else number_words(rest)
        self.amounts = written_amounts(rest, currency)
        rest = marked(rest, currency)
        if self.language == "zh":
            self.body = re.sub(r"\s+", "", rest).removeprefix("全场")
        else:
            self.body = " ".join(re.sub(r"\bon orders (?=over|from)", "", rest, flags=re.IGNORECASE).split())

    def terms(self) -> dict[str, Any]:
        found = self.read(self.body)
        if found is None:
            raise InputError(self.refusal())
        if found["kind"] != "bundle":
            return {"kind": found.pop("kind"), **self.scope, **found}
        parts = [{**self.scope, "count": found.pop("count")}]
        return {"kind": found.pop("kind"), "parts": parts, **found}

    def read(self, body: str) -> dict[str, Any] | None:
        """Terms without the scope; None when it is not understood."""
        body, modified = self.modifiers(body)
        for form, expression in _expressions(FORMS, self.language):
            match = expression.fullmatch(body)
            if match:
                self.check_price(match)
                return {"kind": form.kind, **form.fixed, **self.values(match), **modified}
        tiers = self.tiers(body)
        return None if tiers is None else {"kind": "spend_and_save", **tiers, **modified}

    def modifiers(self, body: str) -> tuple[str, dict[str, Any]]:
        """The text before and between them, and what they say."""
        found: dict[str, Any] = {}
        while one := self.modifier(body):
            body, values = one
            twice = next((name for name in values if name in found), None)
            if twice is not None:
                raise InputError(f"'{self.shown(self.body)}' says '{twice}' twice")
            found |= values
        return body, found

    def modifier(self, body: str) -> tuple[str, dict[str, Any]] | None:
        """The last one, or one that stands before."""
        for form, expression in _modifiers(self.language):
            match = expression.fullmatch(body)
            if match:
                return match["rest"], {**form.fixed, **self.values(match)}
        return None

    def tiers(self, body: str) -> dict[str, Any] | None:
        """One tier, or several of the same sort."""
        rows, place = list[dict[str, Any]](), 0
        while place < len(body):
            found = self.tier(body, place)
            if found is None:
                return None
            row, place = found
            rows.append(row)
        whole = [{name: row.pop(name) for name in ("each_full", "by_count") if name in row} for row in rows]
        if any(one != whole[0] for one in whole):
            raise InputError(f"the tiers of '{self.shown(body)}' must all be by amount or all by number of units")
        if not rows:
            return None
        return whole[0] | (rows[0] if len(rows) == 1 else {"tiers": rows})

    def tier(self, body: str, place: int) -> tuple[dict[str, Any], int] | None:
        """The longest one that begins there, and where the next one begins."""
        matches = ((expression.match(body, place), form) for form, expression in _expressions(TIERS, self.language))
        match, form = max(matches, key=lambda one: one[0].end() if one[0] else -1)
        if match is None:
            return None
        between = _BETWEEN.match(body, match.end())
        return {**form.fixed, **self.values(match)}, between.end() if between else match.end()

    def values(self, match: re.Match[str]) -> dict[str, Any]:
        """What a match says, as terms hold it."""
        groups = match.groupdict()
        return {name: self.value(name, written) for name, written in groups.items() if name != "rest"}

    def check_price(self, match: re.Match[str]) -> None:
        """Refuse "3 for 2", which says a number of units to pay for, where a price would be read."""
        count, price = (match.groupdict().get(name) or "" for name in ("count", "price"))
        if not price.isdecimal() or not 0 < int(price) < int(count or 0):
            return
        paid, free = int(price), int(count) - int(price)
        signed = signed_amount(price, self.currency, self.language)
        told = (
            f"'买{paid}送{free}' to let {paid} of {count} be paid, or '任选{count}件{signed}'"
            if self.language == "zh"
            else f"'buy {paid} get {free} free' to let {paid} of {count} be paid, or 'any {count} for {signed}'"
        )
        raise InputError(f"'{self.shown(match[0])}' is not clear; write {told} to sell {count} for {signed}")

    def value(self, name: str, written: str) -> str | int:
        if name in MONEY:
            return read_amount(written, self.currency)
        if name == "percent":
            return read_percent(written)
        return self.names.of(written) if name in NAMED else int(written)

    def refusal(self) -> str:
        """What was not understood, and what would do."""
        body, nearest = self.body, self.nearest()
        for end in range(min(len(body) - 1, _SEARCHED), 0, -1):
            with suppress(InputError):
                if body[end - 1] != " " and self.read(body[:end]) is not None:
                    left = self.shown(body[end:]).strip()
                    return f"'{self.shown(body[:end])}' is understood, but not '{left}' behind it{nearest}"
        return f"'{self.names.shown(self.given)}' is not the short form of an offer{nearest}"

    def nearest(self) -> str:
        """A form that looks like it."""
        if self.language == "en" and (found := re.fullmatch(r"(.* off) ([^\d\s,]+)", self.body)):
            return f"; if '{found[2]}' is a category, write '{self.shown(found[1])} on {found[2]}'"
        forms = [form.written(_samples(self.language), self.language) for form in (*FORMS, *TIERS)]
        close = difflib.get_close_matches(self.shown(self.body), forms, n=1, cutoff=_ALIKE)
        if not close:
            return "; docs/concepts/offers.md lists the forms, in English and Chinese"
        return f"; the nearest form is '{close[0]}'"

    def shown(self, body: str) -> str:
        """A piece of the text as somebody would write it."""
        signed = re.sub(f"([0-9.]+){MARK}", lambda found: self.amounts.get(found[1], found[1]), body)
        whole = self.names.shown(signed)
        return whole if len(whole) <= _SEARCHED else f"{whole[:_SEARCHED]}…"


def _samples(language: str) -> Mapping[str, str]:
    return _SAMPLES | {"percent": "20%" if language == "en" else "8折"}


@cache
def _expressions(forms: tuple[Form, ...], language: str) -> tuple[tuple[Form, re.Pattern[str]], ...]:
    return tuple(_compiled(forms, language))


def _compiled(forms: tuple[Form, ...], language: str) -> Iterator[tuple[Form, re.Pattern[str]]]:
    for form in forms:
        for template in form.templates(language):
            yield form, re.compile(pattern(template, language), re.IGNORECASE)


@cache
def _modifiers(language: str) -> tuple[tuple[Form, re.Pattern[str]], ...]:
    found = []
    for form in MODIFIERS:
        for template in form.templates(language):
            before = template.startswith("^")
            said = pattern(template.lstrip("^, "), language)
            whole = f"{said}[\\s,:]*(?P<rest>.+)" if before else f"(?P<rest>.+?)[\\s,]*{said}"
            found.append((form, re.compile(whole, re.IGNORECASE)))
    return tuple(found)
