"""The journal of a loop keeps what each step came to, and nobody can change it."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from offerloop.store import Journal


@pytest.fixture
def journal(store_url):
    found = Journal.open(store_url, "loop")
    yield found
    found.engine.dispose()


def test_a_step_is_made_once(journal):
    made = []

    def make():
        made.append(1)
        return {"given": [1, 2]}

    assert [journal.once(0, "decide", make) for _ in range(3)] == [{"given": [1, 2]}] * 3
    assert len(made) == 1


def test_a_step_that_comes_to_nothing_is_made_once_too(journal):
    made = []
    for _ in range(2):
        assert journal.once(0, "give", lambda: made.append(1)) is None
    assert len(made) == 1


def test_all_who_ask_at_once_get_the_same(journal):
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda number: journal.once(3, "decide", lambda: number), range(24)))
    assert len(set(found)) == 1
    assert journal.recorded() == [(3, "decide", found[0])]


def test_loops_of_other_names_are_apart(journal):
    other = Journal(journal.engine, "another")
    journal.once(0, "decide", lambda: 1)
    assert other.recorded() == []
    assert other.once(0, "decide", lambda: 2) == 2


def test_steps_of_one_second_are_in_the_order_of_their_numbers(journal, monkeypatch):
    monkeypatch.setattr("offerloop.store.journal.clock", lambda _: 1_000)
    taken = ["decide", "give", "learn", *(f"learn again {number}" for number in range(1, 12))]
    for step in taken:
        journal.once(0, step, dict)
    assert [step for _, step, _ in journal.recorded()] == taken


def test_what_fails_is_not_recorded(journal):
    with pytest.raises(ZeroDivisionError):
        journal.once(0, "decide", lambda: 1 / 0)
    assert journal.recorded() == []


@pytest.mark.parametrize("change", ["update steps set body = '2'", "delete from steps"])
def test_nothing_is_changed_afterwards(journal, change):
    journal.once(0, "decide", lambda: 1)
    with pytest.raises(sa.exc.DBAPIError, match="append-only"), journal.engine.begin() as connection:
        connection.execute(sa.text(change))
