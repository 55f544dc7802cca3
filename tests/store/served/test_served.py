"""Decisions on record, policies and leases of budgets, on both databases."""

import json
import threading

import sqlalchemy as sa

from offerloop.offers import CouponTerms, Issue, Lock, Redeem
from offerloop.store import (
    PERSONALISED,
    ChoicesRead,
    Database,
    DecisionRecord,
    Ledger,
    PlanProgress,
    Purchase,
    SpecialCustomer,
    add_decisions,
    add_purchase,
    begin_pacing,
    coupons_of_customer,
    coupons_of_template,
    customers_tested_since,
    delete_decisions,
    erase_from_store,
    find_decision,
    find_purchase,
    is_on,
    keys_of_customers,
    newest_decisions,
    open_budgets,
    prices_of,
    promote,
    promoted,
    read_choice,
    read_choices,
    redeemed_minor,
    return_lease,
    set_price,
    set_switch,
    set_test_arm,
    shown_by_campaign,
    shown_of,
    take_lease,
)
from offerloop.store.reported.choices import choose


def record(number):
    customer = f"c{number % 2}"
    return DecisionRecord(
        f"d{number}", 1_000 + number, customer, "v1", "plan", "first", "coupon", 0.75, 0, None, "{}", "hash", '{"a":1}'
    )


def test_a_decision_comes_back_as_it_was_written_and_stays(database):
    database.change(lambda one: add_decisions(one, [record(2), record(1)]))
    database.change(lambda one: add_decisions(one, [record(1)]))
    assert database.read(lambda one: find_decision(one, "d1")) == record(1)
    assert database.read(lambda one: find_decision(one, "d9")) is None
    database.change(lambda one: add_decisions(one, [record(1)._replace(decision_id="d0")]))
    pages = [database.read(lambda one, last=last: newest_decisions(one, 1, last)) for last in (None, "d2", "d1", "d0")]
    assert [one.decision_id for page in pages for one in page] == ["d2", "d1", "d0"], "two are of one instant"


def test_a_customer_has_one_random_key(database):
    first = database.change(lambda one: keys_of_customers(one, ["a", "b"]))
    second = database.change(lambda one: keys_of_customers(one, ["b", "c", "b"]))
    assert first["b"] == second["b"]
    assert len({*first.values(), *second.values()}) == 3


def test_the_last_promotion_holds(database):
    assert database.read(promoted) is None
    for version in ("v1", "v2", None):
        database.change(lambda one, version=version: promote(one, version, "token_a"))
        assert database.read(promoted) == version


def test_a_switch_is_on_until_it_is_turned_off(database):
    states = [database.read(lambda one: is_on(one, PERSONALISED))]
    for state in (False, True):
        database.change(lambda one, state=state: set_switch(one, PERSONALISED, state, "token_a"))
        states.append(database.read(lambda one: is_on(one, PERSONALISED)))
    assert states == [True, False, True]


def test_changes_of_choices_are_read_by_their_number(database):
    known = database.read(lambda one: read_choices(one, ChoicesRead({})))
    assert known.customers == {}
    database.change(lambda one: set_test_arm(one, "ann", "plan"))
    database.change(lambda one: choose(one, "bob", 5, opt_out=True))
    known = database.read(lambda one: read_choices(one, known))
    assert known.customers == {"ann": SpecialCustomer(False, 0, {"ann": "plan"}), "bob": SpecialCustomer(True, 5)}
    assert database.read(lambda one: read_choices(one, known)) is known
    database.change(lambda one: set_test_arm(one, "ann", None))
    database.change(lambda one: choose(one, "bob", 4, opt_out=False))  # older than what is known
    known = database.read(lambda one: read_choices(one, known))
    assert known.customers == {"ann": SpecialCustomer(False, 0), "bob": SpecialCustomer(True, 5)}
    database.change(lambda one: erase_from_store(one, "bob"))
    assert set(database.read(lambda one: read_choices(one, known)).customers) == {"ann"}


def test_an_opt_out_that_is_reported_late_counts_for_who_was_a_test_customer_meanwhile(database):
    for arm in ("plan", None):
        database.change(lambda one, arm=arm: set_test_arm(one, "ann", arm))
    database.change(lambda one: choose(one, "ann", 5, opt_out=True))
    assert database.read(lambda one: read_choice(one, "ann")).opt_out


