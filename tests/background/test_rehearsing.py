"""Simulated traffic is the shop's own orders again, decided on by its plan; the console says that it is simulated."""

import re
import shutil

import polars as pl
import pytest
from console_pages import signed_in
from served_shop import served

from offerloop.background import rehearsing
from offerloop.background.rehearsing import rehearse
from offerloop.config import STORE_VARIABLE
from offerloop.errors import InputError
from offerloop.offers import CouponTerms
from offerloop.store import EventLog, holds_simulated, redeemed_minor, shown_by_campaign
from offerloop.web.console.pages import PAGES
from offerloop.workspace import Recorder


@pytest.fixture(scope="module")
def rehearsed(small_run, tmp_path_factory):
    """A shop with simulated traffic, the log of its store, and what was played."""
    shop = tmp_path_factory.mktemp("rehearsed") / "shop"
    shutil.copytree(small_run.parent.parent, shop)
    url = f"sqlite:///{shop / 'offerloop.db'}"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(STORE_VARIABLE, url)
        recorders = []
        patch.setattr(rehearsing, "Recorder", lambda **how: recorders.append(Recorder(**how)) or recorders[-1])
        played = rehearse(shop, {}, lambda _: None)
        again = rehearse(shop, {}, lambda _: None)
    assert again == played | {"events": 0}
    assert recorders[0].records[0]["kept"], "orders are read again although the run kept them"
    log = EventLog.open(url)
    yield shop, log, played
    log.close()


def test_decisions_orders_and_redemptions_are_stored_once(rehearsed, small_run):
    _, log, played = rehearsed
    orders, redemptions, exposures = (list(log.read(kind)) for kind in ("order", "redemption", "exposure"))
    assert len(orders) + len(redemptions) + len(exposures) == played["events"]
    assert len({one.customer_id for one in orders}) == len(exposures) == played["decisions"]
    assert all(one.event_id.startswith("simulated-") for one in (*orders, *redemptions, *exposures))
    assert len(redemptions) == played["redeemed"] > 0
    assigned = pl.read_parquet(small_run / "assignments.parquet")
    given = dict(assigned.select(pl.col("customer_id").cast(pl.String), "offer_id").iter_rows())
    assert all(one.body["offer_id"] == given[one.customer_id] for one in (*redemptions, *exposures))
    campaigns = set(assigned["campaign_id"].drop_nulls())
    assert sum(log.database.read(lambda one: redeemed_minor(one, campaigns)).values()) == played["spent_minor"]
    shown = log.database.read(lambda one: shown_by_campaign(one, campaigns))
    assert sum(one.n_customers for one in shown.values()) == sum(one.body["offer_id"] != "none" for one in exposures)


def test_it_is_read_out_and_the_report_says_that_it_is_simulated(rehearsed, small_run):
    shop, _, played = rehearsed
    folder = shop / "runs" / small_run.name / played["readout"]
    assert "simulated orders" in (folder / "report.html").read_text()


def test_every_page_says_that_traffic_is_simulated_and_the_overview_what_was_spent(rehearsed):
    shop, _, played = rehearsed
    with served(shop) as client:
        admin = signed_in(client, "admin")
        for name in [one for one, page in PAGES.items() if page.in_navigation]:
            assert "played by the demo" in client.get(f"/console/{name}", headers=admin).text
        overview = client.get("/console/overview.json", headers=admin).json()
        assert overview["simulated"] is True
        assert sum(one["spent"]["minor"] for one in overview["spend"]) == played["spent_minor"]
        assert all(one["shown"] > 0 for one in overview["spend"])
        experiment = client.get("/console/experiment.json", headers=admin).json()["experiment"]
        assert experiment["state"] in ("measured", "stopped")
        chinese = {"accept-language": "zh"} | admin
        (readout,) = client.get("/console/experiments.json", headers=chinese).json()["readouts"]
        assert re.search("[\u4e00-\u9fff]", readout["finding"])
        plan = client.get("/console/plan?campaign=first", headers=chinese).text
        assert "预期利润" in plan


def test_a_store_with_traffic_of_customers_is_left_alone(small_run, tmp_path, monkeypatch):
    shop = tmp_path / "shop"
    shutil.copytree(small_run.parent.parent, shop)
    url = f"sqlite:///{shop / 'offerloop.db'}"
    monkeypatch.setenv(STORE_VARIABLE, url)
    log = EventLog.open(url)
    from offerloop.store import EVENT

    view = {"event_id": "1", "kind": "view", "customer_id": "a", "product_id": "7", "at": "2024-01-01T00:00:00Z"}
    log.take([EVENT.validate_python(view)])
    with pytest.raises(InputError, match="traffic of customers"):
        rehearse(shop, {}, lambda _: None)
    assert not log.database.read(holds_simulated)
    log.close()


def test_what_the_ledger_refuses_is_in_no_event_and_no_total(small_run, tmp_path, monkeypatch):
    shop = tmp_path / "shop"
    shutil.copytree(small_run.parent.parent, shop)
    url = f"sqlite:///{shop / 'offerloop.db'}"
    monkeypatch.setenv(STORE_VARIABLE, url)
    monkeypatch.setattr(rehearsing, "CouponTerms", lambda **_: CouponTerms(budget_minor=1_000))
    played = rehearse(shop, {}, lambda _: None)
    log = EventLog.open(url)
    orders, redemptions = list(log.read("order")), list(log.read("redemption"))
    assert 0 < played["redeemed"] == len(redemptions)
    with_coupon = {
        one.body["order_id"] for one in orders if any(line.get("coupon_minor") for line in one.body["lines"])
    }
    assert {one.body["order_id"] for one in redemptions} >= with_coupon
    assert all(one.body["lines"] for one in orders)
    campaigns = set(pl.read_parquet(small_run / "assignments.parquet")["campaign_id"].drop_nulls())
    spent = log.database.read(lambda one: redeemed_minor(one, campaigns))
    assert sum(spent.values()) == played["spent_minor"] <= 1_000 * len(campaigns)
    log.close()
