"""Requests reach a receiver that fails: every customer once for each key, and nothing that was taken again."""

import json
import subprocess
import sys
import time
from collections import Counter

import pytest
from publish_places import CSV, record, said_by

from offerloop.commands.publish.task import publish
from offerloop.errors import InputError
from offerloop.publishing.record import Record


@pytest.fixture
def waits():
    """Seconds that were waited for, without waiting."""
    return []


def test_requests_hold_every_customer_once(publishable, offered, receiver, waits):
    folder = publishable(receiver.toml)
    done, again = publish(folder, wait=waits.append), publish(folder, wait=waits.append)
    requests = -(-offered.height // 9)
    assert [body["batch"] for _, body in receiver.taken] == list(range(1, requests + 1))
    assert receiver.customers == Counter(offered["customer_id"].to_list())
    assert receiver.taken[0][1]["assignments"][0] == {
        "run": folder.name, "customer_id": "c000", "campaign_id": "first", "offer_id": "spend-and-save",
        "label": "2.00 off from 20.00 EUR", "channel": "any", "quiet_hours": None, "product_ids": "",
        "cost_liability": "2.00",
    }  # fmt: skip
    assert {one["Content-Type"] for one in receiver.headers} == {"application/json"}
    assert done.lines == [f"http://{receiver.host}/hook: {offered.height} rows"]
    assert again.lines == [f"http://{receiver.host}/hook: already published, {offered.height} rows"]
    (entry,) = record(folder)
    assert (entry["batches"], entry["sent"], entry["rows"]) == (requests, requests, offered.height)
    assert entry["at"] is not None
    assert waits == []


def test_a_receiver_that_is_busy_is_tried_again_later(publishable, offered, receiver, waits):
    receiver.answers = [503, 429, 200, 500, (503, {"Retry-After": "30"}), (429, {"Retry-After": "9999"}), 502, 200]
    publish(publishable(receiver.toml), wait=waits.append)
    assert waits == [1, 2, 1, 30, 60, 8]
    assert receiver.customers == Counter(offered["customer_id"].to_list())


def test_an_answer_that_is_lost_leaves_a_request_in_doubt_with_the_same_key(publishable, offered, receiver, waits):
    receiver.answers = [200, "taken, then gone", 200]
    publish(publishable(receiver.toml), wait=waits.append)
    keys = [key for key, _ in receiver.taken]
    assert keys[1] == keys[2]
    assert len(set(keys)) == len(keys) - 1
    assert receiver.customers == Counter(offered["customer_id"].to_list())


def test_an_interrupted_publish_goes_on_and_sends_nothing_twice(publishable, offered, receiver, waits):
    folder = publishable(receiver.toml)
    receiver.answers = [200, 200, *[503] * 5]
    said = said_by(folder, wait=waits.append)
    requests = -(-offered.height // 9)
    assert f"did not take request 3 of {requests} in 5 attempts: 503 Service Unavailable" in said
    assert waits == [1, 2, 4, 8]
    (entry,) = record(folder)
    assert (entry["sent"], entry["at"]) == (2, None)
    done = publish(folder, wait=waits.append)
    assert done.lines == [f"http://{receiver.host}/hook: {offered.height} rows, 18 of them before"]
    assert len(receiver.taken) == requests
    assert receiver.customers == Counter(offered["customer_id"].to_list())


CARRY = (
    "import sys; from pathlib import Path; from offerloop.commands.publish.task import publish; "
    "publish(Path(sys.argv[1]))"
)


def test_a_publish_that_is_killed_again_and_again_goes_on(publishable, offered, receiver):
    folder = publishable(receiver.toml.replace("batch = 9", "batch = 1"))
    for kills in (12, 24):
        process = subprocess.Popen([sys.executable, "-c", CARRY, str(folder)])
        deadline = time.monotonic() + 60
        while len(receiver.taken) < kills:
            assert time.monotonic() < deadline
            assert process.poll() is None
            time.sleep(0.001)
        process.kill()
        process.wait()
    publish(folder)
    assert receiver.customers == Counter(offered["customer_id"].to_list())
    assert offered.height <= len(receiver.taken) <= offered.height + 2, "at most the request in doubt comes again"
    assert not list(folder.glob(".*"))


def test_a_request_that_was_taken_and_not_noted_is_sent_again_with_its_key(publishable, offered, receiver, monkeypatch):
    folder = publishable(receiver.toml)
    note = Record.note

    def full(self, parcel, **more):
        if more["sent"] == 2:
            raise InputError("the disk is full")
        return note(self, parcel, **more)

    monkeypatch.setattr(Record, "note", full)
    said_by(folder)
    monkeypatch.setattr(Record, "note", note)
    publish(folder)
    keys = [key for key, _ in receiver.taken]
    assert [keys.count(key) for key in dict.fromkeys(keys)] == [1, 2, *[1] * (len(keys) - 3)]
    assert receiver.customers == Counter(offered["customer_id"].to_list())


@pytest.mark.parametrize("status", [400, 401, 404, 409, 422, 302, 307])
def test_a_refusal_stops_at_once_and_names_status_and_request(publishable, receiver, status):
    receiver.answers = [200, (status, {"Location": "/elsewhere"})]
    said = said_by(publishable(receiver.toml))
    assert f"http://{receiver.host}/hook refuses request 2 of " in said
    assert f": {status} " in said
    assert len(receiver.headers) == 2


def test_a_host_that_is_mistyped_is_refused_at_once(publishable, receiver, waits):
    said = said_by(publishable(receiver.toml.replace(receiver.host, "crm..example")), wait=waits.append)
    assert "http://crm..example/hook refuses request 1 of " in said
    assert waits == []


def test_a_receiver_that_is_not_there_is_tried_five_times(publishable, receiver, waits):
    folder = publishable(receiver.toml)
    receiver.stop()
    said = said_by(folder, wait=waits.append)
    assert "in 5 attempts: Connection refused" in said
    assert waits == [1, 2, 4, 8]


def test_requests_that_would_hold_other_rows_than_those_begun_are_refused(publishable, receiver):
    folder = publishable(receiver.toml)
    receiver.answers = [200, 400]
    said_by(folder)
    assert "notes requests with other rows" in said_by(publishable(receiver.toml.replace("batch = 9", "batch = 8")))
    assert len(receiver.taken) == 1


def test_secrets_are_sent_and_not_written(publishable, receiver, monkeypatch):
    monkeypatch.setenv("CRM_TOKEN", "s3cret-token")
    monkeypatch.setenv("CRM_USER", "u:pa/ss")
    monkeypatch.setenv("CRM_HOOK", f"http://{receiver.host}/s3cret-path?key=s3cret-key")
    toml = receiver.toml + 'token_env = "CRM_TOKEN"\n'
    toml += receiver.toml.replace("http://", "http://${CRM_USER}:s3cret%20pw@").replace("/hook", "/${CRM_TOKEN}")
    toml += '[[publish]]\nkind = "webhook"\nurl = "${CRM_HOOK}"\n'
    folder = publishable(toml)
    done = publish(folder)
    sent = [one.get("Authorization") for one in receiver.headers]
    assert sent[0] == "Bearer s3cret-token"
    assert "Basic dTpwYS9zczpzM2NyZXQgcHc=" in sent
    assert sent[-1] is None
    assert "s3cret" not in json.dumps([done.lines, done.facts, record(folder)])


def test_a_section_that_is_moved_sends_nothing_again(publishable, receiver):
    other = receiver.toml.replace("/hook", "/hook?of=others") + 'columns = { who = "customer_id" }\n'
    folder = publishable(receiver.toml + other)
    publish(folder)
    taken = len(receiver.taken)
    moved = publish(publishable(CSV + receiver.toml + other))
    assert len(receiver.taken) == taken
    assert [line.split(": ")[1].split(",")[0] for line in moved.lines[1:]] == ["already published"] * 2
    path = folder / "published.json"
    entries = [{name: one[name] for name in one if name != "nth"} for one in record(folder)]
    path.write_text(json.dumps({"published": entries}))
    publish(folder)
    assert len(receiver.taken) == taken, "as an earlier version noted it"


@pytest.mark.parametrize("more", ['columns = { who = "customer_id" }\n', "holdout = true\n", "batch = 8\n"])
def test_other_settings_of_a_webhook_that_took_all_requests_hold_from_the_next_run_on(publishable, receiver, more):
    folder = publishable(receiver.toml)
    publish(folder)
    before, taken = record(folder), len(receiver.taken)
    toml = receiver.toml.replace("batch = 9\n", "") if "batch" in more else receiver.toml
    assert "already published" in publish(publishable(toml + more)).lines[0]
    assert (record(folder), len(receiver.taken)) == (before, taken)
