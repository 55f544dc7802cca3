"""Amounts, percentages and numerals in short forms, exact throughout.

Before a text is matched, every amount with a sign or a code becomes its digits with the mark `¤` behind them.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from fractions import Fraction

from offerloop.errors import InputError
from offerloop.message import Message
from offerloop.money import DIGITS, is_unit, to_minor, to_text

MARK = "¤"
CHINESE = re.compile(r"[\u4e00-\u9fff]")

_SIGNS = {
    "US$": ("USD",), "HK$": ("HKD",), "R$": ("BRL",), "AU$": ("AUD",), "A$": ("AUD",), "CA$": ("CAD",), "C$": ("CAD",),
    "NZ$": ("NZD",), "S$": ("SGD",), "NT$": ("TWD",), "MX$": ("MXN",),
    "$": ("USD", "AUD", "CAD", "HKD", "MXN", "NZD", "SGD", "TWD"),
    "€": ("EUR",), "£": ("GBP",), "¥": ("CNY", "JPY"), "RMB": ("CNY",),
    "美元": ("USD",), "美金": ("USD",), "欧元": ("EUR",), "英镑": ("GBP",), "日元": ("JPY",), "港元": ("HKD",),
    "₹": ("INR",), "₦": ("NGN",), "₩": ("KRW",), "₽": ("RUB",), "₺": ("TRY",), "₫": ("VND",), "฿": ("THB",),
    "₪": ("ILS",), "₴": ("UAH",), "৳": ("BDT",), "₱": ("PHP",), "RM": ("MYR",), "KSH": ("KES",),
    "人民币": ("CNY",), "元": ("CNY", "HKD", "MOP", "TWD"), "块钱": ("CNY",), "块": ("CNY",),
}  # fmt: skip
"""Which currencies a sign may stand for; the first one where nothing else is said."""
_PRINTED = {"USD": "$", "EUR": "€", "GBP": "£", "CNY": "¥"}
_OWN_WORDS = frozenset({"hour", "hours", "item", "items", "off", "time", "times", "unit", "units", "x"})
"""Units of these names are written with the mark, since the words have a meaning of their own."""

MOST_IN_CHINESE = 90
"""Percent off that 折 says clearly: below 1折 it is mistaken for a factor, as 0.95折 is for 9.5折."""
_LEAST_OF_TWO_DIGITS = 20
"""85折 is a way to write 8.5折; 12折 would be 20 % more than the price, and is a slip."""
_FREE = Message("'cheapest item free' (最便宜1件免费), 'buy 2 get 1 free' (买2送1) or 'free shipping' (包邮)")
"""Forms that say what is free."""

_SIGN = "|".join(("(?<![A-Za-z])" if re.match("[A-Z]", sign) else "") + re.escape(sign) for sign in _SIGNS)
_CODE = "(?-i:" + "|".join(DIGITS) + ")"
_AMOUNT = (
    r"(?:(?P<before>{sign}|(?<![A-Za-z]){code})\s*)?(?<![0-9.])"
    r"(?P<number>[0-9]+(?:\.[0-9]+)?)(?![0-9.])"
    r"(?:\s*(?P<after>{sign}|{code}(?![A-Za-z]){unit}))?"
)
_GROUPS = re.compile(
    r"(?P<sign>[$€£¥₹₦₩₽₺₫฿₪₴৳₱]\s?)?(?<![0-9.,:])(?P<number>[0-9]{1,3}(?:,[0-9]{3})+)(?![0-9,])(?P<colon>(?=:))?"
)
_GERMAN_GROUPS = re.compile(r"(?<![0-9.,])[0-9]{1,3}(?:\.[0-9]{3})+(?![0-9.])")
_GERMAN_DECIMALS = re.compile(r"(?<![0-9.,])([0-9]+),([0-9]{1,2})(?![0-9,.])")
_POINT_OF_THOUSANDS = re.compile(r"[1-9][0-9]{0,2}\.[0-9]{2}0")
_THOUSAND = re.compile(r"(?<![0-9.])([0-9]+)k(?![^\W_])", re.IGNORECASE)


def signed_currency(text: str, usual: str) -> str | None:
    """The currency of the first sign or code, if any; the usual one where the sign may stand for it."""
    for match in _amounts("").finditer(unicodedata.normalize("NFKC", text)):
        sign = match["before"] or match["after"]
        if sign:
            currencies = _SIGNS.get(sign.upper(), (sign,))
            return usual if usual in currencies else currencies[0]
    return None


def check_currency(currency: str) -> None:
    """Raises InputError for what is neither a currency nor a unit."""
    if currency not in DIGITS and not is_unit(currency):
        raise InputError(
            Message("'{currency}' is neither a currency such as USD nor a unit such as lessons", currency=currency)
        )


def marked(text: str, currency: str) -> str:
    """Replace every sign and code of the currency by the mark. Raises InputError for one of another currency."""

    def mark(match: re.Match[str]) -> str:
        signs = [sign for sign in (match["before"], match["after"]) if sign]
        for sign in signs:
            if currency not in (*_SIGNS.get(sign.upper(), (sign,)), sign):
                raise InputError(
                    Message(
                        "'{amount}' is not an amount in {currency}, the currency of the offer",
                        amount=match[0].strip(),
                        currency=currency,
                    )
                )
        return match[0] if not signs else match["number"] + MARK

    return _amounts(currency).sub(mark, text)


def written_amounts(text: str, currency: str) -> dict[str, str]:
    """Return how amounts are written that `marked` puts the mark behind, by their number."""
    matches = (one for one in _amounts(currency).finditer(text) if one["before"] or one["after"])
    return {one["number"]: one[0].strip() for one in matches}


def plain_numbers(text: str, language: str) -> str:
    """Return a text without separators of thousands, with a point before decimals; "20k" is 20000.

    A comma between numbers that stand beside a colon, as in 100:10,200:30, separates two tiers.
    """
    text = _THOUSAND.sub(r"\g<1>000", text)
    if language == "de":
        text = _GERMAN_GROUPS.sub(lambda match: match[0].replace(".", ""), text)
        return _GERMAN_DECIMALS.sub(r"\1.\2", text)
    return _GROUPS.sub(lambda match: match[0] if match["colon"] is not None else match[0].replace(",", ""), text)


def _amounts(currency: str) -> re.Pattern[str]:
    unit = (
        rf"|{re.escape(currency)}(?![^\W\d_\u4e00-\u9fff])" if is_unit(currency) and currency not in _OWN_WORDS else ""
    )
    return re.compile(_AMOUNT.format(sign=_SIGN, code=_CODE, unit=unit), re.IGNORECASE)


def read_amount(written: str, currency: str) -> str:
    """Digits, with the mark or not, as the terms of an offer hold them.

    Raises InputError for `1.000`, which is a thousand to some and one to others.
    """
    number = written.rstrip(MARK)
    if _POINT_OF_THOUSANDS.fullmatch(number) and DIGITS.get(currency, 0) < 3:
        raise InputError(
            Message(
                "'{number}' is not clear, as a point may part thousands; write '{thousands}' for that many, else two "
                "digits behind the point",
                number=number,
                thousands=number.replace(".", ","),
            )
        )
    return short_amount(to_minor(number, currency), currency)


def short_amount(minor: int, currency: str) -> str:
    """ "200", "9.90": without decimals where they are zero."""
    text = to_text(minor, currency)
    whole, _, decimals = text.partition(".")
    return text if decimals.strip("0") else whole


def signed_amount(number: str, currency: str, language: str, *, bare: bool = False) -> str:
    """ "$200", "20元", "12 CAD"; without a sign where `bare` and the language says so."""
    if language == "zh" and currency == "CNY":
        return number if bare else f"{number}元"
    if currency in _PRINTED:
        return _PRINTED[currency] + number
    return number + MARK if currency in _OWN_WORDS else f"{number} {currency}"


def read_percent(written: str) -> int | str:
    """The percentage off that "12.5%" or 8.5折 (pays 85 %) says, as the terms of an offer hold it.

    Raises InputError for one that people write for different things, such as 0.95折, 11折 or 100% off.
    """
    number = written.rstrip("折% ")
    paid = Fraction(number)
    if not written.endswith("折"):
        if paid == 100:
            raise InputError(
                Message("'{value} off' gives everything away; write {free}", value=str(written), free=_FREE)
            )
        return short_percent(paid)
    if paid == 0:
        raise InputError(Message("'{value}' gives everything away; write {free}", value=str(written), free=_FREE))
    if not (1 <= paid < 10 or ("." not in number and _LEAST_OF_TWO_DIGITS <= paid < 100)):
        raise InputError(
            Message(
                "'{value}' is not clear; {meant}",
                context="error",
                value=str(written),
                meant=_meant(paid),
            )
        )
    return short_percent(100 - (10 * paid if paid < 10 else paid))


def _meant(paid: Fraction) -> Message:
    """What somebody may have meant who wrote this number before 折."""
    if paid < 1:
        tenths = str(short_percent(10 * paid))
        off = str(short_percent(100 - 100 * paid))
        return Message(
            "it would leave {paid} % to pay; write '{tenths}折' if {off} % off is meant",
            paid=tenths, tenths=tenths, off=off,
        )  # fmt: skip
    if paid.denominator > 1 or paid >= 100:
        return Message("8折 and 80折 pay 80 %, 85折 and 8.5折 pay 85 %")
    return Message(
        "it is no reduction; write '{paid_form}折' if {percent} % is to be paid, or '{off_form}折' if {percent} % is "
        "taken off",
        paid_form=str(short_percent(paid / 10)), off_form=str(short_percent(10 - paid / 10)), percent=str(paid),
    )  # fmt: skip


def short_percent(percent: Fraction) -> int | str:
    """A whole number, or text with exact decimals; InputError for one that has none."""
    if percent.denominator == 1:
        return int(percent)
    exact = Decimal(percent.numerator) / Decimal(percent.denominator)
    if Fraction(exact) != percent:
        raise InputError(
            Message("'percent' of {percent} has no exact decimals, so it has no short form", percent=str(percent))
        )
    return f"{exact:f}"


def percent_text(written: int | str, language: str) -> str:
    """ "12.5%", or what is left to pay in 折. Raises InputError for what `read_percent` would refuse."""
    if Fraction(str(written)) == 100 or (language == "zh" and Fraction(str(written)) > MOST_IN_CHINESE):
        english = Message("short form", context="kind of form")
        what = english if language == "en" else Message("Chinese short form", context="kind of form")
        raise InputError(Message("no {what} says 'percent' of {value}", what=what, value=str(written)))
    if language == "en":
        return f"{written}%"
    return f"{short_percent((100 - Fraction(str(written))) / 10)}折"
