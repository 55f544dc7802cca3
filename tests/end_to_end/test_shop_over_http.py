"""A shop that only speaks HTTP, with events in and decisions out, gets the plans that it gets through files."""

from datetime import date

import polars as pl
import pytest
from reported_shop import (
    browsing_events,
    customer_events,
    exposure_events,
    order_events,
    product_events,
    shop_on_store,
)
from served_client import client_of

from offerloop.background import carry_out_next
from offerloop.commands.loop.task import take_steps
from offerloop.commands.simulate.shop_files import write_shop
from offerloop.market.preset import load_preset
from offerloop.market.simulation import Market

FEW = '\n[recommend]\ncandidates = ["popularity", "repeat"]\n'
BEGAN = date(2023, 1, 1)


class FileShop:
    """Writes its tables, and carries out what the loop's files say."""

    def __init__(self, folder, customers):
        self.folder, self.market = folder, Market(load_preset("grocery"), customers, 30, 1, 6)
        path = write_shop(self.market, folder)
        path.write_text(path.read_text() + FEW)

    def period(self):
        """Decide a period and live through it; gives the file of its assignments."""
        file = take_steps(self.folder, None, once=True).file
        given = pl.read_csv(file).with_columns(pl.col("customer_id").cast(pl.Int64))
        self.market.step(given.select("customer_id", "offer_id", "propensity"))
        for name, table in self.market.observe().items():
            table.write_parquet(self.folder / f"{name}.parquet")
        return file


class HttpShop:
    """Reports events, asks for a job, and gives each customer what a decision says."""

    def __init__(self, folder, customers, client, worker):
        self.folder, self.client, self.worker = folder, client, worker
        self.market = Market(load_preset("grocery"), customers, 30, 1, 6)
        self.customers = customers
        self.report()

    def report(self):
        """Report everything that happened so far once more, the newest first."""
        tables = self.market.observe()
        lines = tables["order_lines"].drop("store_id", strict=False)
        events = [
            *product_events(tables["products"].drop("list_price"), BEGAN),
            *customer_events(tables["customers"], BEGAN),
            *order_events(lines), *browsing_events(tables["events"]),
            *exposure_events(tables.get("exposures", pl.DataFrame())),
        ]  # fmt: skip
        assert self.client.report(reversed(events)).rejected == ()

    def period(self):
        job = self.client.queue_job("loop")
        carry_out_next(self.folder, self.worker.database)
        done = self.client.job(job.job_id)
        assert done.state == "done", done.failure
        self.worker.follow()
        answers = {one: self.client.decide(str(one)) for one in range(1, self.customers + 1)}
        assert {one.policy_version for one in answers.values()} == {done.result["run"]}
        rows = [(one, answer.offer_id, answer.propensity) for one, answer in answers.items()]
        self.market.step(pl.DataFrame(rows, schema=["customer_id", "offer_id", "propensity"], orient="row"))
        self.report()
        return sorted((self.folder / "loop").glob("period-*.csv"))[-1]


def compare(folder, periods, customers):
    by_files = FileShop(folder / "files", customers)
    shop = folder / "http"
    shop.mkdir()
    text = (folder / "files" / "offerloop.toml").read_text()
    shop_on_store(shop, f"sqlite:///{shop / 'offerloop.db'}", text)
    with client_of(shop) as (client, worker):
        by_http = HttpShop(shop, customers, client, worker)
        for period in range(periods):
            ours, theirs = by_http.period(), by_files.period()
            assert ours.name == theirs.name == f"period-{period:04d}.csv"
            assert ours.read_bytes() == theirs.read_bytes(), period
        given = pl.read_csv(ours).filter(pl.col("offer_id") != "none")
        assert given.height


@pytest.mark.slow
def test_two_periods_of_a_tiny_shop(tmp_path):
    compare(tmp_path, 2, 60)


@pytest.mark.soak
def test_four_periods(tmp_path):
    compare(tmp_path, 4, 300)
