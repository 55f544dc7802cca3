"""Currency signs in cells of amounts: which stand there, and whether amounts with them can be added."""

from __future__ import annotations

from collections.abc import Collection

import narwhals as nw
import polars as pl

from offerloop.engine import Frame, collect
from offerloop.errors import SourceError
from offerloop.message import Message, both

CURRENCY_SIGNS = {
    "EUR": "€", "GBP": "£", "CNY": "元|圆|人民币", "JPY": "円", "KRW": "₩|원", "INR": r"₹|Rs\.?", "RUB": "₽",
    "TRY": "₺", "PLN": "zł", "CZK": "Kč", "BRL": r"R\$", "AUD": r"AU?\$", "CAD": r"CA?\$", "NZD": r"NZ\$",
    "HKD": r"HK\$", "SGD": r"S\$", "TWD": r"NT\$", "kr": r"[Kk]r\.?", "$": r"(?:^|[^A-Z])\$", "¥": "[¥￥]",
}  # fmt: skip
"""Signs by currency; several have "$" or "kr", and "¥" is yuan or yen."""
CURRENCY_CODES = {
    "EUR": "EUR", "GBP": "GBP", "CNY": "RMB|CNY", "CHF": "CHF", "KRW": "KRW", "USD": "USD|US\\$", "JPY": "JPY",
    "INR": "INR", "PLN": "PLN", "TRY": "TRY|TL", "SEK": "SEK", "NOK": "NOK", "DKK": "DKK", "CZK": "CZK", "BRL": "BRL",
    "AUD": "AUD", "CAD": "CAD", "NZD": "NZD", "HKD": "HKD", "SGD": "SGD", "TWD": "TWD", "MXN": "MXN",
}  # fmt: skip
WRITTEN_SIGNS = "|".join(
    pattern for money, pattern in (*CURRENCY_SIGNS.items(), *CURRENCY_CODES.items()) if money not in ("$", "¥")
)
"""The regular expression of all signs and codes but "$" and "¥", which are currency signs by themselves."""
_ALIKE = ({"¥", "CNY"}, {"¥", "JPY"}, {"$", "USD"}, {"kr", "SEK"}, {"kr", "NOK"}, {"kr", "DKK"})
"""Names of the same money."""
_ANY = r"\p{Sc}|[A-Za-z元圆円원]"


def are_mixed(signs: Collection[str]) -> bool:
    """Return whether signs belong to several currencies."""
    return len(signs) > 1 and not any(set(signs) <= alike for alike in _ALIKE)


def signs_in(cells: pl.Series) -> dict[str, str]:
    """Return the currencies whose signs or codes stand in texts, each with the first cell that has it."""
    some = cells.filter(cells.str.contains(_ANY))
    sign_by_currency = {}
    for money, pattern in _patterns().items():
        hit = some.filter(some.str.contains(pattern))
        if hit.len():
            sign_by_currency[money] = str(hit[0])
    return sign_by_currency


def with_signs(frame: Frame, columns: Collection[str]) -> list[str]:
    """Return the text columns of amounts in which some cells have a currency sign or letters."""
    if not columns:
        return []
    signed = collect(frame.select(nw.col(name).str.contains(_ANY).any().alias(name) for name in sorted(columns)))
    return [name for name, there in signed.row(0, named=True).items() if there]


def check_one_currency(frame: Frame, columns: Collection[str], place: str) -> None:
    """Raise SourceError for text columns of amounts with signs of several currencies: no sum of them has a meaning."""
    names = sorted(columns)
    if not names:
        return
    firsts = [
        nw.when(nw.col(name).str.contains(pattern)).then(nw.col(name)).min().alias(f"{number} {money}")
        for number, name in enumerate(names)
        for money, pattern in _patterns().items()
    ]
    row = collect(frame.select(*firsts)).row(0, named=True)
    for number, name in enumerate(names):
        signs = {money: cell for money in _patterns() if (cell := row[f"{number} {money}"]) is not None}
        if are_mixed(signs):
            examples = both([f"'{cell}'" for cell in signs.values()])
            raise SourceError(
                Message(
                    "{place}, column '{name}': holds amounts in several currencies, such as {examples}, and they "
                    "cannot be added; write them in one, or map a column 'currency' with the code of each row",
                    place=place,
                    name=name,
                    examples=examples,
                )
            )


def _patterns() -> dict[str, str]:
    return {
        money: "|".join(filter(None, (CURRENCY_SIGNS.get(money), CURRENCY_CODES.get(money))))
        for money in {**CURRENCY_SIGNS, **CURRENCY_CODES}
    }
