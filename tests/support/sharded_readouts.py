"""Runs and orders whose read-outs use all that a read-out reads, and what two read-outs have in common."""

import polars as pl
import polars.testing
from readout_shop import make_orders, make_run

from offerloop.commands.readout.task import read_out

USUAL = '[business_as_usual]\nshare = 0.2\nbudget = "100000.00"\nrules = [{ offer = "spend_and_save" }]\n'
MENUS = ((), ("coupon",), ("coupon", "flash_sale"), ("coupon", "flash_sale", "spend_and_save"))


def plain(folder):
    """Costs are the forecast's, and the week before the plan is seen."""
    run = make_run(folder / "runs" / "one")
    make_orders(folder / "orders.csv", run, lambda one: 0.6 if one % 4 == 0 else 1.1)
    return run, {}


def with_everything(folder):
    """Business as usual, many explorers, a period longer than the forecast's, and files beside the orders."""
    run = make_run(
        folder / "runs" / "one", more=USUAL, usual=0.2, explore=0.4, funded=0.75, only_able=True,
        kinds=lambda one: MENUS[one % 4],
    )  # fmt: skip
    make_orders(folder / "orders.csv", run, {"plan": 1.3, "usual": 1.1, "explore": 1.2}, days=35, before=False)
    given = pl.read_parquet(run / "assignments.parquet").select("customer_id", "offer_id")
    pl.concat([given, given.head(3)]).write_csv(folder / "shown.csv")
    used = given.filter(pl.col("offer_id") != "none", pl.col("customer_id") % 3 > 0)
    pl.concat([used, used.head(9)]).with_columns(amount=pl.lit("1.50")).write_csv(folder / "used.csv")
    with (folder / "used.csv").open("a") as file:
        file.write("999999,coupon,1.00\n")
    return run, {"exposures": folder / "shown.csv", "redemptions": folder / "used.csv"}


def with_coupons(folder):
    """Order lines say what coupons took off, and the offers' terms what suppliers pay of it."""
    run = make_run(folder / "runs" / "one", more='coupon = "coupon"', funded=0.75)
    coupons = lambda one: {"coupon": one % 7 / 4 if one else 0.0}  # noqa: E731
    make_orders(folder / "orders.csv", run, lambda _: 1.1, columns=coupons)
    return run, {}


MADE = {"plain": plain, "everything": with_everything, "coupons": with_coupons}


def read(run, orders, files, engine="duckdb"):
    """(summary, effects, outcomes by customer) of a read-out."""
    done = read_out(run, orders, **files, engine=engine)
    assert done.stopped is None
    return done.summary, done.frames["effects"], done.frames["outcomes"].sort("customer_id")


def assert_same(found, expected):
    """Money and counts are equal, other figures but for rounding."""
    pl.testing.assert_frame_equal(found[1], expected[1], rel_tol=1e-9, abs_tol=1e-9)
    assert found[2].equals(expected[2])
    assert found[0] == expected[0]
