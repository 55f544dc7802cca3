"""A read-out of the store's events is that of the same orders in a file."""

import json
import shutil

import polars as pl
import pytest
from readout_shop import make_orders, make_run
from reported_shop import exposure_events, order_events, reported

from offerloop.commands.readout.task import read_out
from offerloop.errors import InputError
from offerloop.store import Database, set_test_arm


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A run, and its orders as a table."""
    folder = tmp_path_factory.mktemp("made")
    run = make_run(folder / "runs" / "one")
    make_orders(folder / "orders.csv", run, lambda _: 1.1)
    names = {"order": "order_id", "customer": "customer_id", "product": "product_id", "day": "at"}
    return run, pl.read_csv(folder / "orders.csv", try_parse_dates=True).rename(names)


def on_store(run, folder, events):
    """Give a copy of a run whose configuration reads the store beside it, which holds these events."""
    copied = folder / "runs" / "one"
    shutil.copytree(run, copied)
    manifest = json.loads((copied / "manifest.json").read_text())
    text = manifest["config"]["text"]
    shop, rest = text[: text.index("[sources")], text[text.index("[experiment]") :]
    manifest["config"]["text"] = f'{shop}[data]\nsource = "store"\n{rest}'
    (copied / "manifest.json").write_text(json.dumps(manifest))
    reported(f"sqlite:///{folder / 'offerloop.db'}", events)
    return copied


def test_events_tell_what_a_file_tells(made, tmp_path):
    run, lines = made
    with pytest.raises(InputError, match="--orders is missing"):
        read_out(run, None)
    from_file = read_out(run, run.parent.parent / "orders.csv")
    rows = pl.read_parquet(from_file.folder / "outcomes.parquet")
    run = on_store(run, tmp_path, order_events(lines))
    done = read_out(run, None)
    assert done.summary == from_file.summary
    assert pl.read_parquet(done.folder / "outcomes.parquet").equals(rows)


def test_a_message_names_the_store_and_no_temporary_file(made, tmp_path):
    run, lines = made
    strangers = lines.with_columns(customer_id=pl.lit("stranger"))
    run = on_store(run, tmp_path, order_events(strangers))
    with pytest.raises(InputError, match="who order in 'order_lines of the store' from"):
        read_out(run, None)


def test_what_was_shown_and_redeemed_since_the_plan_is_read_as_well(made, tmp_path):
    run, lines = made
    given = pl.read_parquet(run / "assignments.parquet").select("customer_id", "offer_id", "arm")
    treated, day = given.filter(arm="plan", offer_id="coupon")["customer_id"], lines["at"].max()
    shown = given.select("customer_id", "offer_id", at=pl.lit(day))
    used = [
        {"event_id": f"used-{one}", "kind": "redemption", "customer_id": str(one), "offer_id": "coupon",
         "amount_minor": 100, "at": f"{when}T12:00:00Z"}
        for one, when in ((treated[0], day), (treated[1], "2023-01-01"))
    ]  # fmt: skip
    run = on_store(run, tmp_path, [*order_events(lines), *exposure_events(shown), *used])
    table = pl.read_parquet(read_out(run, None).folder / "outcomes.parquet")
    assert table.filter(pl.col("cost_minor") > 0).select("customer_id", "cost_minor").rows() == [(treated[0], 100)]


def test_test_customers_are_left_out_whatever_was_drawn_for_them(made, tmp_path):
    run, lines = made
    run = on_store(run, tmp_path, order_events(lines))
    everybody = pl.read_parquet(read_out(run, None).folder / "outcomes.parquet")["customer_id"]
    database = Database.open(f"sqlite:///{tmp_path / 'offerloop.db'}")
    database.change(lambda one: set_test_arm(one, str(everybody[0]), "plan"))
    database.close()
    shutil.rmtree(next(run.glob("readout-*")))
    left = pl.read_parquet(read_out(run, None).folder / "outcomes.parquet")["customer_id"]
    assert set(everybody) - set(left) == {everybody[0]}
