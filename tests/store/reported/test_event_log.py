"""What a shop reports is stored once, in whatever order and however often it comes."""

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from offerloop.store import EVENT, EventLog, RefusedEvent

NOW = datetime.now(UTC).replace(microsecond=0)


def order(name, **more):
    line = {"product_id": "tea", "quantity": 2, "paid_minor": 990}
    body = {"event_id": name, "kind": "order", "customer_id": "anna", "order_id": name, "lines": [line]}
    return EVENT.validate_python({**body, "at": NOW.isoformat(), **more})


@pytest.fixture
def log(store_url):
    found = EventLog.open(store_url)
    yield found
    found.close()


def test_an_event_is_stored_once(log):
    first = log.take([order("1"), order("2"), order("1")])
    assert (first.accepted, first.duplicates, first.refused) == (2, 1, {})
    again = log.take([order("2"), order("3")])
    assert (again.accepted, again.duplicates) == (1, 1)
    stored = list(log.read("order"))
    assert [one.event_id for one in stored] == ["1", "2", "3"]
    assert stored[0].customer_id == "anna"
    assert stored[0].body["lines"] == [{"paid_minor": 990, "product_id": "tea", "quantity": 2.0}]


@pytest.mark.parametrize(
    "attributes",
    [{"Opt_Out": "maybe"}, {"customer_id": "bob"}, {"Age": 1, "age": 2}, {'"a"': 1}, {"a\nb": 1}, {"*": 1}],
)
def test_attributes_that_no_table_can_hold_are_refused(attributes):
    body = {"event_id": "1", "kind": "customer", "customer_id": "anna", "at": NOW.isoformat(), "attributes": attributes}
    with pytest.raises(ValidationError, match="attributes"):
        EVENT.validate_python(body)


def test_another_event_under_the_same_id_is_refused_and_the_first_one_stays(log):
    log.take([order("1")])
    found = log.take([order("1", customer_id="bob"), order("2")])
    assert (found.accepted, found.refused) == (1, {0: RefusedEvent.OTHER_EVENT})
    both = log.take([order("3"), order("3", customer_id="bob"), order("3")])
    assert (both.accepted, both.duplicates, both.refused) == (1, 1, {1: RefusedEvent.OTHER_EVENT})
    assert [one.customer_id for one in log.read("order")] == ["anna"] * 3


def test_late_events_are_taken_and_those_of_the_future_are_not(log):
    late = order("late", at=(NOW - timedelta(days=400)).isoformat())
    ahead = order("ahead", at=(NOW + timedelta(hours=23)).isoformat())
    future = order("future", at=(NOW + timedelta(hours=25)).isoformat())
    found = log.take([ahead, future, late])
    assert (found.accepted, found.refused) == (2, {1: RefusedEvent.IN_THE_FUTURE})
    assert [one.event_id for one in log.read("order")] == ["late", "ahead"]


def test_the_order_of_arrival_does_not_matter(log):
    sent = [order(f"{k}", at=(NOW - timedelta(minutes=k % 7)).isoformat()) for k in range(50)]
    shuffled = random.Random(1).sample(sent, k=50)
    with ThreadPoolExecutor(4) as pool:
        counts = list(pool.map(lambda part: log.take(part).accepted, [shuffled[:30], shuffled[20:], shuffled[10:40]]))
    assert sum(counts) == 50
    stored = [one.event_id for one in log.read("order")]
    assert stored == [one.event_id for one in sorted(sent, key=lambda one: (one.at, one.event_id))]


def test_events_of_a_customer_stand_in_their_order(log):
    log.take([order("b"), order("a", at=(NOW - timedelta(days=1)).isoformat()), order("c", customer_id="bob")])
    assert [one.event_id for one in log.of_customer("anna")] == ["a", "b"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"at": "2024-01-01T00:00:00"}, {"at": 5}, {"at": "20240603"}, {"at": "yesterday"}, {"kind": "gift"},
        {"customer_id": ""}, {"customer_id": "x" * 201}, {"order_id": "a\0b"}, {"order_id": "\ud800"}, {"lines": []},
        {"extra": 1},
        {"lines": [{"product_id": "p", "quantity": 0, "paid_minor": 1}]},
        {"lines": [{"product_id": "p", "quantity": 1, "paid_minor": -1}]},
        {"lines": [{"product_id": "p", "quantity": 1, "paid_minor": 10**15}]},
        {"lines": [{"product_id": "p", "quantity": 1, "paid_minor": "1"}]},
        {"lines": [{"product_id": "p", "quantity": True, "paid_minor": 1}]},
        {"lines": [{"product_id": "p", "quantity": 1, "paid_minor": 1.5}]},
    ],
)  # fmt: skip
def test_what_no_shop_can_mean_is_refused(wrong):
    with pytest.raises(ValidationError):
        order("1", **wrong)


@pytest.mark.parametrize("propensity", [0, 1e-320, 1.01])
def test_a_propensity_without_a_weight_is_refused(propensity):
    shown = {"event_id": "1", "kind": "exposure", "customer_id": "anna", "offer_id": "none", "at": NOW.isoformat()}
    with pytest.raises(ValidationError, match="propensity"):
        EVENT.validate_python(shown | {"propensity": propensity})


def test_numbers_are_taken_as_ids():
    assert (order(5, customer_id=17).event_id, order(5, customer_id=17).customer_id) == ("5", "17")
