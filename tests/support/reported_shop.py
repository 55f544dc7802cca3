"""Tables of a shop as the events that it would report over HTTP."""

from datetime import UTC, datetime, time

import polars as pl
from small_shop import CONFIG

from offerloop.store import EVENT, EventLog

AMOUNTS = ("paid", "list_price", "list_value", "discount", "coupon", "reimbursed", "unit_cost")


def moment(day):
    """A local day of a shop in UTC, as the time of an event."""
    return datetime.combine(day, time(), UTC).isoformat()


def facts_of(row):
    """The fields of an event that a row of a table holds; amounts in minor units, and without a sign."""
    found = {}
    for name, value in row.items():
        if value is None:
            continue
        if name in AMOUNTS:
            found[f"{name}_minor"] = abs(round(100 * value))
        elif name not in ("at", "customer_id", "order_id"):
            found[name] = abs(value) if name == "quantity" else value
    return found


def order_events(lines, prefix=""):
    """One event for each order, and one for what came back of it on a day."""
    grouped = lines.group_by("order_id", "customer_id", "at", pl.col("quantity") < 0, maintain_order=True)
    for (order, customer, at, back), rows in grouped:
        kind = "return" if back else "order"
        yield {
            "event_id": f"{prefix}{kind}-{order}-{at}", "kind": kind, "customer_id": str(customer), "at": moment(at),
            "order_id": str(order), "lines": [facts_of(row) for row in rows.drop("order_id").iter_rows(named=True)],
        }  # fmt: skip


def browsing_events(table, prefix=""):
    """Views and ratings."""
    for number, row in enumerate(table.iter_rows(named=True)):
        yield {
            "event_id": f"{prefix}browsing-{number}", "customer_id": str(row["customer_id"]), "at": moment(row["at"]),
            **facts_of(row),
        }  # fmt: skip


def exposure_events(table, prefix=""):
    """What was shown."""
    for number, row in enumerate(table.iter_rows(named=True)):
        yield {
            "event_id": f"{prefix}shown-{number}", "kind": "exposure", "customer_id": str(row["customer_id"]),
            "at": moment(row["at"]), **facts_of(row),
        }  # fmt: skip


def product_events(table, at, prefix=""):
    """Facts of products."""
    for row in table.iter_rows(named=True):
        yield {"event_id": f"{prefix}product-{row['product_id']}", "kind": "product", "at": moment(at), **facts_of(row)}


def customer_events(table, at, prefix=""):
    """Facts of customers: whatever is no field of ours is an attribute."""
    for row in table.iter_rows(named=True):
        more = {name: value for name, value in row.items() if name != "customer_id" and value is not None}
        own = {name: more.pop(name) for name in ("consent", "opt_out", "segment") if name in more}
        yield {
            "event_id": f"{prefix}customer-{row['customer_id']}", "kind": "customer", "at": moment(at),
            "customer_id": str(row["customer_id"]), **own, "attributes": more,
        }  # fmt: skip


def small_shop_events(folder):
    """The tables of `write_small_shop` as events."""
    lines = pl.read_csv(folder / "lines.csv", try_parse_dates=True).rename(
        {"order": "order_id", "who": "customer_id", "what": "product_id", "n": "quantity", "when": "at"}
    )
    products = pl.read_csv(folder / "products.csv").rename({"what": "product_id", "kind": "category"})
    return [*order_events(lines), *product_events(products, lines["at"].min())]


def reported(url, events):
    """Store events as the service does."""
    log = EventLog.open(url)
    read = [EVENT.validate_python(one) for one in events]
    for start in range(0, len(read), 1_000):
        assert not log.take(read[start : start + 1_000]).refused
    log.close()


def shop_on_store(folder, url, text=CONFIG):
    """Write the configuration of a shop whose sources are a store."""
    kept, skipping = [], False
    for line in text.splitlines():
        skipping = line.startswith("[sources") or (skipping and not line.startswith("["))
        if not skipping:
            kept.append(line)
    path = folder / "offerloop.toml"
    path.write_text("\n".join([*kept, "", "[data]", 'source = "store"', f'store = "{url}"', ""]))
    return path
