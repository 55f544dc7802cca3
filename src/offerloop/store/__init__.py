"""Durable state on SQLite or PostgreSQL: the ledger, which makes the lifecycle of coupons atomic, and loops' journals.

Needs the extra `sql`. `Ledger.open(url)` carries out the commands of coupons, such as `offerloop.offers.Issue`; `audit`
recomputes every balance from the history.
"""

from offerloop.store.audit import audit
from offerloop.store.journal import Journal
from offerloop.store.ledger import Ledger

__all__ = ["Journal", "Ledger", "audit"]
