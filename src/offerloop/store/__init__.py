"""Durable state on SQLite or PostgreSQL: the ledger, which makes the lifecycle of coupons atomic, and loops' journals.

Needs the extra `sql`. `Ledger.open(url)` carries out the commands of coupons, such as `offerloop.offers.Issue`; `audit`
recomputes every balance from the history.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from offerloop.errors import InputError

if TYPE_CHECKING:
    from offerloop.store.auditing import audit
    from offerloop.store.journal import Journal
    from offerloop.store.ledger import Ledger

__all__ = [
    "Journal",
    "Ledger",
    "audit",
]

_MODULES = {
    ".auditing": "audit",
    ".journal": "Journal",
    ".ledger": "Ledger",
}
_LAZY = {name: module for module, names in _MODULES.items() for name in names.split()}


def __getattr__(name: str) -> object:
    """Load a module when one of its names is first asked for."""
    if name not in _LAZY:
        raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
    try:
        return getattr(import_module(_LAZY[name], __name__), name)
    except ModuleNotFoundError as error:
        if error.name != "sqlalchemy":
            raise
        raise InputError(
            "ledgers and journals need SQLAlchemy; install it with: pip install 'offerloop[sql]'"
        ) from None
