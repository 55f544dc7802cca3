"""Figures as a reader sees them: rounded to what is known, with their unit.

An estimate is rounded to two significant digits of its interval. Money is the exception that readers expect: whole
units once half the interval is a few units or more (tens and hundreds by the second digit of that half), otherwise
all digits of the currency.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from offerloop.evaluation import Estimate, known_step, signed
from offerloop.events import EPOCH
from offerloop.money import DIGITS, half_up, to_text

WHOLE_FROM = 2.5
"""Half an interval of this many units makes fractions of a unit pointless."""
SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£", "CNY": "¥", "JPY": "¥", "KRW": "₩", "CHF": "CHF "}
MACHINE_DIGITS = 6
"""Digits after the point in files for programs."""


def count(value: float) -> str:
    """A number of things."""
    return f"{round(value):,}"


def percent(share: float, least: float = 0.0) -> str:
    """``"12 %"``, ``"1.5 %"``; a share above zero but below `least` is called that."""
    if 0 < share < least:
        return f"less than {percent(least)}"
    size = abs(share) * 100
    places = 0 if size >= 10 or abs(size - round(size)) < 0.05 else 1
    return signed(f"{size:.{places}f}", negative=share < 0) + " %"


def day_text(epoch_day: int) -> str:
    """``"1 January 2018"``."""
    day = EPOCH + timedelta(days=epoch_day)
    return f"{day.day} {day:%B %Y}"


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

    @property
    def unit(self) -> int:
        """Minor units in one of the currency."""
        return int(10 ** DIGITS[self.currency])

    @property
    def symbol(self) -> str:
        """What stands before an amount; nothing for a unit that is no currency."""
        return SYMBOLS.get(self.currency, "")

    @property
    def behind(self) -> str:
        """What stands behind an amount: a unit that is no currency."""
        return "" if self.currency in SYMBOLS else f" {self.currency}"

    def decimal(self, minor: float) -> str:
        """Decimal text for machines: ``"125.56"``."""
        return to_text(half_up(Decimal(str(float(minor)))), self.currency)

    def text(self, minor: float) -> str:
        """One amount: whole units from 20 units up and of what is no currency, otherwise the currency's digits."""
        whole = abs(minor) >= 20 * self.unit or (self.behind != "" and minor % self.unit == 0)
        places = 0 if whole else DIGITS[self.currency]
        return self._shown(minor, places)

    def exact(self, minor: float) -> str:
        """One amount with the currency's digits, unless they are zero."""
        return self._shown(minor, 0 if minor % self.unit == 0 else DIGITS[self.currency])

    def estimate(self, minor: Estimate) -> str:
        """``"$126 [52, 199]"``."""
        half = (minor.high - minor.low) / 2 / self.unit
        step = self._step(half)
        places = max(0, -round(math.log10(step)))
        low, high = minor.times(1 / self.unit).end_texts(step)
        return f"{self._shown(round(minor.value / self.unit / step) * step * self.unit, places)} [{low}, {high}]"

    def _step(self, half: float) -> float:
        """What an amount is rounded to, in units of the currency, from half of its interval."""
        if half >= WHOLE_FROM:
            return max(1.0, known_step(half))
        least = 1 / self.unit
        return least if half >= WHOLE_FROM * least or half <= 0 else known_step(2 * half)

    def _shown(self, minor: float, places: int) -> str:
        size = f"{self.symbol}{abs(minor) / self.unit:,.{places}f}{self.behind}"
        return f"−{size}" if round(minor / self.unit, places) < 0 else size
