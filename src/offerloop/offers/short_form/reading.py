"""Reading the terms of an offer from its short form."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cache
from itertools import product
from typing import Any

from offerloop.errors import InputError
from offerloop.message import Message
from offerloop.offers.reading import read_offers
from offerloop.offers.short_form.amounts import (
    MARK,
    check_currency,
    marked,
    plain_numbers,
    read_amount,
    read_percent,
    signed_currency,
    written_amounts,
)
from offerloop.offers.short_form.forms import (
    BOTH,
    FORMS,
    MODIFIERS,
    MONEY,
    NAMED,
    SHORTHANDS,
    TIERS,
    ShortForm,
    pattern,
)
from offerloop.offers.short_form.names import Names, check_signs, named
from offerloop.offers.short_form.no_names import is_no_name
from offerloop.offers.short_form.numerals import numerals
from offerloop.offers.short_form.phrases import language_of, word_list
from offerloop.offers.short_form.readings import capped, check_tiers, meanings, with_shipping
from offerloop.offers.short_form.writing import print_offer

LONGEST = 1000
"""Signs in a text."""
_SEARCHED = 100
"""Signs among which the part that is understood is looked for, and the most that a message shows."""
_WORDS_BEFORE = re.compile(r"(?:(?![满买送减第每前限领打立赠享无免一二两三四五六七八九十百千万])[\u4e00-\u9fff]){2,8}")
"""What may be a category, as far as `_NO_CATEGORY` does not occur in it."""
_NO_CATEGORY = re.compile(
    "客|会员|用户|学生|粉丝|员工|教师|老师|生日|国庆|中秋|元旦|春节|店庆|清仓|尾货|线上|线下|直播|指定|部分|新品|新款|爆款|商品|"
    "支付|付款|微信|银联|信用卡|运费|邮费|配送|快递|自提|定金|预售|拼团|下单|签到|关注|收藏|注册|"
    "下次|下一|拍下|任选|"
    "[首末单整税折]|[日周月节季年券后价低至起到]"
)
"""Whom, when, in what state and how something is sold, and what is paid besides goods."""
_NAME_BEHIND = re.compile(r"[A-Za-z][^\d,，;；。]*")
"""What may be a category behind a Chinese offer, likewise."""
_REMEDIED = Message("{fault}; {remedy}", context="a fault and what would do")
_IF_CATEGORY = Message("if '{name}' is a category, write '{form}'")
_BETWEEN = re.compile(r"\s*[,;、·]?\s*")
_JOIN = re.compile(r"[+＋](?!\s*(?:$|[→,;·=-]|items?\b|[0-9]+ ?(?:gratis|free|geschenkt|kostenlos)\b))", re.IGNORECASE)
"""A plus that joins two offers, and is neither "or more" nor that of "2+1 free"."""
_SAID_TWICE = re.compile(r"(?P<first>.+?)\s*(?:\((?P<inside>[^()]+)\)|\s[—–-]\s+(?P<behind>.+))\s*[.!。]?")
"""What is said twice, as in "3 for 2 (buy 2 get 1 free)"."""
_PAUSE = re.compile(r"[,，](?!\d{3}(?!\d))")
_WIDE_THOUSANDS = re.compile(r"(?<=\d)，(?=\d{3}(?!\d))")
_USUAL_CURRENCIES = {"en": "USD", "zh": "CNY", "de": "EUR"}
_USUAL_OF_VARIANTS = {"zh": "TWD"}
"""The usual currency of a text with other signs than those of the word list: traditional Chinese."""


def parse_offer(text: str, currency: str, reading: int | None = None) -> dict[str, Any]:
    """Return the written terms of the offer that a short form states, as a file of offers holds them.

    Raises InputError, one sentence, for a text that is not understood or that tells an impossible offer, and for one
    that people use for two offers, unless the number of one `reading` is given.
    """
    check_currency(currency)
    names, parts = _parts(text)
    texts = [_Text(rest, scope, names, currency) for rest, scope in parts]
    if len(texts) > 1:
        _check_later(texts)
    choices = [one.readings() for one in texts]
    if len(texts) > 1:
        texts[-1].check_conditions(choices[-1])
    joined = [one[0] if len(one) == 1 else _combined(one) for one in product(*choices)]
    offers = [_lasting(one) for offer in joined for one in with_shipping(offer, [rest for rest, _ in parts])]
    for offer in offers:
        read_offers([offer], None, currency)
    if reading is not None and not 1 <= reading <= len(offers):
        several = Message("{count} readings", context="number of readings", count=len(offers))
        count = Message("one reading", context="number of readings") if len(offers) == 1 else several
        raise InputError(
            Message(
                "'{text}' has {count}, so there is no reading {reading}",
                text=_shown(text),
                count=count,
                reading=str(reading),
            )
        )
    if reading is None and len(offers) > 1:
        raise InputError(_both(text, offers, currency))
    return offers[(reading or 1) - 1]


def _lasting(offer: dict[str, Any]) -> dict[str, Any]:
    """Return a percentage or a price that lasts for hours as the flash sale that it is.

    Raises InputError for other offers that are said to, which would last for ever.
    """
    if "parts" in offer:
        return {**offer, "parts": [_lasting(part) for part in offer["parts"]]}
    if "hours" not in offer or offer["kind"] == "flash_sale":
        return offer
    if offer["kind"] == "coupon" and offer.keys() & {"percent", "price"}:
        return {**offer, "kind": "flash_sale"}
    raise InputError(
        Message(
            "only a percentage off or a price lasts for {hours} hours, as a flash sale; leave the hours out, and give "
            "other offers 'starts_at' and 'ends_at'",
            hours=offer["hours"],
        )
    )


def guess_currency(text: str) -> str:
    """Return the currency of the first sign or code outside names.

    Without one that is CNY for Chinese text, TWD for traditional Chinese, EUR for German text, else USD; TWD also for a
    sign in traditional Chinese that may stand for it.
    """
    rests = [unicodedata.normalize("NFKC", rest) for rest, _ in _parts(text)[1]]
    language = next((one for one in map(language_of, rests) if one != "en"), "en")
    words = word_list(language)
    has_variants = any(words.has_variants(rest) for rest in rests)
    usual = (_USUAL_OF_VARIANTS if has_variants else _USUAL_CURRENCIES)[language]
    signed = (signed_currency(words.spelt(rest), usual) for rest in rests)
    return next((currency for currency in signed if currency), usual)


def _both(text: str, offers: Sequence[Mapping[str, Any]], currency: str) -> Message:
    """Say each reading with its number."""
    language = "zh" if language_of(text) == "zh" else "en"
    said = ", ".join(f"{number}) '{print_offer(offer, language, currency)}'" for number, offer in enumerate(offers, 1))
    return Message(
        "'{text}' has {count} readings: {readings}; choose one by its number (--reading)",
        text=_shown(text),
        count=len(offers),
        readings=said,
    )


def _parts(text: str) -> tuple[Names, list[tuple[str, dict[str, Any]]]]:
    """What is joined by "+", each without its scope, and the scope."""
    if not 0 < len(text.strip()) <= LONGEST:
        raise InputError(
            Message(
                "a short form is a text of 1 to {most} signs, such as '20% off over $50' or '满200减20'",
                most=str(LONGEST),
            )
        )
    check_signs(text)
    names = Names(text)
    return names, [names.without_scope(part) for part in _JOIN.split(names.text)]


def _check_later(texts: Sequence[_Text]) -> None:
    """Raises InputError for a part that is a coupon for a later order, which is none on this one."""
    for part in texts:
        if part.words.is_later(part.text):
            raise InputError(
                Message("write two offers, as '{text}' is about a later order", text=part.shown(part.text))
            )


def _combined(parts: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Conditions stand behind the last part, and hold for all."""
    own = [dict(part) for part in parts]
    conditions = {name: own[-1].pop(name) for name in BOTH if name in own[-1]}
    for part in own:
        for name in BOTH:
            if name in part:
                raise InputError(
                    Message(
                        "conditions such as '{name}' of parts joined by '+' stand behind the last of them", name=name
                    )
                )
    return {"kind": "combined", "parts": own, **conditions}


