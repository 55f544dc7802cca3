"""Budgets that workers share: each takes a block at a time, and the blocks of all stay within the budget."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, insert, update

from offerloop.store.access.secrets import new_id
from offerloop.store.connect import clock, inserting
from offerloop.store.schema import budgets, leases


def open_budgets(connection: Connection, version: str, left_minor: Mapping[str, int]) -> None:
    """Enter what a policy leaves of each campaign's budget; one that is entered stays as it is."""
    rows = [
        {"version": version, "campaign_id": campaign, "budget_minor": minor, "leased_minor": 0}
        for campaign, minor in sorted(left_minor.items())
    ]
    if rows:
        connection.execute(inserting(connection, budgets).values(rows).on_conflict_do_nothing())


def take_lease(
    connection: Connection, version: str, campaign_id: str, block_minor: int, least_minor: int, seconds: int
) -> tuple[str, int] | None:
    """Take a block of a budget, or the `least_minor` where no block is left; None where that is not left either.

    The guard stands in the update itself, so that workers who ask at one time cannot exceed the budget.
    """
    for amount in dict.fromkeys((block_minor, least_minor)):
        place = (budgets.c.version == version) & (budgets.c.campaign_id == campaign_id)
        fits = budgets.c.leased_minor + amount <= budgets.c.budget_minor
        taken = update(budgets).where(place, fits).values(leased_minor=budgets.c.leased_minor + amount)
        if connection.execute(taken.returning(budgets.c.campaign_id)).one_or_none() is not None:
            lease_id = new_id("lease")
            row = {"lease_id": lease_id, "version": version, "campaign_id": campaign_id, "amount_minor": amount,
                   "expires_at": clock(connection) + seconds}  # fmt: skip
            connection.execute(insert(leases).values(row))
            return lease_id, amount
    return None


def return_lease(connection: Connection, lease_id: str, used_minor: int) -> None:
    """Give back what was not used of a block, once."""
    closed = update(leases).where(leases.c.lease_id == lease_id, leases.c.used_minor.is_(None))
    row = connection.execute(closed.values(used_minor=used_minor).returning(leases)).one_or_none()
    if row is None:
        return
    place = (budgets.c.version == row.version) & (budgets.c.campaign_id == row.campaign_id)
    left = budgets.c.leased_minor - (row.amount_minor - used_minor)
    connection.execute(update(budgets).where(place).values(leased_minor=left))
