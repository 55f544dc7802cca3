"""Tokens, answers by key and the audit trail, on both databases."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from offerloop.errors import StoreError
from offerloop.store import (
    KeyConflictError,
    add_entry,
    add_first_token,
    add_token,
    answered_once,
    find_token,
    list_tokens,
    note_currency,
    read_trail,
    revoke_token,
)


def test_a_token_is_found_by_its_secret_which_is_not_kept(database):
    token, secret = database.change(lambda one: add_token(one, "checkout", ["service"], "token_admin", 2_000_000_000))
    assert database.read(lambda one: find_token(one, secret)) == token
    assert database.read(lambda one: find_token(one, f"{secret}x")) is None
    with database.engine.connect() as connection:
        assert secret not in str(connection.execute(sa.text("select * from tokens")).all())


def test_of_services_that_start_at_once_one_makes_the_first_token(database):
    def begin(_):
        return database.change(lambda one: add_first_token(one, "first", ["admin"], "start"))

    with ThreadPoolExecutor(4) as services:
        made = list(services.map(begin, range(4)))
    assert [one.token_id for one in database.read(list_tokens)] == [one[0].token_id for one in made if one]


def test_a_revoked_or_ended_token_opens_nothing(database):
    token, secret = database.change(lambda one: add_token(one, "checkout", ["service"], "token_admin", 2_000_000_000))
    assert token.is_valid(1_999_999_999)
    assert not token.is_valid(2_000_000_000)
    first = database.change(lambda one: revoke_token(one, token.token_id))
    assert database.change(lambda one: revoke_token(one, token.token_id)) == first
    assert not database.read(lambda one: find_token(one, secret)).is_valid(0)
    assert database.read(list_tokens) == [first]
    assert database.change(lambda one: revoke_token(one, "token_other")) is None


def test_a_key_is_answered_once(database):
    made = []

    def ask(fingerprint="a"):
        def make():
            made.append(1)
            return 201, f"answer {len(made)}"

        return database.change(lambda one: answered_once(one, "token_a", "key", fingerprint, 60, make))

    assert ask() == ask() == (201, "answer 1")
    assert len(made) == 1
    with pytest.raises(KeyConflictError):
        ask("b")


def test_a_change_that_fails_is_made_anew(database):
    def fail():
        raise StoreError("away")

    def ask(make):
        return database.change(lambda one: answered_once(one, "token_a", "key", "a", 60, make))

    with pytest.raises(StoreError):
        ask(fail)
    assert ask(lambda: (200, "done")) == (200, "done")


def test_an_answer_whose_time_is_over_is_forgotten(database):
    def ask(body):
        return database.change(lambda one: answered_once(one, "token_a", "key", body, 0, lambda: (200, body)))

    assert ask("first") == (200, "first")
    assert ask("second") == (200, "second")


def test_the_trail_can_only_grow(database):
    for number in range(3):
        database.change(lambda one, number=number: add_entry(one, "token_a", "switch", is_on=bool(number)))
    newest = database.read(lambda one: read_trail(one, None, 2))
    assert [one.body for one in newest] == [{"is_on": True}, {"is_on": True}]
    assert [one.entry_id for one in database.read(lambda one: read_trail(one, newest[-1].entry_id, 2))] == [1]
    with pytest.raises(sa.exc.DBAPIError, match="append-only"), database.engine.begin() as connection:
        connection.execute(sa.text("delete from trail"))


def test_a_database_knows_in_which_currency_it_was_served_before(database):
    order = ("EUR", "EUR", "USD", "USD", "EUR")
    noted = [database.change(lambda one, money=money: note_currency(one, money)) for money in order]
    assert noted == [None, None, "EUR", None, "USD"]
    trail = database.read(lambda one: read_trail(one, None, 9))
    assert [one.body["currency"] for one in trail] == ["EUR", "USD", "EUR"]
