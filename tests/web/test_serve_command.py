"""`offerloop serve` as a process: its first token, an answer over a socket, and an orderly stop."""

import json
import multiprocessing
import os
import re
import signal
import socket
import threading
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest
import sqlalchemy as sa
from served_process import serving
from served_shop import shop_of

from offerloop.web import app, running
from offerloop.web.settings import Settings

WEBHOOK = '\n[[webhooks]]\nurl = "https://shop.example/hook"\nsecret_env = "NO_SUCH_SECRET"\n'


def test_a_process_decides_and_stops_with_everything_on_record(small_run, tmp_path):
    shop, log = shop_of(small_run, tmp_path), tmp_path / "log"
    config = shop / "offerloop.toml"
    config.write_text(config.read_text() + WEBHOOK)
    with serving(shop, log) as (address, secret, process):
        asked = {"headers": {"authorization": f"Bearer {secret}"}, "json": {"customer_id": "c000"}}
        answers = [httpx.post(f"{address}/v1/decisions", **asked).json() for _ in range(5)]
        with socket.create_connection(("127.0.0.1", int(address.rpartition(":")[2]))) as connection:
            connection.sendall(b"no request\r\n\r\n")
            assert b" 400 " in connection.recv(1_000)
        mapped = Path(f"/proc/{process.pid}/maps").read_text()
    assert process.returncode == 0
    assert "polars" in mapped
    assert "/scipy/" not in mapped, "what only plans need makes each start a second longer"
    said = log.read_text()
    assert secret.startswith("offer_")
    assert secret not in said
    assert "c000" not in re.sub("[0-9a-f-]{32,}", "", said), "but for random ids, which may hold it by chance"
    assert '"route": "/v1/decisions", "status": 200' in said
    remarks = ("This is", "The database is new", "The console", "the environment variable 'NO_SUCH_SECRET'")
    assert all(one in said for one in remarks)
    lines = [json.loads(line) for line in said.splitlines() if not line.startswith(remarks)]
    assert "Invalid HTTP request received." in [one.get("message") for one in lines]
    engine = sa.create_engine(f"sqlite:///{shop / 'offerloop.db'}")
    with engine.connect() as connection:
        written = set(connection.execute(sa.text("select decision_id from decisions")).scalars())
    engine.dispose()
    assert written == {one["decision_id"] for one in answers}


def test_a_database_that_was_served_in_another_currency_is_told_once(small_run, tmp_path):
    shop, said = shop_of(small_run, tmp_path), []
    settings, config = Settings.of(shop, f"sqlite:///{shop / 'offerloop.db'}"), shop / "offerloop.toml"
    filled = partial(running._fill, settings, demo_traffic=False, new_admin_token=False, remark=said.append)
    assert filled().startswith("offer_")
    config.write_text(config.read_text().replace('currency = "EUR"', 'currency = "USD"'))
    assert filled() is filled() is None
    (remark,) = map(str, said)
    assert remark.startswith("The database was served with amounts in EUR before, and the shop now counts in USD")


def test_without_a_shop_it_says_what_to_do(command, tmp_path):
    code, _, said = command("serve", tmp_path)
    assert code == 2
    assert "offerloop.toml" in said


def test_a_port_that_is_taken_is_said_before_a_token_is_made(small_run, tmp_path, command):
    shop = shop_of(small_run, tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, printed, said = command("serve", shop, "--port", port)
    assert (code, printed) == (2, "")
    assert f"port {port} is in use by another program" in said
    assert "--port" in said
    assert not (shop / "offerloop.db").exists()


@pytest.mark.parametrize(("of_several", "handler"), [(True, signal.SIG_DFL), (False, signal.default_int_handler)])
def test_one_of_several_processes_ends_at_once_while_it_is_being_made(monkeypatch, of_several, handler):
    """Told to stop, a process that replaces a killed one would load to its end first; alone it stops in good order."""
    before, seen = signal.signal(signal.SIGTERM, signal.default_int_handler), []
    parent = SimpleNamespace(join=threading.Event().wait)
    monkeypatch.setattr(multiprocessing, "parent_process", lambda: parent if of_several else None)
    monkeypatch.setattr(app, "app_from_environment", lambda: seen.append(signal.getsignal(signal.SIGTERM)))
    try:
        running.app_of_worker()
        assert seen == [handler]
        assert signal.getsignal(signal.SIGTERM) is signal.default_int_handler
    finally:
        signal.signal(signal.SIGTERM, before)


def test_one_of_several_processes_ends_when_the_one_that_started_it_is_killed(monkeypatch):
    ended = threading.Event()
    monkeypatch.setattr(multiprocessing, "parent_process", lambda: SimpleNamespace(join=lambda: None))
    monkeypatch.setattr(app, "app_from_environment", lambda: None)
    monkeypatch.setattr(running.os, "kill", lambda *told: told == (os.getpid(), signal.SIGTERM) and ended.set())
    running.app_of_worker()
    assert ended.wait(10)