def test_the_newest_choice_counts_where_upper_and_lower_case_are_the_same(database):
    known = database.read(lambda one: read_choices(one, ChoicesRead({}), ignore_case=True))
    for name, at, opt_out in [("BOB", 5, True), ("bob", 4, False), ("Bob", 3, False)]:
        database.change(lambda one, name=name, at=at, said=opt_out: choose(one, name, at, opt_out=said))
    database.change(lambda one: set_test_arm(one, "bob", "plan"))
    known = database.read(lambda one: read_choices(one, known, ignore_case=True))
    assert known.customers == {"bob": SpecialCustomer(True, 5, {"bob": "plan"})}
    assert len(database.read(lambda one: read_choices(one, known)).customers) == 3


def test_a_test_arm_is_kept_whatever_the_case_of_an_id_under_which_its_customer_chooses(database):
    shown, known = [], ChoicesRead({})
    for change in (
        lambda one: set_test_arm(one, "ANNA", "plan"),
        lambda one: choose(one, "anna", 6, opt_out=True),
        lambda one: set_test_arm(one, "anna", "holdout"),
        lambda one: set_test_arm(one, "anna", None),
        lambda one: set_test_arm(one, "ANNA", None),
    ):
        database.change(change)
        anew = database.read(lambda one: read_choices(one, ChoicesRead({}), ignore_case=True))
        known = database.read(lambda one, known=known: read_choices(one, known, ignore_case=True))
        assert known.customers == anew.customers
        shown.append((known.customers["anna"].test_arm, known.customers["anna"].opted_out))
    assert shown == [("plan", False), ("plan", True), ("holdout", True), ("plan", True), (None, True)]


def test_who_was_a_test_customer_is_known_from_then_on(database):
    database.change(lambda one: set_test_arm(one, "ann", "plan"))
    database.change(lambda one: set_test_arm(one, "ben", None))
    assert database.read(lambda one: customers_tested_since(one, 2**40)) == ["ann"]
    database.change(lambda one: set_test_arm(one, "ann", None))
    assert database.read(lambda one: customers_tested_since(one, 0)) == ["ann"]
    assert database.read(lambda one: customers_tested_since(one, 2**40)) == []


def test_the_true_spend_of_a_campaign_is_that_of_its_templates_since_it_is_paced(database):
    ledger = Ledger(database.engine)
    for number, name in enumerate(("first", "first/vip", "first_other", "First/vip")):
        ledger.add_template(name, CouponTerms(limit_per_code=None))
        ledger.carry_out(Issue(f"issue {name}", name, (f"CODE{number}",)))
        ledger.carry_out(Redeem(f"use {name}", f"CODE{number}", "c0", 100))
    redeemed = database.read(lambda one: redeemed_minor(one, ["first", "none"]))
    assert redeemed == {"first": 200, "none": 0}
    assert database.change(lambda one: begin_pacing(one, "v1", redeemed)) == redeemed
    assert database.change(lambda one: begin_pacing(one, "v1", {"first": 900, "none": 9})) == redeemed
    database.change(lambda one: set_price(one, "v1", "first", 0.5, 7))
    assert database.read(lambda one: prices_of(one, "v1")) == {"first": 0.5}
    assert database.read(lambda one: prices_of(one, "v2")) == {}


def test_customers_of_a_plan_are_counted_once(database):
    database.change(lambda one: add_decisions(one, [record(number) for number in range(1, 6)]))
    without = record(7)._replace(customer_id="c7", campaign_id=None, offer_id="none")
    database.change(lambda one: add_decisions(one, [without, record(8)._replace(leased_minor=5, customer_id="new")]))
    assert database.read(lambda one: shown_of(one, "v1", ())) == PlanProgress(3, {"first": 2})


def test_campaigns_of_further_offers_are_counted_too(database):
    answer = json.dumps({"offers": [{"campaign_id": one} for one in ("first", "second")]}, separators=(",", ":"))
    database.change(lambda one: add_decisions(one, [record(1)._replace(answer=answer), record(2)]))
    database.change(lambda one: add_decisions(one, [record(1)._replace(answer=answer)]))
    assert database.read(lambda one: shown_of(one, "v1", ())) == PlanProgress(2, {"first": 2, "second": 1})
    shown = database.read(lambda one: shown_by_campaign(one, ["first", "second", "third"]))
    assert {name: one.n_customers for name, one in shown.items()} == {"first": 2, "second": 1}
    database.change(lambda one: delete_decisions(one, ["d1"]))
    assert database.read(lambda one: find_decision(one, "d1")) is None
    assert database.read(lambda one: shown_of(one, "v1", ())) == PlanProgress(1, {"first": 1})


