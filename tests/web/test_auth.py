"""Tokens, people, sessions, a proxy's word, and what each role may do."""

from datetime import datetime

import pytest
from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from served_shop import Client, served, shop_of, with_role

from offerloop.web import passwords
from offerloop.web.api.people import _ATTEMPTS
from offerloop.web.roles import ROLES, Permission
from offerloop.web.running import first_token

PASSWORD = "correct horse battery"
OWN_HASHER = passwords._HASHER
"""The service's own, in whose place services of the tests have a quick one."""


def test_a_password_costs_whoever_guesses_it_memory_and_time():
    """At least what OWASP's cheat sheet on storing passwords asks of Argon2id."""
    assert OWN_HASHER.memory_cost >= 19 * 1024
    assert OWN_HASHER.time_cost >= 2


def test_a_name_that_is_not_there_takes_as_long_as_one_that_is(shared_service, monkeypatch):
    _ATTEMPTS._left.clear()
    verified = []
    spy = type("Spy", (PasswordHasher,), {"verify": lambda _, hashed, __: verified.append(hashed)})
    hasher = spy(time_cost=2, memory_cost=64, parallelism=1)
    monkeypatch.setattr(passwords, "_HASHER", hasher)
    answer = shared_service.post("/v1/session", json={"name": "nobody", "password": "guessed"})
    assert answer.status_code == 401
    assert len(verified) == 1
    assert not hasher.check_needs_rehash(verified[0]), "another cost would tell them apart"
    with pytest.raises(VerifyMismatchError):
        PasswordHasher().verify(verified[0], "guessed")


@pytest.mark.usefixtures("stopped_clock")
def test_who_tries_passwords_has_to_wait(shared_service):
    _ATTEMPTS._left.clear()
    body = {"name": "Ada", "password": "wrong"}
    statuses = [shared_service.post("/v1/session", json=body).status_code for _ in range(11)]
    _ATTEMPTS._left.clear()
    assert statuses == [401] * 10 + [429]


@pytest.mark.usefixtures("stopped_clock")
def test_who_guesses_keeps_nobody_else_from_coming_in(service):
    _ATTEMPTS._left.clear()
    person = {"name": "Ada", "roles": ["viewer"]}
    own = service.post("/v1/people", json=person, headers=with_role(service, "admin")).json()["invitation"]
    guesser, ada = (Client(service.app, service._portal, f"203.0.113.{number}") for number in (8, 9))

    def accept(client, invitation):
        body = {"invitation": invitation, "password": PASSWORD}
        return client.post("/v1/people/accept", json=body).status_code

    assert [accept(guesser, f"offer_{number}") for number in range(11)] == [401] * 10 + [429]
    body = {"name": "Ada", "password": PASSWORD}
    assert {guesser.post("/v1/session", json=body).status_code for _ in range(10)} == {429}
    assert (accept(ada, own), ada.post("/v1/session", json=body).status_code) == (200, 204)


def test_a_token_is_made_used_and_revoked(service):
    admin = with_role(service, "admin")
    made = service.post("/v1/tokens", json={"name": "checkout", "roles": ["service"]}, headers=admin).json()
    headers = {"authorization": f"Bearer {made['secret']}"}
    assert service.get("/v1/me", headers=headers).json()["permissions"] == ["decide"]
    assert made["secret"] not in service.get("/v1/tokens", headers=admin).text
    assert service.delete(f"/v1/tokens/{made['token_id']}", headers=admin).json()["revoked_at"] is not None
    assert service.get("/v1/me", headers=headers).status_code == 401
    actions = [one["action"] for one in service.get("/v1/audit", headers=admin).json()["items"]]
    assert actions == ["token revoked", "token made"]


def test_a_token_that_another_worker_revoked_ends_within_a_second(service):
    headers = with_role(service, "viewer")
    assert service.get("/v1/me", headers=headers).status_code == 200
    worker = service.app.state.worker
    from offerloop.store import revoke_token

    actor = service.get("/v1/me", headers=headers).json()["actor"]
    worker.database.change(lambda one: revoke_token(one, actor))
    worker.credentials.refresh()
    assert service.get("/v1/me", headers=headers).status_code == 401


def test_the_answer_for_a_repeated_key_shows_no_secret(service):
    headers = with_role(service, "admin") | {"idempotency-key": "one"}
    body = {"name": "checkout", "roles": ["service"]}
    first, again = (service.post("/v1/tokens", json=body, headers=headers).json() for _ in range(2))
    assert first["secret"].startswith("offer_")
    assert again == first | {"secret": None}


