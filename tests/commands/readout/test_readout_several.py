"""Read-outs of plans that give customers offers of several campaigns."""

import shutil
from datetime import date, timedelta

import polars as pl
import pytest
from two_campaigns import write_two_campaigns
from typed_command import offerloop

from offerloop import run
from offerloop.commands.readout.inputs import read_run
from offerloop.engine import collect
from offerloop.engine.duckdb import DuckDBEngine
from offerloop.web.console.experiments.drivers import drivers

CAMPAIGNS = ("first", "second")


@pytest.fixture(scope="module")
def read_out(tmp_path_factory):
    """The folder of a read-out; the second campaign has further offers alone."""
    folder = tmp_path_factory.mktemp("shop")
    path = write_two_campaigns(folder, "offers_per_customer = 2", customers=300)
    text = path.read_text(encoding="utf-8").replace('budget = "100.00"', 'budget = "600.00"')
    path.write_text(text.replace("incremental = 0.6", "incremental = 0.9"), encoding="utf-8")
    done = run(path)
    bought = pl.read_csv(folder / "lines.csv")
    start = date.fromisoformat(bought["when"].max()) + timedelta(days=1)
    weekly = bought.filter(pl.col("when") < "2024-01-08")
    later = weekly.with_columns(when=pl.lit(start.isoformat()), order="order" + pl.lit("-new"))
    later.write_csv(folder / "later.csv")
    return read_out_of(done.folder, folder / "later.csv")


def read_out_of(run_folder, orders):
    code, out, err = offerloop("readout", run_folder, "--orders", orders)
    assert (code, err) == (0, ""), out
    return next(run_folder.glob("readout*"))


def with_offer(read_out, campaign):
    """How many customers have an offer of a campaign by plan."""
    names = ("assignments", "further_offers")
    given = pl.concat(pl.read_parquet(read_out.parent / f"{name}.parquet") for name in names)
    return given.filter(pl.col("offer_id") != "none", arm="plan", campaign_id=campaign).height


def test_each_campaign_is_compared_by_all_customers_who_have_an_offer_of_it(read_out):
    """Also where that is not their first one."""
    effects = pl.read_parquet(read_out / "effects.parquet")
    groups = effects.filter(comparison="plan", outcome="margin_minor", method="unadjusted")
    n_treated = dict(groups.select("group", "n_treated").unique().iter_rows())
    assert {name: n_treated.get(name) for name in CAMPAIGNS} == {name: with_offer(read_out, name) for name in CAMPAIGNS}
    page = (read_out / "report.html").read_text(encoding="utf-8")
    assert "The same, customers with an offer of campaign “Second offers”, with all that their offers changed" in page


def test_the_console_takes_apart_the_profit_of_the_same_customers(read_out):
    for name in CAMPAIGNS:
        (tree,) = drivers(read_out, "EUR", name)
        customers = tree.root.parts[0]
        assert customers.values[0] == with_offer(read_out, name)


def test_outcomes_say_for_whom_several_offers_were_planned(read_out):
    """Whatever their arm, so that what one offer brings is not read off those who have two."""
    outcomes = pl.read_parquet(read_out / "outcomes.parquet")
    by_arm = outcomes.group_by("arm").agg(pl.col("n_planned").max())
    assert {arm: n for arm, n in by_arm.iter_rows() if arm in {"plan", "holdout"}} == {"plan": 2, "holdout": 2}
    assigned = pl.read_parquet(read_out.parent / "assignments.parquet").sort("customer_id")
    assert outcomes["n_planned"].to_list() == assigned["n_planned"].to_list()


def test_a_run_that_does_not_say_what_the_control_group_had_further_is_compared_by_first_offers(read_out):
    """Customers with an offer of the second campaign beside another one would stand beside nobody who had it, too."""
    run_folder = read_out.parent
    older = shutil.copytree(run_folder, run_folder.with_name("older"), ignore=shutil.ignore_patterns("readout*"))
    assert len(collect(read_run(older).further_planned(DuckDBEngine()))) > 0
    (older / "further_planned.parquet").unlink()
    assert len(collect(read_run(older).further_planned(DuckDBEngine()))) == 0
    effects = pl.read_parquet(read_out_of(older, run_folder.parents[1] / "later.csv") / "effects.parquet")
    assert set(effects.filter(pl.col("group").is_in(CAMPAIGNS))["group"]) == {"first"}
