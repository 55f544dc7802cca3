"""Currency signs in cells of amounts: which stand there, and whether amounts with them can be added."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

import narwhals as nw
import polars as pl

from offerloop.engine import Frame, collect
from offerloop.errors import SourceError
from offerloop.message import Message, both
from offerloop.money import DIGITS

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
_OTHERS, _SPACE = "|".join(sorted({*DIGITS} - {*CURRENCY_CODES})), "[\\s\u00a0\u202f]"
SPACED_CODES = f"(?:^|{_SPACE})(?:{_OTHERS})(?:$|{_SPACE})"
"""The regular expression of other codes. Some are words with which ids begin, so they count with a space beside the
number."""
WRITTEN_SIGNS = "|".join(
    pattern for money, pattern in (*CURRENCY_SIGNS.items(), *CURRENCY_CODES.items()) if money not in ("$", "¥")
)
"""The regular expression of all signs and codes but "$" and "¥", which are currency signs by themselves."""
_ALIKE = ({"¥", "CNY"}, {"¥", "JPY"}, {"$", "USD"}, {"kr", "SEK"}, {"kr", "NOK"}, {"kr", "DKK"})
"""Names of the same money."""
_SHARED = {"$", "¥", "kr"}
"""Signs that several currencies have."""
_AMOUNT = r"[0-9\s.,'’+()-]"
"""What a cell has beside signs and letters."""
_ANY = r"\p{Sc}|[A-Za-z元圆円원]"


def named_currency(cell: str) -> str | None:
    """Return the currency whose code is all that a cell holds, in letters of any case."""
    name = cell.strip().upper()
    if name in DIGITS:
        return name
    return next((money for money, pattern in CURRENCY_CODES.items() if re.fullmatch(pattern, name)), None)


def names_of(currency: str) -> str:
    """Return the regular expression of cells that name a currency or unit, also by a sign that others have, too."""
    called = {currency, *(money for alike in _ALIKE if currency in alike for money in alike)}
    patterns = [one[money] for one in (CURRENCY_CODES, CURRENCY_SIGNS) for money in sorted(called) if money in one]
    return f"(?i)^({'|'.join([re.escape(currency), *patterns])})$"


def is_other_currency(cell: str, currency: str) -> bool:
    """Return whether a cell is the code or sign of a currency, and not of this one or of several."""
    text = cell.strip()
    if any(re.fullmatch(CURRENCY_SIGNS[sign], text) for sign in _SHARED):
        return False
    is_money = named_currency(text) or any(re.fullmatch(sign, text) for sign in CURRENCY_SIGNS.values())
    return bool(is_money) and not re.search(names_of(currency), text)


def are_mixed(signs: Collection[str]) -> bool:
    """Return whether signs belong to several currencies."""
    return len(signs) > 1 and not any(set(signs) <= alike for alike in _ALIKE)


def signs_in(cells: pl.Series) -> dict[str, str]:
    """Return the currencies whose signs or codes stand in texts, each with a cell that has it."""
    column = pl.DataFrame({"cell": cells}).filter(pl.col("cell").str.contains(_ANY))
    marked = column.group_by(mark=pl.col("cell").str.replace_all(_AMOUNT, "")).agg(pl.col("cell").first())
    return _by_money(marked["cell"].sort().to_list())


def with_signs(frame: Frame, columns: Collection[str]) -> list[str]:
    """Return the text columns of amounts in which some cells have a currency sign or letters."""
    if not columns:
        return []
    signed = collect(frame.select(nw.col(name).str.contains(_ANY).any().alias(name) for name in sorted(columns)))
    return [name for name, there in signed.row(0, named=True).items() if there]


def check_one_currency(frame: Frame, columns: Collection[str], place: str) -> None:
    """Raise SourceError for text columns of amounts with signs of several currencies: no sum of them has a meaning."""
    for name in sorted(columns):
        cell = nw.col(name)
        column = frame.filter(cell.str.contains(_ANY)).select(cell, cell.str.replace_all(_AMOUNT, "").alias("_mark"))
        signs = _by_money(collect(column.group_by("_mark").agg(cell.min()), "_mark")[name].to_list())
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


def _by_money(cells: Sequence[str]) -> dict[str, str]:
    """Return the currencies of cells in the order of their signs, each with the first cell that has it."""
    first: dict[str, str] = {}
    for cell in cells:
        for money in _moneys(cell):
            first.setdefault(money, cell)
    order = {**CURRENCY_SIGNS, **CURRENCY_CODES, **first}
    return {money: first[money] for money in order if money in first}


def _moneys(cell: str) -> set[str]:
    """Return the currencies that a cell names. What several have, such as "$", says nothing beside a code."""
    codes = {money for money, pattern in CURRENCY_CODES.items() if re.search(pattern, cell)}
    codes |= set(re.findall(f"(?:^|{_SPACE})({_OTHERS})(?:$|{_SPACE})", cell))
    rest = re.sub("|".join((*CURRENCY_CODES.values(), SPACED_CODES)), "", cell)
    signs = {money for money, pattern in CURRENCY_SIGNS.items() if re.search(pattern, rest)}
    return codes | (signs - _SHARED if codes else signs)
