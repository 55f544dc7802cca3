"""Chinese numerals in digits: 二百五 is 250, 一万二 is 12000, 九点五 is 9.5, and 1.5万 is 15000."""

from __future__ import annotations

import re
from decimal import Decimal

from offerloop.errors import InputError
from offerloop.message import Message

_DIGITS = {sign: value for value, sign in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_UNITS = {"十": 10, "百": 100, "千": 1000}
_MYRIAD = 10_000
_SIGNS = "".join(_DIGITS)
_NUMERAL = re.compile(rf"(?<!统)(?!一口价)[{_SIGNS}十][{_SIGNS}十百千万]*(?:点[{_SIGNS}]+)?")
_MIXED = re.compile(r"(?<![0-9.])([0-9]+(?:\.[0-9]+)?)([百千万])(?![0-9百千万])")


def numerals(text: str) -> str:
    """Return a text with its numerals in digits. Raises InputError for one that is no number, such as 十百."""
    text = _MIXED.sub(lambda match: _plain(Decimal(match[1]) * _size(match[2])), text)
    return _NUMERAL.sub(lambda match: _digits(match[0]), text)


def _plain(number: Decimal) -> str:
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _size(unit: str) -> int:
    return _MYRIAD if unit == "万" else _UNITS[unit]


def _digits(numeral: str) -> str:
    whole, _, decimals = numeral.partition("点")
    behind = "." + "".join(str(_DIGITS[sign]) for sign in decimals) if decimals else ""
    if not {*_UNITS, "万"} & set(whole):
        return "".join(str(_DIGITS[sign]) for sign in whole) + behind
    thousands, myriad, ones = whole.partition("万")
    if "万" in ones or (myriad and not thousands):
        raise _no_number(numeral)
    if len(ones) == 1 and myriad and ones in _DIGITS:  # 一万二 is 12000
        ones += "千"
    value = _value(thousands, numeral) * (_MYRIAD if myriad else 1) + (_value(ones, numeral) if ones else 0)
    return str(value) + behind


def _value(numeral: str, whole: str) -> int:
    """Return the value of a numeral below ten thousand."""
    total, digit, unit = 0, -1, _MYRIAD
    for sign in numeral:
        if sign in _UNITS:
            if _UNITS[sign] >= unit or (digit < 0 and (sign != "十" or total)) or digit == 0:
                raise _no_number(whole)
            total, digit, unit = total + max(digit, 1) * _UNITS[sign], -1, _UNITS[sign]
        elif digit > 0:
            raise _no_number(whole)
        else:
            digit = _DIGITS[sign]
    if digit > 0 and unit < _MYRIAD and unit > 10 and "零" not in numeral and "〇" not in numeral:  # 二百五 is 250
        return total + digit * unit // 10
    return total + max(digit, 0)


def _no_number(numeral: str) -> InputError:
    return InputError(Message("'{numeral}' is not a number that can be read; write it in digits", numeral=numeral))
