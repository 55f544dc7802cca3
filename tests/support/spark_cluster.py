"""A standalone cluster of Spark on this machine, for tests that take a worker away."""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pyspark

HOME = Path(pyspark.__file__).parent
DEPLOY = "org.apache.spark.deploy"


@contextmanager
def cluster(folder, workers=2):
    """The address of a master, and the processes of its workers, each with one core; all end with the context."""
    port = _free_port()
    address = f"spark://127.0.0.1:{port}"
    running = [_start(folder, "master.Master", "--host", "127.0.0.1", "--port", port, "--webui-port", "0")]
    try:
        _wait_for(port)
        running += [
            _start(
                folder, "worker.Worker", "--host", "127.0.0.1", "--cores", "1", "--memory", "700m", "--webui-port", "0",
                "--work-dir", folder / f"worker-{number}", address,
            )
            for number in range(workers)
        ]  # fmt: skip
        yield address, running[1:]
    finally:
        for process in running:
            kill(process)


def kill(process):
    """End a process with its children at once, as when a machine fails."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def environment():
    """Variables by which Spark's scripts find this Python and stay on this machine."""
    python = dict.fromkeys(("PYSPARK_PYTHON", "PYSPARK_DRIVER_PYTHON"), sys.executable)
    return {**os.environ, **python, "SPARK_HOME": str(HOME), "SPARK_LOCAL_IP": "127.0.0.1"}


def _start(folder, name, *arguments):
    with (folder / f"{name}.log").open("a") as log:
        return subprocess.Popen(
            [HOME / "bin/spark-class", f"{DEPLOY}.{name}", *map(str, arguments)],
            env=environment(), stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip


def _free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def _wait_for(port, seconds=60):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with socket.socket() as knock:
            if knock.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
    raise TimeoutError(f"nobody listens at port {port}")
