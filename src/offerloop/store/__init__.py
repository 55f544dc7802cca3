"""Durable state on SQLite or PostgreSQL: the ledger, which makes the lifecycle of coupons atomic, and loops' journals.

Needs the extra `sql`. `Ledger.open(url)` carries out the commands of coupons, such as `offerloop.offers.Issue`; `audit`
recomputes every balance from the history.
"""

from typing import TYPE_CHECKING

from offerloop.errors import InputError
from offerloop.lazy import lazy_exports

if TYPE_CHECKING:
    from offerloop.store.access.request_answers import KeyConflictError, answered_once, forget_answers
    from offerloop.store.access.secrets import PREFIX, new_id, new_secret, secret_hash
    from offerloop.store.access.tokens import Token, add_token, find_token, list_tokens, revoke_token
    from offerloop.store.access.trail import TrailEntry, add_entry, read_trail
    from offerloop.store.auditing import audit
    from offerloop.store.database import Database
    from offerloop.store.journal import Journal
    from offerloop.store.ledger import Ledger
    from offerloop.store.reported.event_log import EventLog, RefusedEvent, StoredEvent, Taken
    from offerloop.store.reported.incoming import EVENT, AnyEvent, Event
    from offerloop.store.served.decisions import DecisionRecord, add_decisions, find_decision, keys_of_customers
    from offerloop.store.served.leases import open_budgets, return_lease, take_lease
    from offerloop.store.served.policies import PERSONALISED, is_on, promote, promoted, set_switch

__all__ = [
    "EVENT",
    "PERSONALISED",
    "PREFIX",
    "AnyEvent",
    "Database",
    "DecisionRecord",
    "Event",
    "EventLog",
    "Journal",
    "KeyConflictError",
    "Ledger",
    "RefusedEvent",
    "StoredEvent",
    "Taken",
    "Token",
    "TrailEntry",
    "add_decisions",
    "add_entry",
    "add_token",
    "answered_once",
    "audit",
    "find_decision",
    "find_token",
    "forget_answers",
    "is_on",
    "keys_of_customers",
    "list_tokens",
    "new_id",
    "new_secret",
    "open_budgets",
    "promote",
    "promoted",
    "read_trail",
    "return_lease",
    "revoke_token",
    "secret_hash",
    "set_switch",
    "take_lease",
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
