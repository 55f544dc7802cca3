"""Lists of codes that a shop has already, made coupons of the ledger: all of them or none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import uuid4

from offerloop.errors import InputError
from offerloop.offers import CommandAnswer, Issue, IssuedCoupon, ListedCode
from offerloop.store.connect import persevere, reading
from offerloop.store.ledger import PATIENCE_SECONDS, Ledger
from offerloop.store.reading import read_coupons

_IN_ONE = 5_000
"""Codes in one transaction."""


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


def import_codes(ledger: Ledger, template_id: str, codes: Sequence[ListedCode]) -> ImportedCodes:
    """Make coupons of a template of these codes; one with a customer is that customer's from the beginning.

    A list can be imported again after a crash: what is there already is left alone. Raises InputError before anything
    is written where there is no such template, where its limit leaves too little room, and for a code that another
    template or another customer has.
    """
    template = ledger.template(template_id)
    if template is None:
        raise InputError(f"the ledger has no coupon template '{template_id}'; add it before its codes are imported")
    there = _there(ledger, [one.code for one in codes])
    for one in codes:
        _check_same(there.get(one.code), one, template_id)
    new = [one for one in codes if one.code not in there]
    limit = template.terms.limit_issued
    if limit is not None and template.balance.n_issued + len(new) > limit:
        raise InputError(
            f"'{template_id}' may have {limit} coupons and has {template.balance.n_issued}, which leaves no room for "
            f"{len(new)} more"
        )
    for commands in _commands(template_id, new):
        _check_answers(ledger.carry_out_all(commands), template_id)
    return ImportedCodes(template_id, len(new), len(there), sum(one.customer_id is not None for one in codes))


def _there(ledger: Ledger, codes: Sequence[str]) -> dict[str, IssuedCoupon]:
    def once() -> dict[str, IssuedCoupon]:
        with reading(ledger.engine) as connection:
            return read_coupons(connection, codes)

    return persevere(once, PATIENCE_SECONDS)


def _check_same(found: IssuedCoupon | None, listed: ListedCode, template_id: str) -> None:
    if found is None:
        return
    if found.template_id != template_id:
        raise InputError(f"the code '{listed.code}' is a coupon of '{found.template_id}' already; nothing was imported")
    if listed.customer_id not in (None, found.customer_id):
        raise InputError(f"the code '{listed.code}' is another customer's in the ledger; nothing was imported")


def _commands(template_id: str, codes: Sequence[ListedCode]) -> Iterator[list[Issue]]:
    """Yield the commands of each transaction: one for the codes of anybody, and one for each customer."""
    for first in range(0, len(codes), _IN_ONE):
        by_customer: dict[str | None, list[str]] = {}
        for one in codes[first : first + _IN_ONE]:
            by_customer.setdefault(one.customer_id, []).append(one.code)
        yield [
            Issue(f"import-{uuid4().hex}", template_id, tuple(own), customer) for customer, own in by_customer.items()
        ]


def _check_answers(answers: Sequence[CommandAnswer], template_id: str) -> None:
    refused = next((one.reason for one in answers if one.reason is not None), None)
    if refused is not None:
        raise InputError(f"some codes are no coupons of '{template_id}' yet ({refused}); import the list again")
