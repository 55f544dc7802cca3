"""Health, readiness and counters."""

import json
import os
import shutil
import socket
import time
from html import unescape
from pathlib import Path

from console_pages import signed_in
from served_shop import served, shop_of, with_role

from offerloop.store import add_job, claim_job, find_job
from offerloop.web.telemetry.metrics import Metrics, forget_counters


def test_a_service_with_a_run_is_ready(service, small_run):
    """Its own one: nobody carries out the jobs that other tests leave in the shared one, which is a fault in time."""
    assert service.get("/health").json()["status"] == "ok"
    said = service.get("/ready").json()
    assert [service.request("HEAD", place).status_code for place in ("/health", "/ready")] == [200, 200]
    assert (said["policy_version"], said["personalised"], said["faults"]) == (small_run.name, True, [])


def test_without_a_run_it_lives_and_is_not_ready(tmp_path):
    with served(tmp_path) as client:
        assert client.get("/health").status_code == 200
        answer = client.get("/ready", headers={"accept-language": "zh-CN,zh;q=0.9"})
        assert (answer.status_code, answer.json()["code"]) == (503, "not_ready")
        assert answer.headers["content-type"] == "application/problem+json"
        said = client.get("/ready").json()["detail"]
        assert said.startswith(f"No policy can be served yet: '{tmp_path.name}' is no run and holds none")
        client.app.state.worker.load_error = None
        assert client.get("/ready").json()["detail"] == "No policy can be served yet."
        comparison = client.get("/v1/policies/newest/compare", headers=with_role(client, "viewer")).json()
        assert (comparison["code"], comparison["detail"]) == ("not_ready", "No policy can be served yet.")


def faults(client, language="en"):
    answer = client.get("/ready", headers={"accept-language": language})
    assert answer.status_code == 200
    return answer.json()["faults"]


def test_offers_and_a_configuration_that_cannot_be_read_any_more_are_faults(small_run, tmp_path):
    shop = shop_of(small_run, tmp_path)
    with served(shop) as client:
        worker = client.app.state.worker
        (shop / "offers.toml").write_text("[[offers")
        (shop / "offerloop.toml").write_text("[[shop")
        worker.follow()
        refused = client.get("/v1/session/oidc")
        assert (refused.status_code, refused.json()["code"]) == (503, "misconfigured")
        assert "toml" not in refused.text
        first, second = faults(client)
        assert first.startswith(
            f"The plan {small_run.name} and the offers of before are served still: 'shop/offers.toml"
        )
        assert second.startswith("The configuration cannot be read, so that jobs, schedule and notices wait: 'shop/")
        assert faults(client, "zh")[0].startswith("仍")
        page = unescape(client.get("/console/overview", headers=signed_in(client, "viewer")).text)
        assert first in page
        assert second in page
        assert "The shop is not set up yet" not in page
        (shop / "offers.toml").unlink()
        shutil.copy(small_run.parent.parent / "offerloop.toml", shop)
        worker.follow()
        assert faults(client) == []


def test_jobs_that_nobody_begins_are_a_fault(small_run, tmp_path):
    with served(shop_of(small_run, tmp_path)) as client:
        database = client.app.state.worker.database
        job = database.change(lambda one: add_job(one, "run", {}))
        assert faults(client) == []
        ended = database.change(lambda one: add_job(one, "run", {}))
        for ended_at, words in ((1, ["Jobs wait"]), (int(time.time()), [])):
            with database.engine.begin() as connection:
                connection.exec_driver_sql("update jobs set made_at = 1")
                change = f"update jobs set state = 'done', ended_at = {ended_at} where job_id = '{ended.job_id}'"
                connection.exec_driver_sql(change)
            assert [one[:9] for one in faults(client)] == words
        database.change(lambda one: claim_job(one, "worker"))
        assert database.read(lambda one: find_job(one, job.job_id)).state == "running"
        assert faults(client) == []


def cut(file):
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def test_a_run_whose_table_is_damaged_keeps_no_service_from_starting(small_run, tmp_path):
    shop = shop_of(small_run, tmp_path)
    cut(shop / "runs" / small_run.name / "assignments.parquet")
    with served(shop) as client:
        answer = client.get("/ready").json()
        assert answer["code"] == "not_ready"
        assert f"the run 'shop/runs/{small_run.name}' cannot be served (parquet: " in answer["detail"]


def test_a_damaged_table_of_a_policy_is_made_anew(small_run, tmp_path):
    shop = shop_of(small_run, tmp_path)
    with served(shop) as client:
        assert faults(client) == []
    for file in (shop / "runs" / small_run.name / "served").iterdir():
        cut(file)
    with served(shop) as client:
        assert faults(client) == []


def test_a_service_whose_database_was_replaced_is_not_ready(small_run, tmp_path):
    shop = shop_of(small_run, tmp_path)
    with served(shop) as client:
        assert client.get("/ready").status_code == 200
        file = shop / "offerloop.db"
        copy = tmp_path / "copy.db"
        copy.write_bytes(file.read_bytes())
        copy.replace(file)
        answer = client.get("/ready").json()
        assert (answer["code"], answer["detail"][:45]) == (
            "store_away",
            "The file of the database was replaced or move",
        )


