# peers: fastapi>=0.115 uvicorn>=0.37 argon2-cffi httpx msgspec>=0.19 sqlalchemy>=2.0.30 psycopg[binary] vowpalwabbit
"""How many decisions, prices and baskets a second does one worker of the service answer, and how fast?

The worker is pinned to one core and the clients to another; clients keep their connections, and each sends a request
when the last one was answered, or at half the highest rate. Beside it stand a bare route of FastAPI that parses the
same body, and bare Starlette, on the same server and core. They are asked by turns, a slice at a time, and the medians
of slices are compared, so that other work on the machine slows all alike; at half load too, where the bare route shows
what the server, the clients and the machine add to any answer. Two workers on both cores show that a
customer gets the same from each. Vowpal Wabbit chooses in a process, without HTTP. `make bench NAME=serving` prints
a table; `--json FILE` writes it too, `--quick` takes a second for each figure.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from record import Claim, Record, Result, load, machine, tell
from serving_shop import write_shop
from serving_vowpal import decision_us

CLIENTS = 16
SLICES = 7
SHARE_OF_BARE, P99_MS, PRICES_MS, MEMORY_MB, START_SECONDS = 0.6, 10.0, 20.0, 1000.0, 5.0
"""Targets."""
PEERS = ("bare_fastapi", "bare_starlette")
Body = Callable[[], bytes]


@dataclass(frozen=True)
class Load:
    """What clients saw."""

    per_second: float
    p50_ms: float
    p99_ms: float
    failed: float
    cpu_us: float
    """Processor time of the server for each answer: the same on a machine that is busy with other work."""


def pinned(cores: str) -> list[str]:
    """Return the words that pin a command to cores."""
    return ["taskset", "-c", cores]


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@dataclass(frozen=True)
class Server:
    """A server on the first core."""

    port: int
    pid: int
    started_seconds: float
    """Until it answered."""
    first_line: str
    """What it printed first, if it was to be read."""


def cpu_seconds(pid: int) -> float:
    """Return the processor time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def served(command: list[str], port: int, *, speaks: bool = False, cores: str = "0") -> Iterator[Server]:
    """Start a server and wait until it answers; Python keeps its compiled modules, as it does by itself."""
    folder = Path(__file__).parent
    here = {**os.environ, "PYTHONPATH": os.pathsep.join([os.environ.get("PYTHONPATH", ""), str(folder)])}
    here.pop("PYTHONDONTWRITEBYTECODE", None)
    begin = time.monotonic()
    process = subprocess.Popen(
        [*pinned(cores), *command], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=here
    )
    try:
        while not answers(port):
            if process.poll() is not None:
                raise RuntimeError(f"the server ended with {process.returncode}")
            time.sleep(0.02)
        took = time.monotonic() - begin
        said = process.stdout.readline().strip() if speaks and process.stdout else ""
        yield Server(port, process.pid, took, said)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)


def answers(port: int) -> bool:
    """Whether somebody listens."""
    with socket.socket() as tried:
        return tried.connect_ex(("127.0.0.1", port)) == 0


