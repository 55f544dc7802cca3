"""Lists of codes that a shop has already, made coupons of the ledger: all of them or none."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from uuid import uuid4

import polars as pl

from offerloop.errors import InputError
from offerloop.message import Message
from offerloop.offers import CommandAnswer, CouponTemplate, Issue, IssuedCoupon, ListedCode, RefusalReason
from offerloop.store.connect import persevere, reading
from offerloop.store.ledger import PATIENCE_SECONDS, Ledger
from offerloop.store.reading import read_coupons
from offerloop.store.reported.erased import erased_among
from offerloop.store.served.pacing import OF_CAMPAIGN

_IN_ONE = 5_000
"""Codes in one transaction."""
_LISTED = {"code": pl.Int64, "customer": pl.Int64, "is_new": pl.Boolean}
"""Hashes of what a list holds, so that one of any size fits into memory."""


@dataclass(frozen=True)
class ImportedCodes:
    """What came of a list of codes."""

    template_id: str
    n_issued: int
    """Coupons that were made."""
    n_there: int
    """Codes that were coupons of this template and this customer already."""
    n_of_customers: int
    """Codes of the list that belong to one customer."""
    n_erased: int = 0
    """Codes of customers who were erased, which are no coupons."""


def import_codes(ledger: Ledger, template_id: str, codes: Sequence[ListedCode]) -> ImportedCodes:
    """Make coupons of a template of these codes; one with a customer is that customer's from the beginning.

    A list can be imported again after a crash: what is there already is left alone. Raises InputError before anything
    is written where there is no such template, where its limit leaves too little room, and for a code that another
    template or another customer has, or that the list gives to another offer.
    """
    return import_code_stream(ledger, template_id, lambda: iter(codes))


def import_code_stream(
    ledger: Ledger,
    template_id: str,
    read: Callable[[], Iterator[ListedCode]],
    progress: Callable[[int, int], None] | None = None,
) -> ImportedCodes:
    """Import a list of any size, which is read twice: to check all of it, and to write it.

    `progress` gets the codes that are done and all codes. Customers who were erased get no coupon. Raises InputError as
    `import_codes` does.
    """
    template = ledger.template(template_id)
    if template is None:
        raise InputError(
            Message(
                "the ledger has no coupon template '{template_id}'; add it before its codes are imported",
                template_id=template_id,
            )
        )
    n_codes = n_of_customers = done = 0
    parts = [pl.DataFrame(schema=_LISTED)]
    for chunk in _chunks(read()):
        there = _checked(ledger, template_id, chunk)
        rows = ((hash(one.code), hash(one.customer_id), one.code not in there) for one in chunk)
        parts.append(pl.DataFrame(rows, _LISTED, orient="row"))
        n_codes += len(chunk)
        n_of_customers += sum(one.customer_id is not None for one in chunk)
    _check_limit(template_id, template, _number_new(pl.concat(parts), read))
    n_issued = n_erased = 0
    for chunk in _chunks(read()):
        erased = _of_erased(ledger, chunk)
        n_erased, kept = n_erased + len(erased), [one for one in chunk if one not in erased]
        new = _new(ledger, template_id, kept)
        _check_answers(ledger.carry_out_all(_commands(template_id, new)), template_id)
        n_issued, done = n_issued + len(new), done + len(chunk)
        if progress is not None:
            progress(done, n_codes)
    return ImportedCodes(template_id, n_issued, n_codes - n_issued - n_erased, n_of_customers, n_erased)


def _number_new(listed: pl.DataFrame, read: Callable[[], Iterator[ListedCode]]) -> int:
    """Return how many coupons are to be made. Raises InputError for a code that is listed with different customers."""
    once = listed.unique()
    several = set(once.filter(pl.col("code").is_duplicated())["code"])
    if several:
        code = next(one.code for one in read() if hash(one.code) in several)
        raise InputError(
            Message(
                "the list has the code '{code}' with different customers; keep one of its lines; nothing was imported",
                code=code,
            )
        )
    return int(once["is_new"].sum())


def _check_limit(template_id: str, template: CouponTemplate, n_new: int) -> None:
    limit = template.terms.limit_issued
    if limit is not None and template.balance.n_issued + n_new > limit:
        raise InputError(
            Message(
                "'{template_id}' may have {limit} coupons and has {n_issued}, which leaves no room for {n_new} more",
                template_id=template_id,
                limit=limit,
                n_issued=template.balance.n_issued,
                n_new=n_new,
            )
        )


def _chunks(codes: Iterator[ListedCode]) -> Iterator[list[ListedCode]]:
    while chunk := list(islice(codes, _IN_ONE)):
        yield chunk


def _checked(ledger: Ledger, template_id: str, codes: Sequence[ListedCode]) -> dict[str, IssuedCoupon]:
    """Return the coupons that are there already. Raises InputError for a code of another template or customer."""
    there, own = _there(ledger, [one.code for one in codes]), {None, template_id, *template_id.split(OF_CAMPAIGN, 1)}
    for listed in codes:
        if listed.offer_id not in own:
            raise InputError(
                Message(
                    "the list has the code '{code}' for '{offer_id}', not for '{template_id}'; import the codes of "
                    "each by themselves, or leave the column of offers out if all are for '{template_id}'; nothing was "
                    "imported",
                    code=listed.code,
                    offer_id=listed.offer_id or "",
                    template_id=template_id,
                )
            )
        _check_same(there.get(listed.code), listed, template_id)
    return there


def _new(ledger: Ledger, template_id: str, codes: Sequence[ListedCode]) -> list[ListedCode]:
    """Return the codes that are to be made coupons, each once."""
    there = _checked(ledger, template_id, codes)
    return list({one.code: one for one in codes if one.code not in there}.values())


def _of_erased(ledger: Ledger, codes: Sequence[ListedCode]) -> frozenset[ListedCode]:
    """Return the codes of customers who were erased."""
    customers = {one.customer_id for one in codes if one.customer_id is not None}

    def gone() -> set[str]:
        with reading(ledger.engine) as connection:
            return erased_among(connection, customers)

    erased = persevere(gone, ledger.engine, PATIENCE_SECONDS) if customers else set()
    return frozenset(one for one in codes if one.customer_id in erased)


def _there(ledger: Ledger, codes: Sequence[str]) -> dict[str, IssuedCoupon]:
    def once() -> dict[str, IssuedCoupon]:
        with reading(ledger.engine) as connection:
            return read_coupons(connection, codes)

    return persevere(once, ledger.engine, PATIENCE_SECONDS)


def _check_same(issued: IssuedCoupon | None, listed: ListedCode, template_id: str) -> None:
    if issued is None:
        return
    if issued.template_id != template_id:
        raise InputError(
            Message(
                "the code '{code}' is a coupon of '{template_id}' already; nothing was imported",
                code=listed.code,
                template_id=issued.template_id,
            )
        )
    if issued.customer_id is None and listed.customer_id is not None:
        raise InputError(
            Message(
                "the code '{code}' is in the ledger as a coupon that nobody has claimed; take its customer out of the "
                "list; nothing was imported",
                code=listed.code,
            )
        )
    if listed.customer_id not in (None, issued.customer_id):
        raise InputError(
            Message("the code '{code}' is another customer's in the ledger; nothing was imported", code=listed.code)
        )


def _commands(template_id: str, codes: Sequence[ListedCode]) -> list[Issue]:
    """Return the commands of one transaction: one for the codes of anybody, and one for each customer."""
    by_customer: dict[str | None, list[str]] = {}
    for listed in codes:
        by_customer.setdefault(listed.customer_id, []).append(listed.code)
    return [Issue(f"import-{uuid4().hex}", template_id, tuple(own), customer) for customer, own in by_customer.items()]


def _check_answers(answers: Sequence[CommandAnswer], template_id: str) -> None:
    refused = next((one.reason for one in answers if one.reason is not None), None)
    if refused is RefusalReason.ENDED:
        raise InputError(
            Message(
                "the coupon template '{template_id}' has ended; import its codes into one that goes on",
                template_id=template_id,
            )
        )
    if refused is not None:
        raise InputError(
            Message(
                "some codes are no coupons of '{template_id}' yet ({refused}); import the list again",
                template_id=template_id,
                refused=refused,
            )
        )
