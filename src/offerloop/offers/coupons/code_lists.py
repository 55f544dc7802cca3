"""Lists of codes that a shop has: which offer each is for, and whose it is.

A code is not the id of its offer: many codes may stand for one offer, and a code may be one customer's.
"""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import TextIO

from offerloop.errors import InputError
from offerloop.message import Message
from offerloop.offers.coupons.codes import LOOK_ALIKES, normalise_code
from offerloop.offers.coupons.commands import LONGEST
from offerloop.offers.coupons.corrections import correct_code
from offerloop.offers.pricing.basket import Basket

_CODE = (
    "code",
    "coupon_code",
    "coupon",
    "voucher",
    "voucher_code",
    "discount_code",
    "promo_code",
    "gutscheincode",
    "优惠码",
)
_OFFER = ("offer_id", "offer", "template_id", "template", "campaign")
_CUSTOMER = ("customer_id", "customer", "user_id", "member_id")
_OF_TABLES = frozenset(',;"\t\r\n')
"""Signs that belong to a table and to no code."""
_OTHER_FILES = (".json", ".jsonl", ".toml", ".parquet", ".xlsx", ".xls")
"""Endings of files that hold no text, or text with signs of its own."""
_FOLD = str.maketrans({sign: group[0] for group in LOOK_ALIKES for sign in group})


@dataclass(frozen=True)
class ListedCode:
    """One code of a list."""

    code: str
    """In the form in which codes are compared: capitals, without hyphens and spaces."""
    offer_id: str | None = None
    """The offer that it is for; None where the list is for one offer."""
    customer_id: str | None = None
    """Who alone can use it; None for anybody."""


@dataclass(frozen=True)
class CodesOfCustomer:
    """What came of the codes that a customer typed."""

    offer_ids: frozenset[str]
    """Offers whose code was presented."""
    corrected: Mapping[str, str]
    """The code that was meant, by what was typed, where these differ in more than capitals and hyphens."""
    unknown: tuple[str, ...]
    """Typed codes that no offer has, and those of which several can have been meant."""
    of_others: tuple[str, ...]
    """Typed codes that belong to another customer."""


@dataclass(frozen=True)
class CodeList:
    """Codes apart from the ids of their offers."""

    codes: Mapping[str, ListedCode]
    """By code."""

    @classmethod
    def of(cls, rows: Iterable[ListedCode]) -> CodeList:
        """Return the list of these codes. Raises InputError for one without an offer."""
        rows_by_code = {row.code: row for row in rows}
        without = next((row.code for row in rows_by_code.values() if row.offer_id is None), None)
        if without is not None:
            raise InputError(
                Message("the code '{without}' has no offer; add a column 'offer_id' to the list", without=without)
            )
        return cls(rows_by_code)

    def presented(self, typed: Collection[str], customer_id: str | None) -> CodesOfCustomer:
        """Return the offers whose codes a customer typed, with typing errors corrected where one code was meant."""
        offer_ids, corrected = set[str](), dict[str, str]()
        unknown, of_others = list[str](), list[str]()
        for typed_code in sorted(typed):
            code = correct_code(typed_code, lambda codes: codes & self.codes.keys())
            if code is None:
                unknown.append(typed_code)
                continue
            listed = self.codes[code]
            if listed.customer_id not in (None, customer_id):
                of_others.append(typed_code)
                continue
            if code != normalise_code(typed_code):
                corrected[typed_code] = code
            offer_ids.add(listed.offer_id or "")
        return CodesOfCustomer(frozenset(offer_ids), corrected, tuple(unknown), tuple(of_others))

    @cached_property
    def offer_ids(self) -> frozenset[str]:
        """Offers that have a code."""
        return frozenset(one.offer_id for one in self.codes.values() if one.offer_id is not None)

    def basket(self, basket: Basket) -> Basket:
        """Return a basket with the offers in place of the codes that its customer typed."""
        return self.read(basket)[0]

    def read(self, basket: Basket) -> tuple[Basket, CodesOfCustomer]:
        """Return a basket with the offers in place of the codes that its customer typed, and what came of these.

        What is no code stays: it may be the id of an offer that has none. Nothing is said of codes without a list.
        """
        if not self.codes or not basket.codes:
            return basket, NO_CODES
        presented = self.presented(basket.codes, basket.customer.customer_id)
        ids = presented.offer_ids | (frozenset(presented.unknown) - self.offer_ids)
        return replace(basket, codes=ids), presented