async def ask(server: Server, path: str, token: str, body: Body, seconds: float, per_second: float | None) -> Load:
    """Send requests by all clients for some seconds, as fast as they are answered or at a rate."""
    took: list[float] = []
    failed = 0
    gc.collect()
    gc.disable()  # a pause of the clients would count as one of the server
    connections = [await asyncio.open_connection("127.0.0.1", server.port) for _ in range(CLIENTS)]
    end = time.perf_counter() + seconds
    pause = None if per_second is None else CLIENTS / per_second

    async def client(number: int) -> None:
        nonlocal failed
        reader, writer = connections[number]
        due = time.perf_counter() + (pause or 0) * number / CLIENTS
        while (now := time.perf_counter()) < end:
            if pause is not None and now < due:
                await asyncio.sleep(due - now)
            begin = due if pause is not None else time.perf_counter()
            writer.write(request(path, token, body()))
            status = await answer(reader)
            took.append(time.perf_counter() - begin)
            failed += status != 200
            due += pause or 0
        writer.close()

    begin, cpu = time.perf_counter(), cpu_seconds(server.pid)
    await asyncio.gather(*(client(number) for number in range(CLIENTS)))
    gc.enable()
    took.sort()
    middle, late = took[len(took) // 2], took[int(len(took) * 0.99)]
    spent_us = 1e6 * (cpu_seconds(server.pid) - cpu) / len(took)
    return Load(len(took) / (time.perf_counter() - begin), 1000 * middle, 1000 * late, failed, spent_us)


def request(path: str, token: str, body: bytes) -> bytes:
    """Return a request as it goes over the wire."""
    head = f"POST {path} HTTP/1.1\r\nhost: shop\r\ncontent-type: application/json\r\nauthorization: Bearer {token}\r\n"
    return f"{head}content-length: {len(body)}\r\n\r\n".encode() + body


async def answer(reader: asyncio.StreamReader) -> int:
    """Read one answer, and return its status."""
    head = await reader.readuntil(b"\r\n\r\n")
    lines = head.decode("latin-1").lower().split("\r\n")
    length = next(int(line.partition(":")[2]) for line in lines if line.startswith("content-length:"))
    await reader.readexactly(length)
    return int(lines[0].split()[1])


def bodies(customers: int) -> dict[str, tuple[str, Body]]:
    """Return path and body of what is asked."""
    rng = random.Random(1)

    def customer() -> str:
        return f"customer-{rng.randrange(customers):08}"

    def lines(n: int) -> list[dict[str, object]]:
        return [
            {"product_id": f"{one}", "quantity": 1 + one % 3, "unit_price_minor": rng.randrange(200, 9_000),
             "categories": [f"kind {one % 8}"]}
            for one in range(n)
        ]  # fmt: skip

    def written(**fields: object) -> bytes:
        return json.dumps({"customer_id": customer(), **fields}).encode()

    return {
        "decisions": ("/v1/decisions", lambda: written(context={"channel": "app"})),
        "baskets of 5 lines": ("/v1/baskets/price", lambda: written(currency="EUR", lines=lines(5))),
        "prices of 100 products": ("/v1/prices", lambda: written(currency="EUR", products=lines(100))),
    }


def service(shop: Path, port: int, *more: str) -> list[str]:
    """Return the command that starts the service."""
    program = [sys.executable, "-c", "from offerloop.cli import main; main()"]
    return [*program, "serve", str(shop), "--port", str(port), *more]


def measure_service(shop: Path, customers: int, seconds: float) -> tuple[list[Result], list[Claim]]:
    """Measure one worker, and its peers beside it."""
    port, results, claims = free_port(), list[Result](), list[Claim]()
    with served(service(shop, port), port, speaks=True) as server:
        start_seconds = server.started_seconds + wait_until_ready(server)
        for name, (path, body) in bodies(customers).items():
            asyncio.run(ask(server, path, server.first_line, body, seconds / 4, None))
            full = asyncio.run(ask(server, path, server.first_line, body, seconds, None))
            half = asyncio.run(ask(server, path, server.first_line, body, seconds, full.per_second / 2))
            results += figures("offerloop", name, full) + figures("offerloop, half load", name, half)
            most = PRICES_MS if path == "/v1/prices" else P99_MS
            claims.append(Claim.at_most(f"{name}: p99 at half load, ms", half.p99_ms, most))
            claims.append(Claim.at_most(f"{name}: answers that are no success", full.failed + half.failed, 0))
        claims.append(Claim.at_most("memory of the worker, MB", memory_mb(server.pid), MEMORY_MB))
        more_results, more_claims = measure_peers(server, customers, seconds)
    claims.append(Claim.at_most("start until ready, with the table written, s", start_seconds, START_SECONDS))
    return results + more_results, claims + more_claims


def measure_peers(ours: Server, customers: int, seconds: float) -> tuple[list[Result], list[Claim]]:
    """Ask for decisions of the service and of its peers by turns."""
    with ExitStack() as stack:
        servers = {"offerloop": ours, **{name: stack.enter_context(peer(name)) for name in PEERS}}
        of = by_turns(servers, ours, customers, seconds, None)
        half = by_turns(servers, ours, customers, seconds, of["offerloop"].per_second / 2)
    results = [
        one
        for how, loads in (("by turns", of), ("by turns at our half load", half))
        for name, load in loads.items()
        for one in figures(f"{name}, {how}".replace("_", " "), "decisions", load)
    ]
    floor = half["offerloop"].p99_ms - half["bare_fastapi"].p99_ms
    claims = [Claim("decisions: p99 at half load above that of bare fastapi, ms", floor)]
    for name in PEERS:
        target = SHARE_OF_BARE if name == "bare_fastapi" else None
        for what, share in (
            ("decisions a second", of["offerloop"].per_second / of[name].per_second),
            ("decisions a second of processor time", of[name].cpu_us / of["offerloop"].cpu_us),
        ):
            met = None if target is None else share >= target
            claims.append(Claim(f"{what}, as a share of {name.replace('_', ' ')}", share, target=target, met=met))
    return results, claims


def by_turns(
    servers: dict[str, Server], ours: Server, customers: int, seconds: float, per_second: float | None
) -> dict[str, Load]:
    """Ask for decisions of each server by turns, a slice at a time, and return the medians."""
    path, body = bodies(customers)["decisions"]
    loads: dict[str, list[Load]] = {name: [] for name in servers}
    for _ in range(SLICES):
        for name, server in servers.items():
            load = ask(server, path, ours.first_line, body, seconds / SLICES, per_second)
            loads[name].append(asyncio.run(load))
    return {name: middle(slices) for name, slices in loads.items()}


def middle(slices: list[Load]) -> Load:
    """Return the medians of slices."""
    names = ("per_second", "p50_ms", "p99_ms", "failed", "cpu_us")
    return Load(**{name: median(getattr(one, name) for one in slices) for name in names})


@contextmanager
def peer(name: str) -> Iterator[Server]:
    """Start a bare server that answers the same request."""
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", f"serving_peers:{name}", "--port", str(port), "--no-access-log"]
    with served([*command, "--log-level", "warning"], port) as server:
        yield server


def measure_two_workers(shop: Path, customers: int, seconds: float) -> tuple[list[Result], list[Claim]]:
    """Ask two workers on both cores, and compare what one customer gets over many connections."""
    port = free_port()
    path, body = bodies(customers)["decisions"]
    command = service(shop, port, "--workers", "2", "--new-admin-token")
    with served(command, port, speaks=True, cores="0,1") as server:
        wait_until_ready(server)
        load = asyncio.run(ask(server, path, server.first_line, body, seconds, None))
        texts = {decision_of(server, f"customer-{one % 5:08}") for one in range(100)}
    results = figures("offerloop, two workers", "decisions", load)[:-1]  # the server's own process does not answer
    claims = [
        Claim.at_most("two workers: answers that are no success", load.failed, 0),
        Claim.at_most("two workers: different answers to 5 customers asked 20 times each", len(texts), 5),
    ]
    return results, claims


def wait_until_ready(server: Server) -> float:
    """Wait until a worker says that it is ready, and the other one of two is too; return how long the first took."""
    begun = time.perf_counter()
    while b" 200 " not in raw(server, b"GET /ready HTTP/1.1\r\nhost: shop\r\nconnection: close\r\n\r\n"):
        time.sleep(0.1)
    ready_seconds = time.perf_counter() - begun
    time.sleep(2)
    return ready_seconds


def decision_of(server: Server, customer: str) -> str:
    """Return what does not change from one decision of a customer to the next, over a connection of its own."""
    asked = json.dumps({"customer_id": customer}).encode()
    sent = request("/v1/decisions", server.first_line, asked).replace(b"\r\n", b"\r\nconnection: close\r\n", 1)
    said = json.loads(raw(server, sent).partition(b"\r\n\r\n")[2])
    return json.dumps([customer, said["offers"], said["arm"], said["propensity"], said["reasons"]])


def raw(server: Server, sent: bytes) -> bytes:
    """Send bytes, and return all that comes back."""
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        connection.sendall(sent)
        return b"".join(iter(lambda: connection.recv(65_536), b""))


def figures(system: str, case: str, seen: Load) -> list[Result]:
    """Return what clients saw."""
    return [
        Result(system, case, "answers", seen.per_second, "1/s"),
        Result(system, case, "median", seen.p50_ms, "ms"),
        Result(system, case, "p99", seen.p99_ms, "ms"),
        Result(system, case, "processor", seen.cpu_us, "us"),
    ]


def memory_mb(pid: int) -> float:
    """Return the resident memory of a process at its most."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


def measure(customers: int, offers: int, seconds: float) -> tuple[list[Result], list[Claim]]:
    """Measure the service and its peers on the same core, and two workers."""
    with tempfile.TemporaryDirectory() as folder:
        shop = write_shop(Path(folder) / "shop", customers, offers)
        write_table(shop)
        results, claims = measure_service(shop, customers, seconds)
        more_results, more_claims = measure_two_workers(shop, customers, seconds)
    vowpal = decision_us(offers, 2_000)
    if vowpal is not None:
        results.append(Result("Vowpal Wabbit, in process", "decisions", "median", vowpal / 1000, "ms"))
    return results + more_results, claims + more_claims


def write_table(shop: Path) -> None:
    """Write the table of the policy, which is done once for each run."""
    from offerloop.serving import serve_run
    from offerloop.workspace import find_run

    begin = time.monotonic()
    serve_run(find_run(shop))
    print(f"the table of the policy took {time.monotonic() - begin:.1f} s to write", flush=True)


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a second for each figure, and few customers")
    parser.add_argument("--seconds", type=float, default=10.0, help="for each figure")
    parser.add_argument("--json", type=Path, help="write the figures there")
    asked = parser.parse_args()
    before = load()
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    results, claims = measure(20_000, 20, 1.0) if asked.quick else measure(1_000_000, 20, asked.seconds)
    tell(results, claims)
    if asked.json:
        Record(machine(before, ["fastapi", "uvicorn", "starlette", "pydantic"]), results, claims).write(asked.json)


if __name__ == "__main__":
    main()