def test_a_valid_token_is_no_guess_however_often_it_is_looked_up(service):
    headers = with_role(service, "admin")
    for _ in range(40):
        service.app.state.worker.credentials.forget()  # as whenever somebody's roles are changed
        assert service.get("/v1/me", headers=headers).status_code == 200


@pytest.mark.parametrize("role", ROLES)
def test_each_role_may_do_what_it_may(shared_service, role):
    headers = with_role(shared_service, role)
    routes = {
        Permission.DECIDE: ("POST", "/v1/decisions", {"customer_id": "c000"}),
        Permission.READ: ("GET", "/v1/policies", None),
        Permission.EDIT: ("PUT", "/v1/coupon-templates/roles", {}),
        Permission.APPROVE: ("PUT", "/v1/switch", {"is_on": True}),
        Permission.ADMINISTER: ("GET", "/v1/tokens", None),
    }
    for permission, (method, path, body) in routes.items():
        status = shared_service.request(method, path, json=body, headers=headers).status_code
        assert status == (200 if permission in ROLES[role] else 403), (role, permission)


def test_the_first_token_is_made_once(tmp_path):
    with served(tmp_path) as client:
        database = client.app.state.worker.database
        assert first_token(database).startswith("offer_")
        assert first_token(database) is None
        assert first_token(database, another=True).startswith("offer_")


@pytest.fixture
def people(service):
    """(client, admin's headers, a function that signs somebody in and gives the cookie)."""

    _ATTEMPTS._left.clear()
    admin = with_role(service, "admin")

    def sign_in(name, roles=("viewer",), password=PASSWORD):
        invited = service.post("/v1/people", json={"name": name, "roles": roles}, headers=admin).json()
        accepted = {"invitation": invited["invitation"], "password": password}
        assert service.post("/v1/people/accept", json=accepted).status_code == 200
        assert service.post("/v1/people/accept", json=accepted).status_code == 401
        answer = service.post("/v1/session", json={"name": name, "password": password})
        assert answer.status_code == 204
        return invited["person_id"], {"cookie": answer.headers["set-cookie"].split(";")[0]}, answer

    return service, admin, sign_in


def test_a_person_is_invited_signs_in_and_out(people):
    client, admin, sign_in = people
    person, cookie, answer = sign_in("Ada")
    for part in ("HttpOnly", "Secure", "SameSite=lax"):
        assert part in answer.headers["set-cookie"]
    assert client.get("/v1/me", headers=cookie).json()["actor"] == person
    same = cookie | {"origin": "https://shop.test"}
    assert client.delete("/v1/session", headers=same).status_code == 204
    assert client.get("/v1/me", headers=cookie).status_code == 401
    assert client.post("/v1/session", json={"name": "Ada", "password": "wrong"}).status_code == 401
    assert client.post("/v1/people", json={"name": "Ada", "roles": ["viewer"]}, headers=admin).status_code == 409


def test_a_lost_password_is_renewed_and_a_person_revoked(people):
    client, admin, sign_in = people
    person, cookie, _ = sign_in("Ada")
    renewed = client.post(f"/v1/people/{person}/invitation", headers=admin).json()
    assert client.get("/v1/me", headers=cookie).status_code == 401
    assert client.post("/v1/session", json={"name": "Ada", "password": PASSWORD}).status_code == 401
    accepted = {"invitation": renewed["invitation"], "password": PASSWORD}
    assert client.post("/v1/people/accept", json=accepted).status_code == 200
    assert client.post("/v1/session", json={"name": "Ada", "password": PASSWORD}).status_code == 204
    revoked = client.delete(f"/v1/people/{person}", headers=admin).json()
    assert datetime.fromisoformat(revoked["made_at"]) <= datetime.fromisoformat(revoked["revoked_at"])
    assert client.post("/v1/session", json={"name": "Ada", "password": PASSWORD}).status_code == 401


def test_who_was_revoked_is_invited_again_by_their_name(people):
    client, admin, sign_in = people
    person, cookie, _ = sign_in("Ada", ("admin",))
    client.delete(f"/v1/people/{person}", headers=admin)
    again, newer, _ = sign_in("Ada", ("viewer",), "another long password")
    assert client.get("/v1/me", headers=cookie).status_code == 401
    assert (again, client.get("/v1/me", headers=newer).json()["roles"]) == (person, ["viewer"])
    assert client.post("/v1/people", json={"name": "Ada", "roles": ["admin"]}, headers=admin).status_code == 409


