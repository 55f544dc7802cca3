"""Commands of many threads in one transaction: an answer each, an error each, and nobody waits for ever."""

import threading
import time

import pytest

from offerloop.errors import StoreError
from offerloop.offers import CommandAnswer, Revoke
from offerloop.store.group_commit import GroupCommit


class Store:
    """Takes a group at a time; the first one waits until as many threads as asked have come."""

    def __init__(self, wait_for):
        self.groups, self.wait_for, self.come = [], wait_for, threading.Semaphore(0)
        self.group_commit = GroupCommit(self)

    def __call__(self, commands):
        self.groups.append([one.key for one in commands])
        if len(self.groups) == 1:
            for _ in range(self.wait_for):
                self.come.acquire(timeout=10)
        if "away" in self.groups[-1]:
            raise StoreError("away")
        if "bad" in self.groups[-1]:
            raise ValueError("bad")
        return [CommandAnswer(one.key, 0) for one in commands]

    def ask(self, *keys):
        """What each of the threads with these keys was told; the first comes before the others."""
        told = {}

        def call(key):
            try:
                told[key] = self.group_commit.carry_out(Revoke(key, "A")).key
            except (StoreError, ValueError) as error:
                told[key] = error

        threads = [threading.Thread(target=call, args=(key,)) for key in keys]
        for number, thread in enumerate(threads):
            thread.start()
            until = time.monotonic() + 10
            while not (self.groups and len(self.group_commit._pending) == number) and time.monotonic() < until:
                time.sleep(0.001)
        for _ in keys:
            self.come.release()
        for thread in threads:
            thread.join(timeout=10)
        return told


def test_what_gathers_while_one_is_written_is_written_at_once():
    store = Store(4)
    assert store.ask("a", "b", "c", "d") == {key: key for key in "abcd"}
    assert store.groups == [["a"], ["b", "c", "d"]]
    assert store.group_commit.carry_out(Revoke("e", "A")).key == "e"


def test_a_command_that_cannot_be_carried_out_spoils_no_other():
    store = Store(4)
    told = store.ask("a", "b", "bad", "d")
    assert isinstance(told.pop("bad"), ValueError)
    assert told == {key: key for key in "abd"}
    assert store.groups[1:] == [["b", "bad", "d"], ["b"], ["bad"], ["d"]]


def test_a_store_that_is_away_is_asked_once_for_all():
    store = Store(4)
    told = store.ask("a", "b", "away", "d")
    assert told.pop("a") == "a"
    assert all(isinstance(one, StoreError) for one in told.values())
    assert len(store.groups) == 2
    assert store.group_commit.carry_out(Revoke("e", "A")).key == "e"


def test_whoever_is_interrupted_holds_nobody_up(monkeypatch):
    store = Store(2)
    together = store.group_commit
    together._busy = True

    def interrupted(_):
        together._hand_over()
        raise KeyboardInterrupt

    monkeypatch.setattr(threading.Event, "wait", interrupted)
    with pytest.raises(KeyboardInterrupt):
        together.carry_out(Revoke("gone", "A"))
    monkeypatch.undo()
    store.come.release(2)
    assert together.carry_out(Revoke("next", "A")).key == "next"
    assert store.groups == [["next"]]
