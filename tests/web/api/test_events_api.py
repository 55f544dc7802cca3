"""Events over HTTP: each is taken or refused by itself, and stored once."""

import pytest

LINE = {"product_id": "7", "quantity": 1, "paid_minor": 100}


def order(name, **more):
    body = {"event_id": name, "kind": "order", "customer_id": "c000", "order_id": name, "lines": [LINE]}
    return {**body, "at": "2024-06-03T14:05:00+02:00", **more}


def send(client, headers, *events):
    answer = client.post("/v1/events", headers=headers, json={"events": events})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_batch_is_stored_once_and_each_event_stands_for_itself(shared_service, role):
    good, other = order("api-1"), order("api-2")
    wrong = order("api-3", lines=[{**LINE, "paid_minor": -1}])
    later = order("api-4", at="2999-01-01T00:00:00Z")
    found = send(shared_service, role("service"), good, wrong, later, other, {"event_id": "api-5"})
    assert (found["accepted"], found["duplicates"], found["dropped"]) == (2, 0, 0)
    assert [(one["index"], one["event_id"], one["code"], one["field"]) for one in found["rejected"]] == [
        (1, "api-3", "invalid", "lines.0.paid_minor"), (2, "api-4", "in_the_future", "at"),
        (4, "api-5", "invalid", None),
    ]  # fmt: skip
    again = send(shared_service, role("service"), good, order("api-2", customer_id="c001"))
    assert (again["accepted"], again["duplicates"]) == (0, 1)
    assert [one["code"] for one in again["rejected"]] == ["event_id_reused"]


def test_the_reason_names_no_customer(shared_service, role):
    found = send(shared_service, role("service"), order("x", customer_id="anna-4711", lines=[]))
    assert "anna-4711" not in str(found)


@pytest.mark.parametrize("body", [{}, {"events": []}, {"events": [order("x")] * 1_001}, {"events": [1]}, []])
def test_what_is_no_batch_is_refused(shared_service, role, body):
    answer = shared_service.post("/v1/events", headers=role("service"), json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


def test_only_a_checkout_may_report(shared_service, role):
    answer = shared_service.post("/v1/events", headers=role("viewer"), json={"events": [order("x")]})
    assert answer.status_code == 403