def _shown(text: str) -> str:
    return text if len(text) <= _SEARCHED else f"{text[:_SEARCHED]}…"


class _Text:
    """One offer that is not combined."""

    def __init__(self, text: str, scope: Mapping[str, Any], names: Names, currency: str) -> None:
        self.scope, self.names, self.currency, self.text = scope, names, currency, text.strip()
        rest = text.replace("，", "， ")  # first as a pause: 300减30，500减60
        rest = unicodedata.normalize("NFKC", rest).strip().rstrip(".。!,;")
        self.language = language_of(rest)
        self.words = word_list(self.language)
        rest = plain_numbers(self.words.spelt(rest), self.language)
        if self.language == "zh":
            rest = numerals(rest)
        self.amounts = written_amounts(rest, currency)
        rest = marked(rest, currency)
        if self.language == "zh":
            body = re.sub(r"\s+", "", rest)
        else:
            body = " ".join(re.sub(rf"([%{MARK}])(?=[^\W\d_])", r"\1 ", rest).split())
        self.bodies = self.words.said(body)

    @property
    def grammar(self) -> str:
        """The language whose forms are read."""
        return "zh" if self.language == "zh" else "en"

    def readings(self) -> list[dict[str, Any]]:
        """Return the terms of each reading, with the scope. Raises InputError where there is none."""
        readings = self.understood() or self.with_thousands() or self.said_twice()
        if not readings:
            raise InputError(self.refusal())
        return [self.about(one) for one in readings]

    def understood(self) -> list[dict[str, Any]]:
        """Return the terms of each reading without the scope; none where a text is not understood."""
        readings = list[dict[str, Any]]()
        for body in self.bodies:
            parts = [self.read(part) for part in body.split("+")] if not self.scope else [self.read(body)]
            readings += [one[0] if len(one) == 1 else _combined(one) for one in product(*parts)]
        return [one for place, one in enumerate(readings) if one not in readings[:place]]

    def with_thousands(self) -> list[dict[str, Any]]:
        """Return the terms of a text in which full-width commas part thousands, as in 满1，000减100."""
        parted = _WIDE_THOUSANDS.sub(",", self.text)
        return [] if parted == self.text else _Text(parted, self.scope, self.names, self.currency).understood()

    def said_twice(self) -> list[dict[str, Any]]:
        """Return the terms of a text that says one offer in two ways."""
        repeated = _SAID_TWICE.fullmatch(self.text)
        if repeated is None or self.words.is_later(self.text):
            return []
        both = [
            _Text(part, self.scope, self.names, self.currency).understood()
            for part in (repeated["first"], repeated["inside"] or repeated["behind"])
        ]
        return both[0] if both[0] == both[1] else []

    def check_conditions(self, readings: Sequence[Mapping[str, Any]]) -> None:
        """Raises InputError for the last of several parts with a condition that may be one of it alone.

        One of all parts stands behind a comma, and what stands before it has none.
        """
        if not any(one.keys() & BOTH for one in readings):
            return
        for pause in _PAUSE.finditer(self.text):
            with suppress(InputError):
                head = _Text(self.text[: pause.start()], self.scope, self.names, self.currency).understood()
                if head and not any(one.keys() & BOTH for one in head):
                    return
        raise InputError(
            Message(
                "write two offers, as '{text}' behind a '+' may be about itself alone; a condition of all parts stands "
                "behind a comma: ', min spend $50' (，满50可用)",
                text=self.shown(self.text),
            )
        )

    def about(self, described: dict[str, Any]) -> dict[str, Any]:
        """Return terms with what the offer is about."""
        described = dict(described)
        if described["kind"] != "bundle":
            return {"kind": described.pop("kind"), **self.scope, **described}
        parts = [{**self.scope, "count": described.pop("count")}]
        return {"kind": described.pop("kind"), "parts": parts, **described}

    def read(self, body: str) -> list[dict[str, Any]]:
        """Return the terms of each reading of one text without "+"."""
        body, modified = self.modifiers(body)
        for form, expression in _expressions((*SHORTHANDS, *FORMS), self.grammar):
            match = expression.fullmatch(body)
            if match:
                terms = {**form.fixed, **self.values(match)}
                price = match.groupdict().get("price") or ""
                meant = meanings(form.kind, terms, price, self.language)
                return [one for each in meant for one in capped({**each, **modified})]
        tiers = self.tiers(body)
        return [] if tiers is None else capped({"kind": "spend_and_save", **tiers, **modified})

    def modifiers(self, body: str) -> tuple[str, dict[str, Any]]:
        """The text before and between them, and what they say."""
        modifiers: dict[str, Any] = {}
        while modifier := self.modifier(body):
            body, values = modifier
            twice = next((name for name in values if name in modifiers), None)
            if twice is not None:
                raise InputError(
                    Message(
                        "'{text}' says '{twice}' twice",
                        context="error",
                        text=self.shown(self.text),
                        twice=str(twice),
                    )
                )
            modifiers |= values
        return body, modifiers

    def modifier(self, body: str) -> tuple[str, dict[str, Any]] | None:
        """The last one, or one that stands before."""
        for form, expression in _modifiers(self.grammar):
            match = expression.fullmatch(body)
            if match:
                return match["rest"], {**form.fixed, **self.values(match)}
        return None

    def tiers(self, body: str) -> dict[str, Any] | None:
        """One tier, or several of the same sort."""
        rows, place = list[dict[str, Any]](), 0
        while place < len(body):
            tier = self.tier(body, place)
            if tier is None:
                return None
            row, place = tier
            rows.append(row)
        shared = [{name: row.pop(name) for name in ("each_full", "by_count") if name in row} for row in rows]
        if any(one != shared[0] for one in shared):
            raise InputError(
                Message(
                    "the tiers of '{text}' must all be by amount or all by number of units", text=self.shown(self.text)
                )
            )
        if not rows:
            return None
        check_tiers(rows)
        return shared[0] | (rows[0] if len(rows) == 1 else {"tiers": rows})

    def tier(self, body: str, place: int) -> tuple[dict[str, Any], int] | None:
        """The longest one that begins there, and where the next one begins."""
        matches = ((expression.match(body, place), form) for form, expression in _expressions(TIERS, self.grammar))
        match, form = max(matches, key=lambda one: one[0].end() if one[0] else -1)
        if match is None:
            return None
        between = _BETWEEN.match(body, match.end())
        return {**form.fixed, **self.values(match)}, between.end() if between else match.end()

    def values(self, match: re.Match[str]) -> dict[str, Any]:
        """What a match says, as terms hold it."""
        groups = match.groupdict()
        return {name: self.value(name, written) for name, written in groups.items() if name != "rest"}

    def value(self, name: str, written: str) -> str | int:
        if name in MONEY:
            return read_amount(written, self.currency)
        if name == "percent":
            return read_percent(written)
        if name == "rate":
            return written
        return self.names.of(written) if name in NAMED else int(written)

    def refusal(self) -> Message:
        """What was not understood, and what would do."""
        text = self.text
        for end in range(min(len(text) - 1, _SEARCHED), 0, -1):
            if self.language != "zh" and text[end - 1 : end + 1].isalnum():
                continue
            with suppress(InputError):
                if text[end - 1] != " " and _Text(text[:end], {}, self.names, self.currency).understood():
                    start, rest = self.shown(text[:end].strip()), self.shown(text[end:]).strip()
                    fault = Message("'{start}' is understood, but not '{rest}' behind it", start=start, rest=rest)
                    return _REMEDIED.with_values(fault=fault, remedy=self.remedy(start, rest))
        fault = Message("'{text}' is not the short form of an offer", text=self.shown(text))
        return _REMEDIED.with_values(fault=fault, remedy=self.remedy())

    def remedy(self, start: str = "", rest: str = "") -> Message:
        """A form that is near in meaning; `start` is understood, the rest behind it is not."""
        match = re.fullmatch(r"(.* off) ([^\d\s,]+)", self.text) if self.language == "en" else None
        if match and not is_no_name(match[2]):
            form = f"{self.shown(match[1])} on {named(match[2])}"
            return _IF_CATEGORY.with_values(name=match[2], form=form)
        before = self.words_before() if self.language == "zh" else ""
        if before and not _NO_CATEGORY.search(before):
            form = f"[{before}] {self.shown(self.text[len(before) :]).strip()}"
            return _IF_CATEGORY.with_values(name=before, form=form)
        if self.language == "zh" and _NAME_BEHIND.fullmatch(rest) and not _NO_CATEGORY.search(rest):
            return _IF_CATEGORY.with_values(name=rest, form=f"[{named(rest)}] {start}")
        hint = self.words.hint(self.text)
        if hint is None:
            return Message("docs/how-to/parse-offer.md lists the forms, in English, Chinese and German")
        return Message("the nearest form is '{form}'", form=hint)

    def words_before(self) -> str:
        """Words before what is understood, which may say what it is about; empty where none do."""
        words = None if self.scope else _WORDS_BEFORE.match(self.text)
        for end in range(2, len(words[0]) + 1 if words else 0):
            with suppress(InputError):
                if _Text(self.text[end:].strip(), {}, self.names, self.currency).understood():
                    return self.text[:end]
        return ""

    def shown(self, text: str) -> str:
        """A piece of the text as it was given."""
        return _shown(self.names.shown(text))


@cache
def _expressions(forms: tuple[ShortForm, ...], language: str) -> tuple[tuple[ShortForm, re.Pattern[str]], ...]:
    return tuple(_compiled(forms, language))


def _compiled(forms: tuple[ShortForm, ...], language: str) -> Iterator[tuple[ShortForm, re.Pattern[str]]]:
    for form in forms:
        for template in form.templates(language):
            yield form, re.compile(pattern(template, language), re.IGNORECASE)


@cache
def _modifiers(language: str) -> tuple[tuple[ShortForm, re.Pattern[str]], ...]:
    modifiers = []
    for form in MODIFIERS:
        for template in form.templates(language):
            before = template.startswith("^")
            said = pattern(template.lstrip("^, "), language)
            complete = f"{said}[\\s,:]*(?P<rest>.+)" if before else f"(?P<rest>.+?)[\\s,]*{said}"
            modifiers.append((form, re.compile(complete, re.IGNORECASE)))
    return tuple(modifiers)
