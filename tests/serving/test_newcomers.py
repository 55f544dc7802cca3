"""Customers whom the run does not know get what the plan gives to customers like them."""

import json
import shutil
from datetime import UTC, datetime

import polars as pl
import pytest

from offerloop.serving import DecisionInputs, Leases, ReportedNewcomers, decide, serve_run
from offerloop.store import EVENT, Database, exhausted_budgets, take_events


@pytest.fixture
def heard(small_run, tmp_path):
    """The newcomers that events report, beside a run whose plan gives each category an offer of its own."""
    run = shutil.copytree(small_run, tmp_path / "shop" / "runs" / small_run.name)
    profiles = pl.read_parquet(run / "profiles.parquet").select("customer_id", "top_category")
    assigned = pl.read_parquet(run / "assignments.parquet").join(profiles, on="customer_id", maintain_order="left")
    offers = sorted(pl.read_parquet(run / "offers.parquet").filter(campaign_id="first")["offer_id"])[:2]
    of_category = pl.col("top_category").replace_strict({"kind 0": offers[0], "kind 1": offers[1]}, default="none")
    assigned.with_columns(planned_offer_id=of_category, planned_campaign_id=pl.lit("first")).drop(
        "top_category"
    ).write_parquet(run / "assignments.parquet")
    database = Database.open(f"sqlite:///{tmp_path / 'store.db'}")
    yield ReportedNewcomers(database, serve_run(run)), offers
    database.close()


def report(heard, *events):
    moment = datetime.now(UTC).isoformat()
    read = [
        EVENT.validate_python({"event_id": f"e{n}-{one['kind']}", "at": moment, **one}) for n, one in enumerate(events)
    ]
    heard.database.change(lambda connection: take_events(connection, read))
    heard.follow()


PRODUCTS = [{"kind": "product", "product_id": f"{n}", "category": f"kind {n % 2}"} for n in range(4)]


def order(customer, product, number=1):
    line = {"product_id": product, "quantity": 1, "paid_minor": 500}
    return {"kind": "order", "customer_id": customer, "order_id": f"{customer}-{number}", "lines": [line]}


def given(heard, customer):
    decided = decide(heard.policy, DecisionInputs(customer, like=heard.find(customer)), 0)
    return None if decided.offer is None else decided.offer.offer_id, decided


def in_plan(heard, name):
    """A new customer of this name who is in the plan's arm."""
    names = (f"{name} {n}" for n in range(100))
    return next(one for one in names if heard.policy.newcomer(one).arm == "plan")


def test_a_newcomer_gets_what_buyers_of_the_category_get(heard):
    heard, offers = heard
    ann, ben, eve = (in_plan(heard, name) for name in ("ann", "ben", "eve"))
    report(heard, *PRODUCTS, order(ann, "0"), order(ben, "1"), order("c000", "1"))
    assert set(heard.like) == {ann, ben}
    assert [given(heard, one)[0] for one in (ann, ben)] == offers
    decided = given(heard, ann)[1]
    assert (decided.arm, decided.reasons, decided.needs_minor) == ("plan", ("newcomer",), 200)
    assert decided.propensity == pytest.approx(0.8)
    assert given(heard, eve)[1].reasons == ("unknown_customer",)


def test_who_only_looked_is_like_buyers_of_what_was_looked_at_most(heard):
    heard, offers = heard
    ann = in_plan(heard, "ann")
    views = [{"kind": "view", "customer_id": ann, "product_id": one} for one in ("1", "3", "0")]
    report(heard, *PRODUCTS, *views)
    assert heard.like == {ann: "0 kind 1"}
    assert given(heard, ann)[0] == offers[1]


def test_what_was_bought_later_is_followed(heard):
    heard, _ = heard
    ann = in_plan(heard, "ann")
    report(heard, *PRODUCTS, order(ann, "0"))
    assert heard.like[ann] == "1 kind 0"
    moment = datetime.now(UTC).isoformat()
    more = [{"event_id": f"more {n}", "at": moment, **order(ann, "1", n)} for n in range(2, 6)]
    read = [EVENT.validate_python(one) for one in more]
    heard.database.change(lambda connection: take_events(connection, read))
    heard.follow()
    assert heard.like[ann] == "3 kind 1"


