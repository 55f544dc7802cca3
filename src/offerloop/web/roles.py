"""Roles, and what each may do: decided here alone."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from offerloop.message import Message


class Permission(StrEnum):
    """What a resource asks for."""

    DECIDE = "decide"
    """Decisions, prices, baskets, coupons in use, refunds and events: what a checkout does."""
    READ = "read"
    """Plans, policies, decisions and explanations."""
    EDIT = "edit"
    """Coupon templates and campaigns."""
    APPROVE = "approve"
    """What is served: promote, roll back, switch off."""
    ADMINISTER = "administer"
    """Tokens, people, the audit trail, erasure."""


ROLES: dict[str, frozenset[Permission]] = {
    "viewer": frozenset({Permission.READ}),
    "marketer": frozenset({Permission.READ, Permission.EDIT}),
    "approver": frozenset({Permission.READ, Permission.APPROVE}),
    "service": frozenset({Permission.DECIDE}),
    "admin": frozenset(Permission),
}
ROLE_NAMES = {
    "viewer": Message("viewer", context="role"),
    "marketer": Message("marketer", context="role"),
    "approver": Message("approver", context="role"),
    "service": Message("service", context="role"),
    "admin": Message("admin", context="role"),
}
"""The word for each role."""


def permissions_of(roles: Iterable[str]) -> frozenset[Permission]:
    """Return all that somebody with these roles may do; an unknown role opens nothing."""
    return frozenset().union(*(ROLES.get(one, frozenset()) for one in roles))


def outlives(token_roles: Iterable[str], roles: Iterable[str]) -> bool:
    """Return whether a token goes on when the person behind it has these roles.

    A checkout's does: it is the shop's. What else a token opens ends when its maker may no longer do it.
    """
    return permissions_of(token_roles) - {Permission.DECIDE} <= permissions_of(roles)


def roles_with_any(permissions: Iterable[str]) -> list[str]:
    """Return the roles that may do at least one of some things."""
    wanted = set(permissions)
    return sorted(name for name, its in ROLES.items() if wanted & its)


def words_of(roles: Iterable[str]) -> tuple[Message | str, ...]:
    """Return the words for roles; an unknown one stays as it is."""
    return tuple(ROLE_NAMES.get(one, one) for one in roles)
