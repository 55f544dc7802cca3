"""Lists have cursors, and what two people could change at one time has versions."""

import shutil

import pytest
from served_shop import with_role


@pytest.fixture
def admin(service):
    return with_role(service, "admin")


def pages(client, path, headers, name):
    """The ids of all pages of two."""
    cursor, ids = "", []
    while cursor is not None:
        page = client.get(f"{path}?limit=2{cursor and f'&cursor={cursor}'}", headers=headers).json()
        ids, cursor = [*ids, [one[name] for one in page["items"]]], page["next_cursor"]
    return ids


def test_tokens_people_and_policies_are_listed_by_pages(service, admin, small_run):
    for name in ("a", "b", "c"):
        service.post("/v1/tokens", json={"name": name, "roles": ["viewer"]}, headers=admin)
        service.post("/v1/people", json={"name": name, "roles": ["viewer"]}, headers=admin)
        folder = service.app.state.worker.settings.shop / "runs" / f"2099010{'abc'.index(name)}-000000"
        shutil.copytree(small_run, folder)
    assert [len(one) for one in pages(service, "/v1/tokens", admin, "token_id")] == [2, 2]
    assert [len(one) for one in pages(service, "/v1/people", admin, "person_id")] == [2, 1]
    versions = pages(service, "/v1/policies", admin, "version")
    assert versions == [["20990102-000000", "20990101-000000"], ["20990100-000000", small_run.name]]
    answer = service.get("/v1/tokens?cursor=token_x", headers=admin)
    assert (answer.status_code, answer.json()["field"]) == (422, "cursor")


def test_roles_are_changed_by_who_read_them(service, admin):
    person = service.post("/v1/people", json={"name": "Ada", "roles": ["viewer"]}, headers=admin).json()["person_id"]
    url, body = f"/v1/people/{person}", {"roles": ["approver", "marketer"]}
    version = service.get(url, headers=admin).headers["etag"]
    assert service.put(url, json=body, headers=admin).status_code == 428
    changed = service.put(url, json=body, headers=admin | {"if-match": version})
    assert changed.json()["roles"] == ["approver", "marketer"]
    assert service.put(url, json={"roles": ["viewer"]}, headers=admin | {"if-match": version}).status_code == 412
    assert service.delete(url, headers=admin | {"if-match": version}).status_code == 412
    assert service.delete(url, headers=admin | {"if-match": changed.headers["etag"]}).status_code == 200
    entry = service.get("/v1/audit", headers=admin).json()["items"][1]
    assert (entry["action"], entry["body"]) == ("roles changed", {"roles": ["approver", "marketer"]})
    assert service.get("/v1/people/person_0123456789abcdef", headers=admin).status_code == 404


def test_of_two_people_who_promote_or_switch_at_one_time_one_is_told(service, admin, small_run):
    promote = f"/v1/policies/{small_run.name}/promote"
    version = service.get("/v1/policies", headers=admin).headers["etag"]
    assert service.post(promote, headers=admin | {"if-match": version}).status_code == 200
    assert service.post(promote, headers=admin | {"if-match": version}).json()["code"] == "changed"
    assert service.post(promote, headers=admin).status_code == 200
    version = service.get("/v1/switch", headers=admin).headers["etag"]
    off = {"is_on": False}
    assert service.put("/v1/switch", json=off, headers=admin | {"if-match": version}).status_code == 200
    assert service.put("/v1/switch", json=off, headers=admin | {"if-match": version}).status_code == 412
    assert service.put("/v1/switch", json={"is_on": True}, headers=admin).status_code == 200


def test_what_is_sent_again_by_its_key_undoes_nothing_that_came_after(service, small_run):
    """A promotion, a turn of the switch and a change of roles whose answers were lost."""
    admin = with_role(service, "admin")
    person = service.post("/v1/people", json={"name": "Eve", "roles": ["viewer"]}, headers=admin).json()["person_id"]
    changes = {
        f"/v1/policies/{small_run.name}/promote": ("POST", None, "/v1/policies/newest/promote", None),
        "/v1/switch": ("PUT", {"is_on": False}, "/v1/switch", {"is_on": True}),
        f"/v1/people/{person}": ("PUT", {"roles": ["marketer"]}, f"/v1/people/{person}", {"roles": ["approver"]}),
    }
    for place, (method, body, after, other) in changes.items():
        once = admin | {"if-match": "*", "idempotency-key": place}
        first = service.request(method, place, json=body, headers=once)
        service.request(method, after, json=other, headers=admin | {"if-match": "*"})
        again = service.request(method, place, json=body, headers=once)
        assert (again.status_code, again.json()) == (first.status_code, first.json()) == (200, first.json())
        assert again.headers.get("etag") == first.headers.get("etag")
        assert service.request(method, after, json=other, headers=once).json()["code"] == "key_conflict"
    listed = service.get("/v1/policies", headers=admin).json()["items"]
    assert [one["is_promoted"] for one in listed] == [False]
    assert service.get("/v1/switch", headers=admin).json() == {"is_on": True}
    assert service.get(f"/v1/people/{person}", headers=admin).json()["roles"] == ["approver"]


def test_an_invitation_that_is_renewed_again_by_its_key_shows_no_secret(service):
    admin = with_role(service, "admin") | {"idempotency-key": "renew-1"}
    person = service.post("/v1/people", json={"name": "Mae", "roles": ["viewer"]}, headers=with_role(service, "admin"))
    place = f"/v1/people/{person.json()['person_id']}/invitation"
    first, again = (service.post(place, headers=admin).json() for _ in range(2))
    assert first == again | {"invitation": first["invitation"]}
    assert (first["invitation"] is not None, again["invitation"]) == (True, None)
