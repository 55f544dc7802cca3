"""Roles, and what each may do: decided here alone."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


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


def permissions_of(roles: Iterable[str]) -> frozenset[Permission]:
    """Return all that somebody with these roles may do; an unknown role opens nothing."""
    return frozenset().union(*(ROLES.get(one, frozenset()) for one in roles))


def roles_with_any(permissions: Iterable[str]) -> list[str]:
    """Return the roles that may do at least one of some things."""
    wanted = set(permissions)
    return sorted(name for name, its in ROLES.items() if wanted & its)