NO_CODES = CodesOfCustomer(frozenset(), {}, (), ())
"""What comes of codes where there is no list."""


def read_code_list(path: Path) -> list[ListedCode]:
    """Read codes from a text file with one per line, or from a CSV file with a header.

    Raises InputError for a file that cannot be read, a code that is empty, too long or there twice.
    """
    codes, row_of_code = list[ListedCode](), dict[str, int]()
    for number, listed in _numbered(path):
        if listed.code in row_of_code:
            raise InputError(
                Message(
                    "{path}, line {number}: the code '{code}' stands in line {first} already",
                    path=str(path),
                    number=str(number),
                    code=listed.code,
                    first=str(row_of_code[listed.code]),
                )
            )
        row_of_code[listed.code] = number
        codes.append(listed)
    if not codes:
        raise InputError(Message("the list of codes {path} has no code", path=str(path)))
    return codes


def stream_code_list(path: Path) -> Iterator[ListedCode]:
    """Yield the codes of such a file of any size; a code may be there twice. Raises InputError as above."""
    return (one for _, one in _numbered(path))


def _numbered(path: Path) -> Iterator[tuple[int, ListedCode]]:
    """Yield each code with the number of its line."""
    if path.suffix.lower() in _OTHER_FILES:
        raise InputError(
            Message(
                "the list of codes {path} is no text and no CSV; write one code per line into a .txt", path=str(path)
            )
        )
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            header, rows = _rows(file)
            for number, cells in rows:
                if any(cell.strip() for cell in cells):
                    yield number, _listed(cells, header, f"{path}, line {number}")
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        why = error.strerror or "" if isinstance(error, OSError) else _UNREADABLE[type(error)]
        raise InputError(Message("the list of codes {path} cannot be read: {why}", path=str(path), why=why)) from None


_UNREADABLE: Mapping[type[Exception], Message] = {
    UnicodeDecodeError: Message("it is not UTF-8", context="why a file cannot be read"),
    csv.Error: Message("a cell of it is too long"),
}


def look_alikes(codes: Iterable[str]) -> int:
    """Return how many codes differ from another one in signs only that look alike."""
    groups: dict[str, int] = {}
    for code in codes:
        folded = code.translate(_FOLD)
        groups[folded] = groups.get(folded, 0) + 1
    return sum(count for count in groups.values() if count > 1)


def _rows(file: TextIO) -> tuple[Mapping[str, int], Iterator[tuple[int, list[str]]]]:
    """Return the place of each column, and the rows with their numbers of lines."""
    first = file.readline()
    separator = max(",;\t", key=first.count)
    written = next(csv.reader([first], delimiter=separator), [])
    cells = [cell.strip().lower().replace(" ", "_") for cell in written]
    fields = {"code": _CODE, "offer": _OFFER, "customer": _CUSTOMER}
    header = {
        field: next(place for place, cell in enumerate(cells) if cell in names)
        for field, names in fields.items()
        if set(cells) & set(names)
    }
    if "code" not in header:
        return {"code": 0}, ((number, [line]) for number, line in enumerate(chain([first], file), 1))
    reader = csv.reader(file, delimiter=separator)
    return header, ((reader.line_num + 1, row) for row in reader)


def _listed(cells: Sequence[str], header: Mapping[str, int], place: str) -> ListedCode:
    def cell(field: str) -> str | None:
        where = header.get(field)
        return (cells[where].strip() or None) if where is not None and where < len(cells) else None

    code = _code(cell("code") or "", place)
    customer = cell("customer")
    if customer is not None and (len(customer) > LONGEST or "\0" in customer):
        raise InputError(
            Message(
                "{place}: the id of a customer must have 1 to {most} signs, not '{customer}'",
                place=place,
                most=str(LONGEST),
                customer=customer[:50],
            )
        )
    return ListedCode(code, cell("offer"), customer)


def _code(written: str, place: str) -> str:
    """Return the code that a cell holds, as codes are kept. Raises InputError for what is none."""
    code = normalise_code(written)
    if set(written) & _OF_TABLES:
        raise InputError(
            Message(
                "{place}: '{code}' is no code; where the file is a table, its first line must name the columns: "
                "code, and perhaps offer_id and customer_id",
                place=place,
                code=written[:50],
            )
        )
    if not 0 < len(code) <= LONGEST:
        raise InputError(
            Message(
                "{place}: a code must have 1 to {most} signs, not '{code}'",
                place=place,
                most=str(LONGEST),
                code=written[:50],
            )
        )
    return code