def test_tokens_end_with_what_their_maker_may_do_but_for_those_of_a_checkout(people):
    client, admin, sign_in = people
    person, cookie, _ = sign_in("Ada", ("admin",))
    cookie |= {"origin": "https://shop.test"}

    def token(headers, *roles):
        made = client.post("/v1/tokens", json={"name": "x", "roles": roles}, headers=headers).json()
        return {"authorization": f"Bearer {made['secret']}"}

    own = token(cookie, "admin")
    of_ada = [own, *(token(own, *roles) for roles in (("service", "viewer"), ("approver",), ("service",)))]
    tokens = [*of_ada, token(admin, "viewer")]

    def open_something():
        return [client.get("/v1/me", headers=one).status_code == 200 for one in tokens]

    assert all(open_something())
    version = client.get(f"/v1/people/{person}", headers=admin).headers["etag"]
    client.put(f"/v1/people/{person}", json={"roles": ["viewer"]}, headers=admin | {"if-match": version})
    assert open_something() == [False, True, False, True, True]
    client.delete(f"/v1/people/{person}", headers=admin)
    assert open_something() == [False, False, False, True, True]
    said = client.get("/v1/audit", headers=admin).json()["items"]
    assert [one["body"] for one in said if one["action"] == "token revoked"] == [{"person": person}] * 3


def test_only_a_trusted_proxy_signs_people_in(small_run, tmp_path):
    shop = shop_of(small_run, tmp_path)
    for trusted, status in ((("203.0.113.7",), 200), (("203.0.113.8",), 401)):
        with served(shop, trusted_proxies=trusted) as client:
            admin = with_role(client, "admin")
            client.post("/v1/people", json={"name": "Ada", "roles": ["viewer"]}, headers=admin)
            assert client.get("/v1/me", headers={"x-forwarded-user": "Ada"}).status_code == status
            assert client.get("/v1/me", headers={"x-forwarded-user": "Eve"}).status_code == 401


def test_a_trusted_proxy_signs_in_whose_name_is_not_ascii(small_run, tmp_path):
    with served(shop_of(small_run, tmp_path), trusted_proxies=("203.0.113.7",)) as client:
        for name, sent in (("王芳", "王芳".encode()), ("René", "René".encode("latin-1"))):
            client.post("/v1/people", json={"name": name, "roles": ["viewer"]}, headers=with_role(client, "admin"))
            assert client.get("/v1/me", headers={"x-forwarded-user": sent}).status_code == 200


def test_of_two_names_that_a_proxy_passes_on_none_signs_in(small_run, tmp_path):
    """A proxy that adds its own to the client's lets the client choose."""
    with served(shop_of(small_run, tmp_path), trusted_proxies=("203.0.113.7",)) as client:
        client.post("/v1/people", json={"name": "Ada", "roles": ["viewer"]}, headers=with_role(client, "admin"))
        names = [("x-forwarded-user", "Ada"), ("x-forwarded-user", "Eve")]
        for headers in (names, names[::-1], [names[0], names[0]]):
            assert client.get("/v1/me", headers=headers).status_code == 401
        assert client.get("/v1/me", headers=names[:1]).status_code == 200


@pytest.mark.usefixtures("stopped_clock")
def test_behind_a_trusted_proxy_each_visitor_has_limits_of_their_own(small_run, tmp_path):
    with served(shop_of(small_run, tmp_path), trusted_proxies=("203.0.113.7",)) as client:

        def ask(number, visitor):
            headers = {"authorization": f"Bearer offer_{number}", "x-forwarded-for": f"198.51.100.9, {visitor}"}
            return client.get("/v1/me", headers=headers).status_code

        assert [ask(number, "198.51.100.1") for number in range(21)] == [401] * 20 + [429]
        assert [ask(1, f"{visitor}:{port}") for port, visitor in ((5678, "198.51.100.1"), (5, "[2001:db8::1]"))] == [
            429,
            401,
        ]
        assert ask(1, "198.51.100.2") == 401
        headers = [("authorization", "Bearer offer_1"), ("x-forwarded-for", "198.51.100.3")]
        added = [*headers, ("x-forwarded-for", "198.51.100.1")]  # by the proxy, as a header of its own
        assert client.get("/v1/me", headers=added).status_code == 429
