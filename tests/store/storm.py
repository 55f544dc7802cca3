"""Many processes on one template: a program of its own, so that what it forks has neither threads nor connections.

`python storm.py '{"url": ..., "folder": ..., "processes": ..., "requests": ..., "seconds": ..., "kill": ...}'`

Every process goes through a list of requests and sends each twice, and a second process does the same with the same
requests and keys at the same time. What it was told it appends to a file of its
own, so that whoever is killed is followed by a process that goes on where the file ends: with the request whose answer
is not known. With `seconds` the list has at least one request, and no end before that time is over; with `kill`
processes are killed all along.
"""

import json
import os
import random
import signal
import sys
import time
from pathlib import Path

from offerloop.offers import Lock, Redeem, RollBack
from offerloop.store import Ledger

CODES, LOCK_SECONDS, N_CUSTOMERS = ("SALE", "APP", "VIP"), 1, 50


def steps(process, number):
    """The commands of one customer's visit, with keys of its own: use, hold and use, hold and go, use and cancel."""
    name = f"{process // 2}-{number}"
    draw = random.Random(name)
    kind, amount, code = draw.random(), draw.randint(50, 150), draw.choice(CODES)
    customer = f"c{draw.randrange(N_CUSTOMERS)}"
    lock = Lock(f"{name}-lock", code, customer, name, amount, LOCK_SECONDS)
    use = Redeem(f"{name}-use", code, customer, amount)
    if kind < 0.3:
        return [use]
    if kind < 0.5:
        return [lock, Redeem(use.key, code, customer, amount - 10, name)]
    if kind < 0.7:
        return [lock]
    back = RollBack(f"{name}-back", use.key, None if kind < 0.9 else 20)
    return [use, back]


def visit(asked, process):
    """Go on where the file of this process ends, until the list does."""
    path = Path(asked["folder"]) / f"{process}.jsonl"
    lines = path.read_text().splitlines() if path.exists() else []
    told = {json.loads(line)["key"] for line in lines if line.endswith("}")}
    ledger = Ledger.open(asked["url"], patience_seconds=60)
    number = 0
    with path.open("ab", buffering=0) as file:
        if lines and not lines[-1].endswith("}"):
            file.write(b"\n")
        while number < max(asked["requests"], 1) or time.time() < asked["until"]:
            for command in steps(process, number):
                if command.key not in told:
                    for answer in (ledger.carry_out(command), ledger.carry_out(command)):
                        file.write(json.dumps({"key": answer.key, "reason": answer.reason}).encode() + b"\n")
            number += 1


def start(asked, process):
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            visit(asked, process)
            code = 0
        finally:
            sys.stderr.flush()
            os._exit(code)
    return pid


def storm(asked):
    """Start all, kill some all along where that is asked, and wait for the others; how many were killed."""
    asked["until"] = time.time() + asked["seconds"]
    running = {start(asked, process): process for process in range(asked["processes"])}
    chosen, n_killed = random.Random(1), 0
    while running:
        if asked["kill"] and time.time() < asked["until"]:
            time.sleep(chosen.expovariate(1 / asked["kill"]))
            victim = chosen.choice(sorted(running))
            os.kill(victim, signal.SIGKILL)
            n_killed += 1
        pid, status = os.waitpid(-1, os.WNOHANG if asked["kill"] and time.time() < asked["until"] else 0)
        if pid:
            process = running.pop(pid)
            if os.WIFSIGNALED(status):
                running[start(asked, process)] = process
            elif os.waitstatus_to_exitcode(status) != 0:
                raise SystemExit(f"process {process} failed")
    return n_killed


if __name__ == "__main__":
    sys.stdout.write(str(storm(json.loads(sys.argv[1]))))
