"""The shop's money and time zone, from the headers' language and the signs in the cells."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

import polars as pl

from offerloop.errors import InputError
from offerloop.money import DIGITS
from offerloop.service.guess import Match

_SIGNS = {"EUR": "€|EUR", "GBP": "£|GBP", "CNY": "元|圆|RMB|CNY", "CHF": "CHF", "KRW": "₩|KRW", "USD": r"\$|USD",
          "JPY": "円|JPY"}  # fmt: skip
_YEN_OR_YUAN = "[¥￥]"
_ZONES = {"EUR": "Europe/Berlin", "CNY": "Asia/Shanghai", "GBP": "Europe/London", "CHF": "Europe/Zurich"}
_HOME = {"de": "EUR", "zh": "CNY", "en": "USD"}


@dataclass(frozen=True)
class Said:
    """A value of the configuration and the comment behind it."""

    value: str
    why: str


def guess_currency(given: str | None, language: str, orders: Match) -> Said:
    """As given, else the column of codes, else a sign in cells or headers, else the one at home where the language is.

    Raises InputError for a currency that is not known.
    """
    if given is not None:
        if given.upper() not in DIGITS:
            raise InputError(f"'{given}' is not a currency; write its three letters (ISO 4217), such as EUR")
        return Said(given.upper(), "")
    codes = orders.column("currency")
    if codes is not None:
        counts = Counter(code.upper() for code in codes.filled.to_list() if code.upper() in DIGITS)
        return Said(counts.most_common(1)[0][0], f"assumed: the commonest in '{codes.name}'")
    for currency, sign in _signs(language).items():
        if place := _where(sign, orders):
            return Said(currency, f"assumed: a sign of it stands in '{place}'")
    return Said(_HOME[language], "assumed")


def _signs(language: str) -> dict[str, str]:
    yuan = "CNY" if language == "zh" else "JPY"
    return {**_SIGNS, yuan: f"{_SIGNS[yuan]}|{_YEN_OR_YUAN}"}


def _where(sign: str, orders: Match) -> str | None:
    """The column whose name or amounts carry a sign."""
    for name, column in orders.columns.items():
        if re.search(rf"(?<![A-Za-z])({sign})(?![A-Za-z])", name, re.IGNORECASE):
            return name
        if column.cells.dtype == pl.String and column.numeric and column.filled.head(200).str.contains(sign).any():
            return name
    return None


def guess_zone(language: str, currency: str) -> Said:
    """Where the language or the money is at home, else UTC."""
    zone = {"de": "Europe/Berlin", "zh": "Asia/Shanghai"}.get(language) or _ZONES.get(currency, "UTC")
    return Said(zone, "assumed")
