"""Carry out the steps of examples/container/Containerfile in a fresh environment, and decide without a network.

    python scripts/container_steps.py

The program is installed as the file says it, and started as its ENTRYPOINT does, in a network namespace that holds
nothing but the loopback device. What only an image has (its user, its folders) is left out.
"""

from __future__ import annotations

import fcntl
import json
import os
import shlex
import socket
import struct
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path
from urllib.error import URLError
from urllib.request import ProxyHandler, Request, build_opener

ROOT = Path(__file__).resolve().parent.parent
FILE = ROOT / "examples" / "container" / "Containerfile"
PORT = 8000
SECONDS = 120
"""How long the service may take to be ready."""
_SET_FLAGS, _UP = 0x8914, 0x1 | 0x40
"""SIOCSIFFLAGS of Linux, and the flags of a device that is up and running."""


def steps() -> tuple[list[str], list[str]]:
    """Return the commands of RUN, and the words of ENTRYPOINT."""
    lines = [line.strip() for line in FILE.read_text(encoding="utf-8").splitlines()]
    run = [line.removeprefix("RUN ") for line in lines if line.startswith("RUN ")]
    (entry,) = (json.loads(line.removeprefix("ENTRYPOINT ")) for line in lines if line.startswith("ENTRYPOINT "))
    return run, entry


def install(folder: Path) -> dict[str, str]:
    """Carry out the steps, and return the environment in which the program is found."""
    venv.create(folder / "image", with_pip=True)
    inside = {**os.environ, "PATH": f"{folder / 'image' / 'bin'}{os.pathsep}{os.environ['PATH']}"}
    inside.pop("PYTHONPATH", None)
    for command in steps()[0]:
        if command.startswith("useradd"):
            continue
        subprocess.run(shlex.split(command), cwd=ROOT, env=inside, check=True, stdout=subprocess.DEVNULL)
    return inside


def make_shop(folder: Path, inside: dict[str, str]) -> None:
    """Play a small shop and make its plan."""
    size = ["--customers", "200", "--products", "60", "--periods", "2", "--worlds", "1"]
    for words in (["simulate", "--out", str(folder), *size], ["run", str(folder)]):
        subprocess.run(["offerloop", *words], env=inside, check=True, stdout=subprocess.DEVNULL)


def serve_alone(shop: str) -> None:
    """Start the service where there is no network, and ask it. Called in a namespace of its own."""
    with socket.socket() as device:
        fcntl.ioctl(device, _SET_FLAGS, struct.pack("16sh14x", b"lo", _UP))
        device.settimeout(1)
        try:
            device.connect(("192.0.2.1", 80))
        except OSError:
            pass
        else:
            raise RuntimeError("there is a network, so that nothing is shown by doing without one")
    command = [shop if word == "/shop" else word for word in steps()[1]]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        token = process.stdout.readline().strip()
        wait_for("/ready")
        said = json.loads(answer("/v1/decisions", token, {"customer_id": "1"}))
        assert "failed" not in said["reasons"], said
    finally:
        process.terminate()
        process.wait(timeout=60)


def wait_for(path: str) -> None:
    """Wait until a path is answered with success."""
    deadline = time.monotonic() + SECONDS
    while True:
        try:
            answer(path)
        except URLError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)
        else:
            return


def answer(path: str, token: str = "", body: object = None) -> bytes:
    """Return what the service answers. Raises URLError."""
    content = None if body is None else json.dumps(body).encode()
    headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
    request = Request(f"http://127.0.0.1:{PORT}{path}", content, headers)
    with build_opener(ProxyHandler({})).open(request, timeout=10) as said:
        return bytes(said.read())


def main() -> None:
    """Install, make a shop, and serve it in a namespace of its own."""
    if len(sys.argv) > 1:
        serve_alone(sys.argv[1])
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        inside = install(folder)
        make_shop(folder / "shop", inside)
        alone = ["unshare", "--map-root-user", "--net", sys.executable, __file__, str(folder / "shop")]
        subprocess.run(alone, env=inside, check=True)
    sys.stdout.write("the container's steps give a service that answers without a network\n")


if __name__ == "__main__":
    main()
