"""The shop's money and time zone, from signs, places and scripts in the cells, else from the headers' language."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any
from zoneinfo import available_timezones

import polars as pl

from offerloop.errors import InputError
from offerloop.events import CURRENCY_CODES, CURRENCY_SIGNS, are_mixed, named_currency, signs_in
from offerloop.mapping.contents import SourceColumn, is_words
from offerloop.mapping.matching import OF_PORTUGAL, TRADITIONAL, ColumnMatch
from offerloop.message import Message, Share, both
from offerloop.money import DIGITS

_HOME = {
    "de": "EUR", "fr": "EUR", "es": "EUR", "it": "EUR", "nl": "EUR", "pt": "BRL", OF_PORTUGAL: "EUR", "pl": "PLN",
    "tr": "TRY", "zh": "CNY", TRADITIONAL: "TWD", "ja": "JPY", "ko": "KRW", "en": "USD",
}  # fmt: skip
_ZONES = {
    "de": "Europe/Berlin", "fr": "Europe/Paris", "es": "Europe/Madrid", "it": "Europe/Rome", "nl": "Europe/Amsterdam",
    OF_PORTUGAL: "Europe/Lisbon",
}  # fmt: skip
"""Zones of languages whose money is that of several countries."""
_SCRIPTS = {"JPY": r"[\x{3040}-\x{30ff}]", "KRW": r"[\x{ac00}-\x{d7a3}]", "CNY": r"[\x{4e00}-\x{9fff}]"}
"""Letters of languages that are spoken where one money is; kana come first, because Japanese has Chinese signs too."""
_MOSTLY, _SOME = 0.5, 0.2
"""Share of the cells that must be known places, or in a script; fewer are enough in a column that is called so."""
_PLACE = re.compile(
    r"country|city|state|province|region|land|stadt|ort|ville|pays|ciudad|pa[ií]s|citt[aà]|paese|cidade|plaats|miasto|"
    r"kraj|şehir|ülke|国|國|城市|省|県|市区|시도|도시|지역|국가",
    re.I,
)


_DOLLARS = ("AUD", "CAD", "HKD", "MXN", "TWD", "USD")
"""Currencies that are written with "$"."""
_WORDS_TOO = ("INR", "SEK", "TRY", "kr")
"""Currencies whose signs in another case are words or abbreviations, as of seconds."""
_CODE = re.compile(r"[(（\[]([A-Z]{3})[)）\]]")
_ZONE_NAME = re.compile(r"time ?_?zone|\btz\b|zeitzone|fuseau|zona horaria|fuso|时区|時區|タイムゾーン|시간대", re.I)
_NAMED_ZONES = {
    f"{name} Time (US & Canada)": f"America/{city}"
    for name, city in {
        "Eastern": "New_York", "Central": "Chicago", "Mountain": "Denver", "Pacific": "Los_Angeles",
        "Atlantic": "Halifax",
    }.items()
} | {"Arizona": "America/Phoenix", "Alaska": "America/Anchorage", "Hawaii": "Pacific/Honolulu"}  # fmt: skip
"""Zones as tills of the United States and Canada name them."""


@dataclass(frozen=True)
class GuessedValue:
    """A value of the configuration, and what speaks for it."""

    value: str
    evidence: Message | None = None
    """What in the data speaks for it; empty where it was given, or where nothing but a habit does."""
    doubt: Message | None = None
    """What a reader should compare, where nothing but a habit speaks for the value."""
    is_given: bool = False
    is_of_a_sign: bool = False
    """Whether only a sign speaks for it, which several currencies may share."""

    @property
    def why(self) -> Message | str:
        """The comment behind it."""
        if self.is_given:
            return ""
        if self.evidence is None:
            return Message("assumed", context="why a value is set so")
        return Message("assumed: {evidence}", context="why a value is set so", evidence=self.evidence)


def guess_currency(
    currency: str | None, language: str, orders: ColumnMatch, beside: Iterable[ColumnMatch] = ()
) -> GuessedValue:
    """Return the currency as given, else of codes, signs, places or scripts, else the one of the headers' language.

    Raises InputError for a currency that is not known, and for a column in two of them.
    """
    check_single(orders)
    if currency is not None:
        if currency.upper() not in DIGITS:
            raise InputError(
                Message(
                    "'{currency}' is not a currency; write its three letters (ISO 4217), such as EUR", currency=currency
                )
            )
        return GuessedValue(currency.upper(), is_given=True)
    if evidence := currency_evidence(language, orders, beside):
        return evidence
    doubt = Message(
        "no sign, code or place settles the currency, so {currency} is assumed; else correct shop.currency",
        currency=_HOME[language],
    )
    return GuessedValue(_HOME[language], doubt=doubt)


def currency_evidence(language: str, orders: ColumnMatch, beside: Iterable[ColumnMatch] = ()) -> GuessedValue | None:
    """Return the currency that the data speak for, in order of how surely; None when they say nothing."""
    codes = orders.column("currency")
    if codes is not None and (counts := Counter(filter(None, map(named_currency, codes.filled.to_list())))):
        return GuessedValue(
            counts.most_common(1)[0][0], Message("the commonest in '{column}'", context="evidence", column=codes.name)
        )
    matches = [orders, *beside]
    if evidence := _signed(language, matches):
        return evidence
    return _placed(matches) or _scripted(matches, language)


def check_single(orders: ColumnMatch) -> None:
    """Raise InputError for a column of amounts in two currencies: their sum would mean nothing."""
    for column in orders.columns.values():
        signs = signs_in(column.filled) if column.cells.dtype == pl.String and column.numeric else {}
        if orders.column("currency") is None and are_mixed(signs):
            examples = both([f"'{cell}'" for cell in signs.values()])
            raise InputError(
                Message(
                    "column '{column}' holds amounts in several currencies, such as {examples}, and they "
                    "cannot be added; write them in one, or add a column with the code of each row's currency",
                    column=column.name,
                    examples=examples,
                )
            )


def _signed(language: str, matches: Sequence[ColumnMatch]) -> GuessedValue | None:
    """The currency of a sign in amounts of the order lines, the first of the matches, or in a name of theirs.

    What was paid counts first.
    """
    orders = matches[0]
    paid = orders.guesses["paid"].theirs if "paid" in orders.guesses else ()
    for column in sorted((one for one in orders.columns.values() if one.numeric), key=lambda one: one.name not in paid):
        signs = signs_in(column.filled) if column.cells.dtype == pl.String else {}
        sign = currency_in_name(column.name) or next(iter(signs), None)
        if sign is None:
            continue
        if sign == "¥":
            sign = "CNY" if language == "zh" else _yuan_or_yen(language, orders)
        elif sign == "kr":
            sign = _krone(orders)
        elif sign == "$" and (placed := _placed(matches)) is not None and placed.value in _DOLLARS:
            return placed
        elif sign in ("$", "CNY") and language == TRADITIONAL:
            sign = _HOME[TRADITIONAL]  # 元 and $ are dollars of Taiwan there
        evidence = Message("a sign of it stands in '{column}'", column=column.name)
        return GuessedValue("USD" if sign == "$" else sign, evidence, is_of_a_sign=True)
    return None


def currency_in_name(name: str) -> str | None:
    """Return the currency whose sign or code stands in a column's name."""
    code = _CODE.search(name)
    if code is not None and code[1] in DIGITS:
        return code[1]
    for money, sign in (*CURRENCY_CODES.items(), *CURRENCY_SIGNS.items()):
        case = re.NOFLAG if money in _WORDS_TOO else re.IGNORECASE
        if re.search(rf"(?<![A-Za-z가-힣])({sign})(?![A-Za-z가-힣])", name, case):
            return money
    return None


