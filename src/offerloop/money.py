"""Money as integers of a currency's minor unit (cents), never floats.

Percentages are exact rationals; a half is rounded up (away from zero), as shops and tax offices do.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Context, Decimal, DecimalException, Inexact, InvalidOperation
from fractions import Fraction

from offerloop.errors import InputError
from offerloop.message import Message

MICRO = 1_000_000
"""Micro-units in one minor unit; expected costs are integers of these."""


class _Digits(dict[str, int]):
    """Units that are no currency, written in small letters (lessons, minutes, seats), count in hundredths."""

    def __missing__(self, unit: str) -> int:
        if is_unit(unit):
            return 2
        raise KeyError(unit)


def is_unit(name: str) -> bool:
    """Whether a name is that of a unit that is no currency: small letters, such as "lessons"."""
    return name.replace(" ", "").isalpha() and name == name.lower() and name != name.upper()


def is_currency(name: str) -> bool:
    """Whether a shop may count in it: a currency's code, or a unit that is no such code in small letters."""
    return name in DIGITS or (is_unit(name) and name.upper() not in DIGITS)


_TWO = """
AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC CUP
CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR
KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN
PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD
TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG
"""
_NONE, _THREE = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF", "BHD IQD JOD KWD LYD OMR TND"
DIGITS = _Digits({code: n for n, codes in ((2, _TWO), (0, _NONE), (3, _THREE)) for code in codes.split()})
"""Decimal digits of each currency (ISO 4217), and of other units."""

_EXACT = Context(prec=28, traps=[InvalidOperation, Inexact])
TOO_MUCH = 10**18
"""Amounts stay below it, so that they fit into 64 bits."""


def to_minor(amount: str | int | Decimal, currency: str) -> int:
    """``"12.40"`` as 1240 minor units.

    Raises InputError when the text is not a number, has more digits than the currency, or is 10^18 and more, and for
    an unknown currency or unit.
    """
    try:
        digits = DIGITS[currency]
    except KeyError:
        raise InputError(
            Message("'{unit}' is no currency such as EUR, and no unit such as seats", unit=currency)
        ) from None
    try:
        exact = Decimal(str(amount).strip()).scaleb(digits, _EXACT)
    except DecimalException:
        raise InputError(
            Message("'{amount}' is not an amount of money; write it like 12.40", amount=str(amount))
        ) from None
    if not exact.is_finite() or exact != exact.to_integral_value():
        raise InputError(
            Message(
                "'{amount}' is not an amount in {currency}, which has {digits} decimal digits",
                amount=str(amount),
                currency=currency,
                digits=digits,
            )
        )
    if abs(exact) >= TOO_MUCH:
        raise InputError(Message("'{amount}' is too large an amount", amount=str(amount)))
    return int(exact)


def to_text(minor: int, currency: str) -> str:
    """1240 as ``"12.40"``: decimal text with the currency's digits, no separators."""
    return str(Decimal(minor).scaleb(-DIGITS[currency]).quantize(Decimal(1).scaleb(-DIGITS[currency])))


def round_up(minor: Fraction) -> int:
    """The least whole minor unit not below an exact amount; what a liability is rounded to."""
    return -((-minor.numerator) // minor.denominator)


_LARGE_EXPONENT = re.compile(r"[eE][+-]?[0-9_]{4}")


def exact_share(value: str | float | int) -> Fraction:
    """A share or a percentage as it is written (``0.15``): the rational 15/100 that was meant, not the float.

    Raises ValueError for what is no number, and for exponents of four digits, whose powers take for ever.
    """
    text = str(value)
    if _LARGE_EXPONENT.search(text):
        raise ValueError(text)
    return Fraction(text)


def read_margin(text: str) -> str:
    """A margin as typed, ``.35`` or ``35%``, as it stands in a configuration. Raises InputError when it is none."""
    number, percent = text.strip().removesuffix("%"), text.strip().endswith("%")
    try:
        share = Decimal(number.strip()) / (100 if percent else 1)
        is_share = 0 < share <= 1
    except InvalidOperation:
        is_share = False
    if not is_share:
        raise InputError(Message("the margin must be a share such as 0.3 or 30%, not '{text}'", text=text))
    return f"{share.normalize():f}"


def half_up(value: Decimal | Fraction | int) -> int:
    """The nearest minor unit, half away from zero. A Decimal or Fraction is taken exactly."""
    exact = Fraction(value)
    size = (2 * abs(exact.numerator) + exact.denominator) // (2 * exact.denominator)
    return size if exact >= 0 else -size


def share(amount: int, weights: Sequence[int], most: Sequence[int] | None = None) -> list[int]:
    """An amount of 0 or more divided in proportion to weights, by largest remainder, ties to the earliest.

    The parts add up to the amount exactly, or to the sum of `most` where that is less: nothing gets more than its
    `most`, and what it cannot take is divided among the others again. With weights of 0 only, all are alike.
    """
    total = sum(weights)
    if total and (most is None or all(amount * one <= cap * total for one, cap in zip(weights, most, strict=True))):
        return _by_largest_remainder(amount, weights, total)
    return _within(amount, weights, [amount] * len(weights) if most is None else most)


def _within(amount: int, weights: Sequence[int], most: Sequence[int]) -> list[int]:
    """Whoever would get its `most` and above gets it, and the others share what is left, until nobody does."""
    parts, left = [0] * len(weights), amount
    not_full = [one for one, limit in enumerate(most) if limit > 0]
    while left and not_full:
        sizes = [weights[one] for one in not_full]
        if not any(sizes):
            sizes = [1] * len(not_full)
        total = sum(sizes)
        full = [one for one, size in zip(not_full, sizes, strict=True) if left * size >= most[one] * total]
        if not full:
            for place, part in zip(not_full, _by_largest_remainder(left, sizes, total), strict=True):
                parts[place] = part
            break
        for place in full:
            parts[place] = most[place]
            left -= most[place]
        not_full = [one for one in not_full if parts[one] == 0]
    return parts


def _by_largest_remainder(amount: int, sizes: Sequence[int], total: int) -> list[int]:
    parts, remainders, left = [], [], amount
    for size in sizes:
        part, remainder = divmod(amount * size, total)
        parts.append(part)
        remainders.append(remainder)
        left -= part
    if left:
        for place in sorted(range(len(parts)), key=remainders.__getitem__, reverse=True)[:left]:
            parts[place] += 1
    return parts
