"""The log gathers lines for a moment and loses none; ids come from bytes that are fetched many at a time."""

import json
import logging
import re
import sys
import threading
from collections import deque
from contextlib import suppress
from pathlib import Path

from offerloop.web.telemetry.log import GatheredLines, JsonLine
from offerloop.web.telemetry.random_ids import random_hex

CUSTOMER = "anna-4711"


def test_lines_are_written_in_their_order_and_a_warning_at_once(monkeypatch, capsys):
    monkeypatch.setattr("offerloop.web.telemetry.log.WRITE_SECONDS", 3600)
    lines = GatheredLines()
    lines.setFormatter(JsonLine())
    lines.add('{"event": "request"}')
    lines.handle(logging.LogRecord("test", logging.INFO, "", 1, "two\nlines", (), None))
    assert capsys.readouterr().err == ""
    lines.handle(logging.LogRecord("test", logging.WARNING, "", 1, "three", (), None))
    said = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [one.get("message") for one in said] == [None, "two\nlines", "three"]
    assert said[2]["level"] == "warning"


def test_a_fault_is_one_line_that_says_where_it_was_and_names_no_customer():
    try:
        try:
            int(CUSTOMER)
        except ValueError as error:
            raise KeyError(CUSTOMER) from error
    except KeyError as error:
        said = (type(error), error, error.__traceback__)
    line = JsonLine().format(logging.LogRecord("test", logging.ERROR, "", 1, "a request failed", (), said))
    assert "\n" not in line
    assert CUSTOMER not in line
    places = json.loads(line)["traceback"]
    assert re.findall("^[A-Z][A-Za-z]+$", places, re.MULTILINE) == ["KeyError", "ValueError"]
    assert "int(CUSTOMER)" in places


def test_lines_of_many_threads_are_written_once(monkeypatch, capsys):
    monkeypatch.setattr("offerloop.web.telemetry.log.WRITE_SECONDS", 3600)
    lines = GatheredLines()

    def add(number):
        for one in range(200):
            lines.add(f"{number} {one}")
            if one % 50 == 0:
                lines.flush()

    threads = [threading.Thread(target=add, args=(number,)) for number in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    lines.flush()
    assert sorted(capsys.readouterr().err.split("\n")[:-1]) == sorted(f"{a} {b}" for a in range(4) for b in range(200))


def test_a_line_that_another_thread_has_taken_stops_no_log(capsys):
    class Counted(deque):
        def __len__(self):
            return super().__len__() + 1  # one was taken since

    lines = GatheredLines()
    lines._waiting = Counted(["written"])
    lines.flush()
    assert capsys.readouterr().err == "written\n"


def test_ids_are_digits_and_none_comes_twice():
    found = [random_hex(3) for _ in range(5_000)]
    assert len(set(found)) == 5_000
    assert all(re.fullmatch("[0-9a-f]{24}", one) for one in found)


def test_a_full_disk_ends_no_thread_that_says_something(monkeypatch, capsys):
    lines = GatheredLines()
    with Path("/dev/full").open("w") as full, monkeypatch.context() as patched:
        patched.setattr(sys, "stderr", full)
        lines.add("lost")
        lines.flush()
        patched.undo()
        lines.add("written")
        lines.flush()
        with suppress(OSError):
            full.close()
    assert capsys.readouterr().err.endswith("written\n")
