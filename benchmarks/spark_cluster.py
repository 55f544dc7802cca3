"""A standalone cluster of Spark on this machine, for the benchmark of engines and a test that takes a worker away."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

DEPLOY = "org.apache.spark.deploy"
WORKER_MEMORY = "700m"


def spark_home() -> Path:
    """Where PySpark brings Spark."""
    spec = find_spec("pyspark")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent


@contextmanager
def cluster(
    folder: Path, workers: int = 2, memory: str = WORKER_MEMORY
) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """Yield the address of a master, and the processes of its workers, each with one core; all end with the context."""
    port = _free_port()
    address = f"spark://127.0.0.1:{port}"
    running = [_start(folder, "master.Master", "--host", "127.0.0.1", "--port", str(port), "--webui-port", "0")]
    try:
        _wait_for(port)
        running += [
            _start(
                folder, "worker.Worker", "--host", "127.0.0.1", "--cores", "1", "--memory", memory, "--webui-port", "0",
                "--work-dir", str(folder / f"worker-{number}"), address,
            )
            for number in range(workers)
        ]  # fmt: skip
        yield address, running[1:]
    finally:
        for process in running:
            kill(process)


def submit(address: str, program: Path, *arguments: str, driver: str = "1g", executor: str = "512m") -> list[str]:
    """Return the command that runs a program on a cluster."""
    return [
        str(spark_home() / "bin/spark-submit"), "--master", address, "--executor-memory", executor, "--driver-memory",
        driver, "--conf", "spark.ui.enabled=false", str(program), *arguments,
    ]  # fmt: skip


def kill(process: subprocess.Popen[bytes]) -> None:
    """End a process with its children at once, as when a machine fails."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def environment() -> dict[str, str]:
    """Variables by which Spark's scripts find this Python and stay on this machine."""
    python = dict.fromkeys(("PYSPARK_PYTHON", "PYSPARK_DRIVER_PYTHON"), sys.executable)
    return {**os.environ, **python, "SPARK_HOME": str(spark_home()), "SPARK_LOCAL_IP": "127.0.0.1"}


def _start(folder: Path, name: str, *arguments: str) -> subprocess.Popen[bytes]:
    with (folder / f"{name}.log").open("a") as log:
        return subprocess.Popen(
            [spark_home() / "bin/spark-class", f"{DEPLOY}.{name}", *arguments],
            env=environment(), stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _wait_for(port: int, seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with socket.socket() as knock:
            if knock.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
    raise TimeoutError(f"nobody listens at port {port}")
