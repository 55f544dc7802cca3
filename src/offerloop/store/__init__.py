"""Durable state on SQLite or PostgreSQL: the ledger, which makes the lifecycle of coupons atomic, and loops' journals.

Needs the extra `sql`. `Ledger.open(url)` carries out the commands of coupons, such as `offerloop.offers.Issue`; `audit`
recomputes every balance from the history.
"""

from typing import TYPE_CHECKING

from offerloop.errors import InputError
from offerloop.lazy import lazy_exports

if TYPE_CHECKING:
    from offerloop.store.auditing import audit
    from offerloop.store.journal import Journal
    from offerloop.store.ledger import Ledger

__all__ = [
    "Journal",
    "Ledger",
    "audit",
]

_load, __dir__ = lazy_exports(__name__)


def __getattr__(name: str) -> object:
    """Load a module when one of its names is first asked for. Raises InputError where SQLAlchemy is not installed."""
    try:
        return _load(name)
    except ModuleNotFoundError as error:
        if error.name != "sqlalchemy":
            raise
        raise InputError(
            "ledgers and journals need SQLAlchemy; install it with: pip install 'offerloop[sql]'"
        ) from None