def test_workers_never_lease_more_than_the_budget(database):
    database.change(lambda one: open_budgets(one, "v1", {"first": 1_000}, {}))
    database.change(lambda one: open_budgets(one, "v1", {"first": 9_999}, {}))
    taken = []

    def work():
        while lease := database.change(lambda one: take_lease(one, "v1", "first", 150, 50, 60)):
            taken.append(lease[1])

    threads = [threading.Thread(target=work) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sum(taken) == 1_000
    assert sorted(set(taken)) == [50, 150]


def test_what_was_not_used_of_a_lease_goes_back_once(database):
    database.change(lambda one: open_budgets(one, "v1", {"first": 100}, {}))
    lease_id, amount = database.change(lambda one: take_lease(one, "v1", "first", 100, 100, 60))
    assert amount == 100
    for _ in range(2):
        database.change(lambda one: return_lease(one, lease_id, 30))
    assert database.change(lambda one: take_lease(one, "v1", "first", 71, 71, 60)) is None
    assert database.change(lambda one: take_lease(one, "v1", "first", 70, 70, 60))[1] == 70
    assert database.change(lambda one: take_lease(one, "v1", "other", 1, 1, 60)) is None


def test_what_is_decided_for_an_erased_customer_is_nobodys(database):
    database.change(lambda one: add_decisions(one, [record(1)]))
    database.change(lambda one: erase_from_store(one, "c1"))
    late = record(3)._replace(request='{"context":{"name":"c1"}}')
    database.change(lambda one: add_decisions(one, [late]))
    for decision in ("d1", "d3"):
        assert database.read(lambda one, decision=decision: find_decision(one, decision)).customer_id is None
    assert database.read(lambda one: find_decision(one, "d3")).request == "{}"
    with database.engine.connect() as connection:
        assert connection.execute(sa.text("select count(*) from customer_keys")).scalar_one() == 0


def test_no_order_is_entered_for_an_erased_customer(database):
    order = Purchase("order-1", 1_000, "v1", None, None, "hash", "{}", 100)
    database.change(lambda one: erase_from_store(one, "c1"))
    assert database.change(lambda one: add_purchase(one, order, "", "c1")) is None
    assert database.read(lambda one: find_purchase(one, "order-1")) is None
    assert database.change(lambda one: add_purchase(one, order, "", "c2")).order_id == "order-1"


def test_a_coupon_is_not_locked_once_its_lock_has_run_out(database, monkeypatch):
    ledger = Ledger(database.engine, clock=lambda _: 1_000)
    ledger.add_template("t", CouponTerms(ends_at=2_000))
    ledger.carry_out_all([Issue("issue", "t", ("A", "B"), "c1"), Lock("lock", "A", "c1", "cart", 100, 60)])
    for now, status in ((1_059, "locked"), (1_060, "claimed"), (2_000, "expired")):
        monkeypatch.setattr("offerloop.store.served.wallet.clock", lambda _, now=now: now)
        listed = database.read(lambda one: coupons_of_customer(one, "c1", "", 9))
        assert [one.status for one in listed] == [status, "expired" if now == 2_000 else "claimed"]


def test_coupons_are_listed_once_each_where_the_database_puts_letters_of_both_cases_together(postgres_schema):
    database = Database.open(postgres_schema)
    with database.engine.begin() as connection:
        connection.execute(sa.text('alter table coupons alter column code type text collate "en-x-icu"'))
    ledger, codes = Ledger(database.engine), ["apple", "Berry", "cherry", "Date"]
    ledger.add_template("t", CouponTerms())
    ledger.carry_out(Issue("issue", "t", tuple(codes)))
    first = database.read(lambda one: coupons_of_template(one, "t", "", 2))
    second = database.read(lambda one: coupons_of_template(one, "t", first[-1].code, 2))
    assert [one.code for one in (*first, *second)] == codes
    database.close()
