"""A ledger with a long history, written by the database itself: what the audit of a large shop has to read."""

from sqlalchemy import text

from offerloop.offers import BALANCE_COUNTERS, CouponTerms
from offerloop.store import Ledger
from offerloop.store.connect import writing

AMOUNT = 100
PER_CODE, PER_CUSTOMER = 2, 5
"""Redemptions of each code and of each customer."""
COLUMNS = ("event", "request_key", "customer_id", "lock_key", "redemption_id", *BALANCE_COUNTERS)
"""What differs between kinds of entries."""
LOCKED = {"event": "'locked'", "lock_key": "'lock' || n", "n_locked": "1", "reserved_minor": str(AMOUNT)}
USED = {"event": "'redeemed'", "redemption_id": "'use' || n", "n_used": "1", "spent_minor": str(AMOUNT)}
UNLOCKED = {"lock_key": "'lock' || n", "n_locked": "-1", "reserved_minor": str(-AMOUNT)}
RETURNED = {
    "event": "'rolled_back'", "redemption_id": "'use' || n", "n_used": "-1", "n_rolled_back": "1",
    "spent_minor": str(-AMOUNT), "released_minor": str(AMOUNT),
}  # fmt: skip
ENTRIES = (
    (f"n % {PER_CODE} = 0", "issue", {"event": "'issued'", "customer_id": "null", "n_issued": "1"}),
    ("n % 4 = 0", "lock", LOCKED),
    ("n % 4 <> 0", "use", USED),
    ("n % 4 = 0", "use", USED | UNLOCKED),
    ("n % 10 = 0", "back", RETURNED),
    ("n % 50 = 1", "open", LOCKED),
)
"""For which redemptions there is an entry, how its request is called, and its columns: one redemption in four was made
with a lock, one in ten rolled back, and beside one in fifty a lock still holds.
"""
DERIVED = (
    """insert into redemptions (redemption_id, template_id, code, customer_id, amount_minor, rolled_back_minor, whole)
  select redemption_id, min(template_id), min(code), min(customer_id), max(spent_minor),
    max(spent_minor) - sum(spent_minor), sum(n_rolled_back) > 0
  from history where redemption_id is not null group by redemption_id""",
    """insert into locks (code, lock_key, template_id, customer_id, amount_minor, expires_at)
  select code, lock_key, min(template_id), min(customer_id), sum(reserved_minor), 1000000000000
  from history where lock_key is not null group by code, lock_key having sum(n_locked) > 0""",
    "insert into requests (key, fingerprint, at) select distinct request_key, '', 1000 from history",
)
"""What follows from the history."""


def fill(engine, n_redemptions):
    """Write one template with so many redemptions and all accounts, locks and requests that belong to them."""
    Ledger(engine).add_template("t", CouponTerms(limit_per_code=None))
    with writing(engine) as connection:
        for statement in _statements(n_redemptions):
            connection.execute(text(statement))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("analyze"))


def _statements(n_redemptions):
    numbers = f"with recursive t(n) as (select 0 union all select n + 1 from t where n < {n_redemptions - 1})"
    place = {"customer_id": f"'customer' || (n % {max(n_redemptions // PER_CUSTOMER, 1)})"}
    zero = dict.fromkeys(COLUMNS, "null") | dict.fromkeys(BALANCE_COUNTERS, "0") | place
    for condition, request, changed in ENTRIES:
        values = zero | changed | {"request_key": f"'{request}' || n"}
        yield (
            f"insert into history (at, template_id, code, {', '.join(COLUMNS)}) {numbers} select 1000, 't', "
            f"'code' || (n / {PER_CODE}), {', '.join(values[name] for name in COLUMNS)} from t where {condition}"
        )
    yield from DERIVED
    sums = ", ".join(f"sum({name})" for name in BALANCE_COUNTERS)
    yield (
        f"insert into coupons (code, template_id, revoked, version, {', '.join(BALANCE_COUNTERS)}) "
        f"select code, min(template_id), 1 = 0, 0, {sums} from history group by code"
    )
    yield (
        f"insert into customers (template_id, customer_id, {', '.join(BALANCE_COUNTERS)}) "
        f"select template_id, customer_id, {sums} from history where customer_id is not null "
        "group by template_id, customer_id"
    )
    totals = ", ".join(f"{name} = (select sum({name}) from history)" for name in BALANCE_COUNTERS)
    yield f"update templates set {totals}"
