"""Figures as a reader sees them: rounded to what is known, with their unit.

An estimate is rounded to two significant digits of its interval. Money is the exception that readers expect: whole
units once half the interval is a few units or more (tens and hundreds by the second digit of that half), otherwise
all digits of the currency. Signs, separators and the places of symbols come from CLDR.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from functools import cache

from babel import Locale
from babel.numbers import get_currency_symbol, get_decimal_symbol, get_group_symbol

from offerloop.evaluation import Estimate, known_step
from offerloop.events import EPOCH
from offerloop.locale import ENGLISH
from offerloop.message import Share
from offerloop.money import DIGITS, half_up, is_unit, to_text

WHOLE_FROM = 2.5
"""Half an interval of this many units makes fractions of a unit pointless."""
BRITISH = "en_GB"
"""CLDR's English for the world: 1 January 2018, A, B and C."""
_SEPARATOR = re.compile(r"(?<=\d)[,.](?=\d)")
MACHINE_DIGITS = 6
"""Digits after the point in files for programs."""


def count(value: float, language: str = ENGLISH) -> str:
    """A number of things."""
    return in_digits(f"{round(value):,}", language)


def percent(share: float) -> str:
    """``"12 %"``, ``"1.5 %"``."""
    return str(Share(share))


def in_digits(text: str, language: str) -> str:
    """Return a text with its English numbers as a language separates their digits."""
    locale = cldr_locale(language)
    signs = {",": get_group_symbol(locale), ".": get_decimal_symbol(locale)}
    return _SEPARATOR.sub(lambda match: signs[match.group()], text)


@cache
def percent_sign(language: str) -> str:
    """Return what stands behind a percentage; in English a space and the sign, elsewhere what CLDR has."""
    return " %" if language == ENGLISH else cldr_locale(language).percent_formats[None].suffix[0]


@cache
def cldr_locale(language: str) -> Locale:
    """Return how CLDR writes a language."""
    return Locale.parse(BRITISH if language == ENGLISH else language)


def language_name(language: str) -> str:
    """Return what a language calls itself."""
    return str(cldr_locale(language).language_name)


@cache
def _around(currency: str, language: str) -> tuple[str, str]:
    """Return what stands before and behind an amount; the sign without the country that CLDR puts before it (US$)."""
    if not currency or is_unit(currency):
        return "", f" {currency}"
    locale = cldr_locale(language)
    symbol = get_currency_symbol(currency, locale)
    short = symbol if symbol == currency else symbol.removeprefix(currency[:2])
    pattern = locale.currency_formats["standard"]
    before, behind = (part.replace("¤", short) for part in (pattern.prefix[0], pattern.suffix[0]))
    return (f"{before} " if before[-1:].isalpha() else before), behind


def rounded(estimate: Estimate) -> dict[str, float]:
    """Return an estimate with its interval for a file that programs read."""
    return {end: round(getattr(estimate, end), MACHINE_DIGITS) for end in ("value", "low", "high")}


def iso_day(epoch_day: int) -> str:
    """``"2018-01-01"``."""
    return (EPOCH + timedelta(days=epoch_day)).isoformat()


@dataclass(frozen=True)
class Money:
    """Amounts in one currency, given in minor units."""

    currency: str
    language: str = ENGLISH

    @property
    def unit(self) -> int:
        """Minor units in one of the currency."""
        return int(10 ** DIGITS[self.currency])

    @property
    def symbol(self) -> str:
        """What stands before an amount; nothing for a unit that is no currency."""
        return _around(self.currency, self.language)[0]

    @property
    def behind(self) -> str:
        """What stands behind an amount, such as a unit that is no currency."""
        return _around(self.currency, self.language)[1]

    def decimal(self, minor: float) -> str:
        """Decimal text for machines: ``"125.56"``."""
        return to_text(half_up(Decimal(str(float(minor)))), self.currency)

    def text(self, minor: float) -> str:
        """One amount: whole units from 20 units up and of what is no currency, otherwise the currency's digits."""
        whole = abs(minor) >= 20 * self.unit or (is_unit(self.currency) and minor % self.unit == 0)
        places = 0 if whole else DIGITS[self.currency]
        return self._shown(minor, places)

    def exact(self, minor: float) -> str:
        """One amount with the currency's digits, unless they are zero."""
        return self._shown(minor, 0 if minor % self.unit == 0 else DIGITS[self.currency])

    def significant(self, minor: float) -> str:
        """One amount with two significant digits or more: ``"$0.036"``, where `text` would show $0.04."""
        size = abs(minor) / self.unit
        digits = 1 - math.floor(math.log10(size)) if size else 0
        return self._shown(minor, digits) if digits > DIGITS[self.currency] else self.text(minor)

    def estimate(self, minor: Estimate) -> str:
        """``"$126 [52, 199]"``."""
        return " ".join(self.parts(minor))

    def parts(self, minor: Estimate) -> tuple[str, str]:
        """Return the amount, and its interval in brackets."""
        half = (minor.high - minor.low) / 2 / self.unit
        step = self._step(half)
        places = max(0, -round(math.log10(step)))
        low, high = (in_digits(end, self.language) for end in minor.times(1 / self.unit).end_texts(step))
        return self._shown(round(minor.value / self.unit / step) * step * self.unit, places), f"[{low}, {high}]"

    def _step(self, half: float) -> float:
        """What an amount is rounded to, in units of the currency, from half of its interval."""
        if half >= WHOLE_FROM:
            return max(1.0, known_step(half))
        least = 1 / self.unit
        return least if half >= WHOLE_FROM * least or half <= 0 else known_step(2 * half)

    def _shown(self, minor: float, places: int) -> str:
        size = self.around(f"{abs(minor) / self.unit:,.{places}f}")
        return f"−{size}" if round(minor / self.unit, places) < 0 else size

    def around(self, size: str) -> str:
        """Return an English number as an amount: in the language's digits, with the symbol or unit."""
        return f"{self.symbol}{in_digits(size, self.language)}{self.behind}"
