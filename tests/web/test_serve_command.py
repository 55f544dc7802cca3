"""`offerloop serve` as a process: its first token, an answer over a socket, and an orderly stop."""

import os
import signal
import socket
import subprocess
import sys
import time

import httpx
import sqlalchemy as sa
from served_shop import shop_of


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def start(shop, port, *more):
    command = [sys.executable, "-c", "from offerloop.cli import main; main()", "serve", str(shop), "--port", str(port)]
    alone = {**os.environ, "no_proxy": "*"}
    return subprocess.Popen([*command, *more], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=alone)


def wait_until_ready(address, process):
    for _ in range(200):
        assert process.poll() is None, process.stderr.read()
        try:
            if httpx.get(f"{address}/ready").status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise AssertionError("the service is not ready")


def test_a_process_decides_and_stops_with_everything_on_record(small_run, tmp_path):
    shop, port = shop_of(small_run, tmp_path), free_port()
    process, address = start(shop, port), f"http://127.0.0.1:{port}"
    try:
        secret = process.stdout.readline().strip()
        wait_until_ready(address, process)
        asked = {"headers": {"authorization": f"Bearer {secret}"}, "json": {"customer_id": "c000"}}
        answers = [httpx.post(f"{address}/v1/decisions", **asked).json() for _ in range(5)]
    finally:
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=20)
    assert process.returncode in (0, -signal.SIGTERM)
    assert secret.startswith("offer_")
    assert secret not in said
    assert "c000" not in said
    assert '"route": "/v1/decisions", "status": 200' in said
    engine = sa.create_engine(f"sqlite:///{shop / 'offerloop.db'}")
    with engine.connect() as connection:
        written = set(connection.execute(sa.text("select decision_id from decisions")).scalars())
    engine.dispose()
    assert written == {one["decision_id"] for one in answers}


def test_without_a_shop_it_says_what_to_do(command, tmp_path):
    code, _, said = command("serve", tmp_path)
    assert code == 2
    assert "offerloop.toml" in said