def _yuan_or_yen(language: str, orders: ColumnMatch) -> str:
    """Return which of the two currencies with the same sign it is: by places and scripts, then by fractions."""
    evidence = _placed([orders]) or _scripted([orders], language)
    if evidence is not None and evidence.value in ("CNY", "JPY"):
        return evidence.value
    paid = orders.column("paid") or orders.column("unit_price")
    return "CNY" if paid is not None and paid.fractions else "JPY"


def _krone(orders: ColumnMatch) -> str:
    """Return which of the Scandinavian currencies it is: by places, else that of most people."""
    evidence = _placed([orders])
    return evidence.value if evidence is not None and evidence.value in ("NOK", "DKK") else "SEK"


@lru_cache(maxsize=1)
def _written_places() -> Mapping[str, Any]:
    file = resources.files("offerloop.mapping") / "places.toml"
    return tomllib.loads(file.read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def _money_of() -> dict[str, str]:
    """Money by place, in small letters. Abbreviations of two letters that two countries share count for neither."""
    written = [(place.lower(), money) for money, one in _written_places().items() for place in one["places"]]
    counts = Counter(place for place, _ in written)
    return {place: money for place, money in written if counts[place] == 1}


def _placed(matches: Iterable[ColumnMatch]) -> GuessedValue | None:
    """The currency of most places in the column with the most countries or cities; empty cells count against it."""
    columns = [one for match in matches for one in match.columns.values() if _wordy(one)]
    columns_with_money = [(_moneys(column), column) for column in columns]
    enough = [
        (moneys, column)
        for moneys, column in columns_with_money
        if moneys.len() >= (_SOME if _PLACE.search(column.name) else _MOSTLY) * column.cells.len()
    ]
    if not enough:
        return None
    moneys, column = max(enough, key=lambda one: one[0].len() / one[1].cells.len())
    money = str(moneys.mode().sort()[0])
    share = (moneys == money).mean()
    if isinstance(share, float) and share > _MOSTLY:
        return GuessedValue(
            money,
            Message(
                "{share} of the places known in '{column}' are where it is",
                share=Share(round(share, 2)),
                column=column.name,
            ),
        )
    return None


def _moneys(column: SourceColumn) -> pl.Series:
    """The currency of each cell that is a known place."""
    cells = column.filled.str.to_lowercase().str.strip_suffix("市")
    return cells.replace_strict(_money_of(), default=None, return_dtype=pl.String).drop_nulls()


def _scripted(matches: Iterable[ColumnMatch], language: str) -> GuessedValue | None:
    """The currency of the script in which most cells of a column are written."""
    columns = [one for match in matches for one in match.columns.values() if _wordy(one)]
    for money, signs in _SCRIPTS.items():
        for column in columns:
            if column.filled.head(1000).str.contains(signs).mean() > _MOSTLY:  # type: ignore[operator]
                spoken = _HOME[TRADITIONAL] if (money, language) == ("CNY", TRADITIONAL) else money
                return GuessedValue(
                    spoken, Message("'{column}' is written in the language of where it is", column=column.name)
                )
    return None


def _wordy(column: SourceColumn) -> bool:
    return column.cells.dtype == pl.String and column.filled.len() > 0 and not column.numeric and not column.dated


def guess_zone(language: str, currency: str, orders: ColumnMatch | None = None) -> GuessedValue:
    """Return the zone that a column names, else the time zone of the language or of the currency, else UTC."""
    for column in [] if orders is None else orders.columns.values():
        if _ZONE_NAME.search(column.name) and is_words(column):
            value = str(column.filled.mode().sort()[0])
            if zone := _NAMED_ZONES.get(value) or (value if value in available_timezones() else None):
                return GuessedValue(
                    zone, Message("the commonest in '{column}'", context="evidence", column=column.name)
                )
    home = {money: one["zone"] for money, one in _written_places().items()}
    zone = _ZONES.get(language) if _HOME[language] == currency else None
    return GuessedValue(zone or home.get(currency, "UTC"))
