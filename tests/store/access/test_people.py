"""People and their invitations, on both databases."""

import pytest

from offerloop.store import Database, accept_invitation, invite, list_people, revoke_person


@pytest.fixture
def database(store_url):
    opened = Database.open(store_url)
    yield opened
    opened.close()


def test_a_name_is_somebodys_until_they_are_revoked(database):
    ada, _ = database.change(lambda one: invite(one, "ada", {"admin"}))
    assert database.change(lambda one: invite(one, "ada", {"viewer"})) is None
    database.change(lambda one: revoke_person(one, ada.person_id))
    again, secret = database.change(lambda one: invite(one, "ada", {"viewer"}))
    assert (again.person_id, again.roles, again.revoked_at) == (ada.person_id, ("viewer",), None)
    assert database.change(lambda one: accept_invitation(one, secret, "hash")).signed_up
    assert [one.name for one in database.read(list_people)] == ["ada"]
