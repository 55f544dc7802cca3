"""Budgets that workers share: each takes a block at a time, and the blocks of all stay within the budget.

A worker declares what it may spend of a block before it spends it. When it is gone, its block expires: what was
declared counts as spent, and the rest goes back, so that no crash can exceed a budget or keep much of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, case, func, insert, select, update

from offerloop.store.access.secrets import new_id
from offerloop.store.connect import clock, inserting
from offerloop.store.schema import budgets, leases
from offerloop.store.served.policies import promoted


def open_budgets(
    connection: Connection, version: str, left_minor: Mapping[str, int], n_held: Mapping[str, int]
) -> None:
    """Enter what a policy leaves of each campaign's budget, and how many customers of its own it holds the rest for.

    A budget that is entered stays as it is.
    """
    rows = [
        {
            "version": version, "campaign_id": campaign, "budget_minor": minor, "leased_minor": 0,
            "n_held": n_held.get(campaign, 0),
        }
        for campaign, minor in sorted(left_minor.items())
    ]  # fmt: skip
    if rows:
        connection.execute(inserting(connection, budgets).values(rows).on_conflict_do_nothing())


def take_lease(
    connection: Connection, version: str, campaign_id: str, block_minor: int, least_minor: int, seconds: int,
    declared_minor: int | None = None, cheapest_minor: int | None = None,
) -> tuple[str, int] | None:  # fmt: skip
    """Take a block of a budget, or the `least_minor` where no block is left; None where that is not left either.

    Of the block `declared_minor` may be spent from the beginning, by default all of it. The guard stands in the update
    itself, so that workers who ask at one time cannot exceed the budget. It is exhausted where neither the rest nor
    what is unspent of any block covers `cheapest_minor`, the campaign's cheapest offer (by default `least_minor`).
    """
    return_expired(connection)
    for amount in dict.fromkeys((block_minor, least_minor)):
        fits = budgets.c.leased_minor + amount <= budgets.c.budget_minor
        taken = update(budgets).where(_of(version, campaign_id), fits).values(
            leased_minor=budgets.c.leased_minor + amount
        )  # fmt: skip
        if connection.execute(taken.returning(budgets.c.campaign_id)).one_or_none() is not None:
            lease_id = new_id("lease")
            row = {
                "lease_id": lease_id, "version": version, "campaign_id": campaign_id, "amount_minor": amount,
                "declared_minor": min(amount, declared_minor or amount), "spent_minor": 0,
                "expires_at": clock(connection) + seconds,
            }  # fmt: skip
            connection.execute(insert(leases).values(row))
            return lease_id, amount
    _note_exhausted(connection, version, campaign_id, least_minor if cheapest_minor is None else cheapest_minor)
    return None


def _note_exhausted(connection: Connection, version: str, campaign_id: str, cheapest_minor: int) -> None:
    """Note when a budget was first found to cover no further offer: what workers hold unspent still does."""
    unspent = select(leases.c.lease_id).where(
        leases.c.version == version,
        leases.c.campaign_id == campaign_id,
        leases.c.used_minor.is_(None),
        leases.c.amount_minor - leases.c.spent_minor >= cheapest_minor,
    )
    used_up = update(budgets).where(
        _of(version, campaign_id),
        budgets.c.leased_minor > 0,
        budgets.c.budget_minor - budgets.c.leased_minor < cheapest_minor,
        ~unspent.exists(),
    )
    connection.execute(used_up.values(exhausted_at=func.coalesce(budgets.c.exhausted_at, clock(connection))))


@dataclass(frozen=True)
class ExhaustedBudget:
    """A budget of which so little is left that it covers no further offer."""

    version: str
    campaign_id: str
    budget_minor: int
    """What the plan had left of the campaign's budget."""
    leased_minor: int
    n_held: int | None
    """Customers for whom the plan holds an offer of the campaign; None where an earlier program entered the budget."""


def exhausted_budgets(connection: Connection, newest: str | None = None) -> list[ExhaustedBudget]:
    """Return the budgets of the policy that is served that covered no further offer when a worker asked last, since
    yesterday. Served is what was promoted, or else the `newest` run: by default the newest one that has a budget."""
    served = promoted(connection) or newest or select(func.max(budgets.c.version)).scalar_subquery()
    lately = (budgets.c.version == served) & (budgets.c.exhausted_at > clock(connection) - 86_400)
    rows = connection.execute(select(budgets).where(lately).order_by(budgets.c.campaign_id))
    return [
        ExhaustedBudget(row.version, row.campaign_id, row.budget_minor, row.leased_minor, row.n_held) for row in rows
    ]


def spent_of_leases(connection: Connection, version: str) -> dict[str, int]:
    """Return what was spent of the blocks of a policy, by campaign, as workers said last."""
    spent = func.sum(func.coalesce(leases.c.used_minor, leases.c.spent_minor))
    query = select(leases.c.campaign_id, spent).where(leases.c.version == version).group_by(leases.c.campaign_id)
    return {campaign: int(minor) for campaign, minor in connection.execute(query)}


def declare(
    connection: Connection, declared_minor: Mapping[str, int], spent_minor: Mapping[str, int], seconds: int
) -> set[str]:
    """Renew leases, say what may be spent and what was spent of each, and return those that are still held.

    Threads of a worker declare in any order: what was declared before stays declared.
    """
    expires_at, held = clock(connection) + seconds, set[str]()
    for lease_id, minor in sorted(declared_minor.items()):
        is_open = (leases.c.lease_id == lease_id) & leases.c.used_minor.is_(None)
        declared = case((leases.c.declared_minor > minor, leases.c.declared_minor), else_=minor)
        spent = spent_minor[lease_id]
        renewed = update(leases).where(is_open).values(
            declared_minor=declared, spent_minor=spent, expires_at=expires_at
        )  # fmt: skip
        held |= set(connection.execute(renewed.returning(leases.c.lease_id)).scalars())
    return held


def return_lease(connection: Connection, lease_id: str, used_minor: int) -> None:
    """Give back what was not used of a block, once."""
    _close(connection, leases.c.lease_id == lease_id, {lease_id: used_minor})


def return_expired(connection: Connection) -> None:
    """Give back what workers who are gone had not declared."""
    gone = leases.c.used_minor.is_(None) & (leases.c.expires_at <= clock(connection))
    expired = connection.execute(select(leases.c.lease_id, leases.c.declared_minor).where(gone)).all()
    if expired:
        _close(connection, gone & leases.c.lease_id.in_([row.lease_id for row in expired]), dict(map(tuple, expired)))


def _close(connection: Connection, which: ColumnElement[bool], used_minor: Mapping[str, int]) -> None:
    for lease_id in sorted(used_minor):
        closed = update(leases).where(which, leases.c.lease_id == lease_id, leases.c.used_minor.is_(None))
        values = {"used_minor": used_minor[lease_id]}
        row = connection.execute(closed.values(values).returning(leases)).one_or_none()
        if row is not None:
            left = budgets.c.leased_minor - (row.amount_minor - row.used_minor)
            connection.execute(
                update(budgets).where(_of(row.version, row.campaign_id)).values(leased_minor=left, exhausted_at=None)
            )


def _of(version: str, campaign_id: str) -> ColumnElement[bool]:
    return (budgets.c.version == version) & (budgets.c.campaign_id == campaign_id)