def test_metrics_are_those_of_all_workers(shared_service, role):
    shared_service.post("/v1/decisions", json={"customer_id": "c000"}, headers=role("service"))
    worker = shared_service.app.state.worker
    worker.metrics.save()
    here, gone = socket.gethostname(), 2**22 + 1
    for name, waiting in ((f"{here}-{os.getppid()}", 1000), (f"{here}-{gone}", 5000), (f"other-{gone}", 300)):
        counted = [["offerloop_refused_total", "", 10]], [["offerloop_records_waiting", "", waiting]], []
        (worker.metrics.folder / f"{name}.json").write_text(json.dumps(counted))
    text = shared_service.get("/metrics").text
    for path in worker.metrics.folder.glob("*.json"):
        path.unlink()
    assert 'offerloop_decisions_total{offer="yes"}' in text
    assert 'offerloop_requests_total{route="/v1/decisions",method="POST",status="200"}' in text
    assert 'offerloop_request_seconds_bucket{route="/v1/decisions",le="+Inf"}' in text
    (waiting,) = [line for line in text.splitlines() if line.startswith("offerloop_records_waiting{")]
    assert 1300 <= float(waiting.split()[1]) < 5000
    (refused,) = [line for line in text.splitlines() if line.startswith("offerloop_refused_total{")]
    assert float(refused.split()[1]) >= 30


def test_a_service_that_starts_forgets_what_is_gone_on_its_machine(tmp_path):
    here, gone = socket.gethostname(), 2**22 + 1
    kept = {f"{here}-{os.getppid()}.json", f"other-{gone}.json"}
    for name in (*kept, f"{here}-{gone}.json", f"{here}-{os.getpid()}.json", f"{gone}.json"):
        (tmp_path / name).write_text("[[], [], []]")
    forget_counters(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == kept
    forget_counters(tmp_path / "not there")


def test_a_service_that_starts_forgets_machines_that_said_nothing_for_a_day(tmp_path):
    """A container has another name each time that it starts."""
    old, new = ["container-7.json", ".container-7.tmp"], ["other-7.json", ".other-7.tmp"]
    for name in (*old, *new):
        (tmp_path / name).write_text("[[], [], []]")
    for name in old:
        os.utime(tmp_path / name, (0, 0))
    forget_counters(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(new)


def test_a_service_starts_although_counters_cannot_be_deleted(tmp_path, monkeypatch):
    def refuse(*_, **more):
        raise PermissionError(13, f"denied {more}")

    (tmp_path / f"{socket.gethostname()}-{os.getpid()}.json").write_text("[[], [], []]")
    monkeypatch.setattr(Path, "unlink", refuse)
    forget_counters(tmp_path)
    assert len(list(tmp_path.iterdir())) == 1


def test_counters_that_vanish_while_they_are_read_are_left_out(tmp_path, monkeypatch):
    (tmp_path / "other-5.json").write_text('[[["offerloop_refused_total", "", 3]], [], []]')
    metrics = Metrics(tmp_path)
    metrics.count("offerloop_refused_total", 5)
    read = Path.read_text

    def vanish(self):
        if self.name.startswith("other"):
            self.unlink()
        return read(self)

    monkeypatch.setattr(Path, "read_text", vanish)
    assert "offerloop_refused_total{} 5" in metrics.text().splitlines()


def test_workers_of_one_number_on_two_machines_count_apart(tmp_path, monkeypatch):
    for machine in ("one", "two"):
        monkeypatch.setattr(socket, "gethostname", lambda machine=machine: machine)
        metrics = Metrics(tmp_path)
        metrics.count("offerloop_refused_total", 5)
        metrics.gauge("offerloop_records_waiting", 7)
        metrics.save()
    lines = metrics.text().splitlines()
    assert "offerloop_refused_total{} 10" in lines
    assert "offerloop_records_waiting{} 14" in lines
    old = tmp_path / f"one-{os.getpid()}.json"
    os.utime(old, (0, 0))
    assert "offerloop_records_waiting{} 7" in metrics.text().splitlines()


def test_a_disk_that_takes_no_counters_stops_nothing_else(service, caplog, tmp_path):
    """The thread that writes them also follows the switch, opt-outs and revoked tokens."""
    worker = service.app.state.worker
    worker.metrics.folder = tmp_path / "no folder"
    worker.metrics.folder.write_text("")
    headers, approver = with_role(service, "service"), with_role(service, "approver")
    rounds = worker._rounds
    while worker._rounds < rounds + 3:
        assert worker._watch.is_alive()
        time.sleep(0.05)
    service.put("/v1/switch", json={"is_on": False}, headers=approver)
    worker.personalised = True  # as in another process, which hears of it later
    while service.post("/v1/decisions", json={"customer_id": "c000"}, headers=headers).json()["offers"]:
        assert worker._watch.is_alive()
        time.sleep(0.05)
    assert service.get("/metrics").status_code == 200
    assert caplog.text.count("counters cannot be written") == 1
