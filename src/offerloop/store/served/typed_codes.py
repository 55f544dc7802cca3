"""Codes of coupons in the ledger that were typed into a basket: which coupon is meant, and whether it is refused."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, select

from offerloop.offers import LedgerState, Redeem, RefusalReason, decide_command, normalise_code
from offerloop.store.connect import clock
from offerloop.store.reading import read_coupons, read_state
from offerloop.store.schema import coupons as table
from offerloop.store.served.limits import CheckoutUse

_NOBODY = "-"
"""Stands for a customer who is not known; no claimed coupon is theirs."""


@dataclass(frozen=True)
class PresentedCoupon:
    """A coupon whose code was typed."""

    template_id: str
    refusal: RefusalReason | None
    """Why the ledger would not redeem it now; None where it would, or where the checkout has redeemed it."""


def presented_coupons(
    connection: Connection, typed: Collection[str], customer_id: str | None, own: CheckoutUse
) -> dict[str, PresentedCoupon]:
    """Return the coupons whose codes a customer typed, by what was typed; what is no code of the ledger is left out.

    A code is known as it is typed, and without its spaces and hyphens in capitals, which is the form of imported ones.
    """
    forms = {one: (one, normalise_code(one)) for one in typed}
    coupons = read_coupons(connection, {form for both in forms.values() for form in both if form})
    used = {one.code for one in own.redemptions(connection, customer_id)}
    meant = {one: next((form for form in both if form in coupons), None) for one, both in forms.items()}
    return {
        typed_code: PresentedCoupon(
            coupons[code].template_id,
            None if code in used else _refusal(connection, code, customer_id or _NOBODY, own.lock_key),
        )
        for typed_code, code in meant.items()
        if code is not None
    }


def open_codes(connection: Connection, typed: Collection[str], customer_id: str | None) -> frozenset[str]:
    """Return what was typed that is a code of the customer's own, or one of nobody's that may be used several times.

    Who guesses such a code has gained nothing: it is public, or somebody else may not use it.
    """
    form_of = {one: {one, normalise_code(one) or one} for one in typed}
    is_public = table.c.customer_id.is_(None) & (table.c.limit_uses.is_(None) | (table.c.limit_uses > 1))
    is_open = is_public | (table.c.customer_id == customer_id) if customer_id else is_public
    forms = {form for both in form_of.values() for form in both}
    codes = set(connection.execute(select(table.c.code).where(table.c.code.in_(forms), is_open)).scalars())
    return frozenset(one for one, both in form_of.items() if both & codes)


def _refusal(connection: Connection, code: str, customer_id: str, lock_key: str | None) -> RefusalReason | None:
    """Return why the rules would refuse to redeem a coupon now; nothing is written."""
    redemption = Redeem("presented", code, customer_id, lock_key=lock_key)
    now = clock(connection)
    book = read_state(connection, [redemption], now).book
    return decide_command(LedgerState(book), redemption, now).answer.reason
