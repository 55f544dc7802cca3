# peers: fastapi>=0.115 uvicorn>=0.37 argon2-cffi httpx msgspec>=0.19 sqlalchemy>=2.0.30 playwright>=1.48
"""How long do pages of the console take, and how large are its files?

One process of the service on one core, with a plan for a million customers: the first page, and who gets what at
budgets that nobody asked for before. Beside the time stands the processor time of the service, which other work on the
machine does not lengthen. In Chromium, the time from moving the budget slider until its figures are laid out, at each
point of a curve of 200. `make bench NAME=console` prints a table; `--customers N` takes fewer.
"""

from __future__ import annotations

import argparse
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx

from serving import Server, cpu_seconds, free_port, served
from serving_shop import VERSION, write_shop

FIRST_MS, RECIPIENTS_MS, SLIDER_MS, SCRIPTS_BYTES, STYLES_BYTES, OWN_LINES = 300, 300, 16, 60_000, 100_000, 150
"""Targets."""
TIMES = 20
SCRIPTS, STYLES, OWN = ("htmx.min.js", "console.js"), ("console.css",), "console.js"


@dataclass(frozen=True)
class Measured:
    """A figure with its target."""

    name: str
    value: float
    most: float
    cpu: float | None = None
    """Processor time, which is what counts against the target where it is known."""

    @property
    def is_missed(self) -> bool:
        """Whether the target is missed."""
        return (self.value if self.cpu is None else min(self.value, self.cpu)) > self.most


def page(client: httpx.Client, server: Server, name: str, places: list[str], most: float) -> Measured:
    """Return the mean time of pages until they are whole."""
    begin, cpu = time.perf_counter(), cpu_seconds(server.pid)
    for place in places:
        client.get(place).raise_for_status()
    took, used = time.perf_counter() - begin, cpu_seconds(server.pid) - cpu
    return Measured(name, 1000 * took / len(places), most, 1000 * used / len(places))


def measured(client: httpx.Client, server: Server, customers: int) -> Iterator[Measured]:
    """Yield all figures."""
    overview = "/console/overview"
    yield page(client, server, "first page, first time, ms", [overview], FIRST_MS)
    yield page(client, server, "first page, mean, ms", [overview] * TIMES, FIRST_MS)
    who, rng = f"/console/recipients?run={VERSION}&campaign=first&budget_minor=", random.Random(1)
    yield page(client, server, "who gets what, first time, ms", [f"{who}{100 * customers}"], RECIPIENTS_MS)
    others = [f"{who}{rng.randrange(200 * customers)}" for _ in range(TIMES)]
    yield page(client, server, "who gets what, mean, ms", others, RECIPIENTS_MS)
    sizes = {name: client.get(f"/console/static/{name}").content for name in (*SCRIPTS, *STYLES)}
    yield Measured("scripts, bytes", sum(len(sizes[name]) for name in SCRIPTS), SCRIPTS_BYTES)
    yield Measured("styles, bytes", sum(len(sizes[name]) for name in STYLES), STYLES_BYTES)
    yield Measured("own script, lines", len(sizes[OWN].splitlines()), OWN_LINES)


MOVED = """(range, rounds) => [...Array(rounds)].map(() => [...Array(Number(range.max) + 1).keys()].map(place => {
  const begin = performance.now();
  range.value = place;
  range.dispatchEvent(new Event("input"));
  document.body.offsetHeight;
  return performance.now() - begin;
}))"""
"""Moves the slider to each point in several rounds, and says how long each took until the page was laid out."""
ROUNDS = 5
"""A move counts with its shortest time: what other work on the machine adds to it is elsewhere in the next round."""


def slider(address: str, bearer: dict[str, str]) -> Iterator[Measured]:
    """Yield how long a move of the slider takes; the page may ask for nothing meanwhile."""
    from playwright.sync_api import sync_playwright

    program = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        page, asked = browser.new_context(extra_http_headers=bearer).new_page(), list[str]()
        page.goto(f"{address}/console/plan?campaign=first", wait_until="networkidle")  # with its icon
        page.on("request", lambda request: asked.append(request.url))
        rounds = page.locator("#budget-range").evaluate(MOVED, ROUNDS)
        browser.close()
    moves = [min(times) for times in zip(*rounds, strict=True)]
    yield Measured("slider, very first move, ms", rounds[0][0], SLIDER_MS)
    yield Measured(f"slider, mean of {len(moves)}, ms", sum(moves) / len(moves), SLIDER_MS)
    yield Measured("slider, longest move, ms", max(moves), SLIDER_MS)
    yield Measured("requests while it moves", len(asked), 0)


def main() -> None:
    """Print what was measured, and end with 1 where a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=1_000_000)
    customers = parser.parse_args().customers
    with tempfile.TemporaryDirectory() as place:
        shop, port = write_shop(Path(place) / "shop", customers, 100), free_port()
        code = "from offerloop.cli import main; main()"
        command = [sys.executable, "-c", code, "serve", str(shop), "--port", str(port)]
        with served(command, port, speaks=True) as server:
            bearer = {"authorization": f"Bearer {server.first_line}"}
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=bearer, timeout=120) as client:
                while client.get("/ready").status_code != httpx.codes.OK:
                    time.sleep(0.1)
                found = list(measured(client, server, customers))
            found += slider(f"http://127.0.0.1:{port}", bearer)
    for one in found:
        cpu = "" if one.cpu is None else f"{one.cpu:,.0f}"
        verdict = "   missed" if one.is_missed else ""
        sys.stdout.write(f"{one.name:32} {one.value:10,.1f} {cpu:>10}   at most {one.most:,.0f}{verdict}\n")
    sys.exit(any(one.is_missed for one in found))


if __name__ == "__main__":
    main()
