"""The service as processes of its own, as `offerloop serve` starts it."""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import httpx

START_SECONDS = 180
"""How long the service may take to be ready where other tests use the machine too."""
STOP_SECONDS = 60
"""The same to stop: requests are answered, and a process that is starting what it serves ends afterwards."""


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


@contextmanager
def serving(shop, log, *more, folder=None):
    """(address, secret of an admin, the process); stopped in good order at the end. `log` gets what it says.

    Without a shop one can be set up in `folder`.
    """
    port, alone = free_port(), {**os.environ, "no_proxy": "*"}
    named = [] if shop is None else [str(shop)]
    command = [sys.executable, "-c", "from offerloop.cli import main; main()", "serve", "--port", str(port)]
    with Path(log).open("w") as said:
        process = subprocess.Popen(
            [*command, *named, *more], cwd=folder, stdout=subprocess.PIPE, stderr=said, text=True, env=alone
        )
    try:
        secret = process.stdout.readline().strip()
        wait_until_ready(f"http://127.0.0.1:{port}", process, log, "/ready" if shop else "/health")
        yield f"http://127.0.0.1:{port}", secret, process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=STOP_SECONDS)
        process.stdout.close()


def wait_until_ready(address, process, log, place="/ready"):
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        assert process.poll() is None, Path(log).read_text()
        try:
            if httpx.get(f"{address}{place}").status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise AssertionError(f"the service is not ready: {Path(log).read_text()}")


def workers_of(process):
    """The processes that answer."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    return [int(one) for one in children if b"spawn_main" in Path(f"/proc/{one}/cmdline").read_bytes()]