def test_the_draw_of_a_newcomer_does_not_hang_on_what_is_heard(heard):
    heard, _ = heard
    for n in range(50):
        before, after = (heard.policy.newcomer(f"new {n}", like) for like in (None, "1 kind 0"))
        assert before.arm == after.arm
        assert after.propensity == pytest.approx(0.8 if after.arm == "plan" else 0.2)


def with_configuration(heard, text):
    """The same newcomers beside a run whose configuration says more."""
    path = heard.policy.run_folder / "manifest.json"
    written = json.loads(path.read_text())
    written["config"]["text"] = text(written["config"]["text"])
    path.write_text(json.dumps(written))
    shutil.rmtree(heard.policy.run_folder / "served")
    return ReportedNewcomers(heard.database, serve_run(heard.policy.run_folder))


def test_a_newcomer_whose_id_is_written_in_another_case_is_known_where_case_is_ignored(heard):
    heard, offers = heard
    heard = with_configuration(heard, lambda text: text + "\n[privacy]\nignore_case = true\n")
    ann = in_plan(heard, "ann").capitalize()
    report(heard, *PRODUCTS, order(ann, "0"))
    moment = datetime.now(UTC).isoformat()
    more = {"event_id": "more", "at": moment, **order(ann.lower(), "0", 2)}
    heard.database.change(lambda connection: take_events(connection, [EVENT.validate_python(more)]))
    heard.follow()
    assert heard.like == {ann.lower(): "2 kind 0"}
    for spelled in (ann, ann.lower(), ann.upper()):
        assert given(heard, spelled)[0] == offers[0]


def test_categories_that_are_reported_later_count(heard):
    heard, offers = heard
    ann, ben = in_plan(heard, "ann"), in_plan(heard, "ben")
    report(heard, *PRODUCTS, order(ann, "0"))
    moment = datetime.now(UTC).isoformat()
    product = {"event_id": "p", "at": moment, "kind": "product", "product_id": "9", "category": "kind 1"}
    bought = {"event_id": "b", "at": moment, **order(ben, "9")}
    events = [EVENT.validate_python(one) for one in (product, bought)]
    heard.database.change(lambda connection: take_events(connection, events))
    heard.follow()
    assert [given(heard, one)[0] for one in (ann, ben)] == offers


def test_what_is_for_an_audience_alone_is_for_no_newcomer(heard):
    heard, offers = heard
    ann = in_plan(heard, "ann")
    profiles = heard.policy.run_folder / "profiles.parquet"
    pl.read_parquet(profiles).with_columns(n_orders=pl.lit(0)).write_parquet(profiles)
    heard = with_configuration(heard, lambda text: text)
    assert given(heard, ann)[0] in offers
    heard = with_configuration(
        heard, lambda text: text.replace("[[campaigns]]\n", '[[campaigns]]\naudience = "team"\n', 1)
    )
    assert given(heard, ann)[0] is None


def test_a_budget_is_exhausted_when_it_covers_no_offer_that_newcomers_get(heard, monkeypatch):
    monkeypatch.setattr("offerloop.serving.leases.AGAIN_SECONDS", 0.0)
    monkeypatch.setattr("offerloop.serving.leases.RENEW_SECONDS", 0.0)
    heard, (for_others, for_newcomers) = heard
    run = heard.policy.run_folder
    limits = {for_others: 500, for_newcomers: 2_000}
    offers = pl.read_parquet(run / "offers.parquet")
    minor = pl.col("offer_id").replace_strict(limits, default=None, return_dtype=pl.Int64)
    offers.with_columns(cost_liability_minor=minor).write_parquet(run / "offers.parquet")
    planned = pl.read_parquet(run / "assignments.parquet")
    planned.with_columns(planned_offer_id=pl.lit(for_newcomers)).write_parquet(run / "assignments.parquet")
    shutil.rmtree(run / "served")
    policy = serve_run(run)
    leases = Leases(heard.database, policy.version, {"first": 11_000}, {}, policy.cheapest_minor)
    leases.open({})
    for _ in range(6):
        leases.open({"first": 2_000})
        leases.take("first", 2_000)
        leases.renew()
    assert [one.leased_minor for one in heard.database.read(exhausted_budgets)] == [10_000]
