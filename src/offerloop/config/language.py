"""The language of reports: as the command line or the configuration names it, else that of the shop."""

from __future__ import annotations

from collections.abc import Iterable

from offerloop.locale import ENGLISH, known_language

CHINESE = "zh"
_CHINESE_MONEY = "CNY"
_OTHER_SCRIPTS = ("JPY", "KRW")
"""Moneys of countries that write Chinese signs among their own."""
_MOSTLY = 0.5
"""Share of the names of products that must have Chinese signs; brands have them in any shop."""


def report_language(
    chosen: str | None, currency: str, columns: Iterable[str] = (), products: Iterable[str] = ()
) -> str:
    """Return the chosen language, else that of the shop. Raises InputError for one that has no catalogue."""
    return _of_shop(currency, columns, products) if chosen is None else known_language(chosen)


def _of_shop(currency: str, columns: Iterable[str], products: Iterable[str]) -> str:
    """Return Chinese for a shop in CNY, with Chinese names of columns, or mostly such names of products, else English.

    `columns` are those that its sources are read from. Names that hold kana or hangul are not Chinese.
    """
    if currency == _CHINESE_MONEY:
        return CHINESE
    if currency in _OTHER_SCRIPTS:
        return ENGLISH
    names = [is_chinese(name) for name in products]
    mostly = sum(names) > _MOSTLY * len(names)
    return CHINESE if mostly or any(is_chinese(name) for name in columns) else ENGLISH


def is_chinese(name: str) -> bool:
    """Return whether a name has Chinese signs, and neither kana nor hangul."""
    if any("\u3040" <= sign <= "\u30ff" or "\uac00" <= sign <= "\ud7a3" for sign in name):
        return False
    return any("\u4e00" <= sign <= "\u9fff" for sign in name)
