"""Attacks, none of which works: each is a test, and whatever is sent, the service does not fail."""

import asyncio
import gzip
import json
import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa
from served_shop import with_role

from offerloop.web.api import people
from offerloop.web.limits import depth_of

INJECTIONS = [
    "'; drop table decisions; --",
    "' or '1'='1",
    '" union select hash from tokens --',
    "%27%20or%201=1",
    "{{7*7}}${7*7}",
    "<script>alert(1)</script>",
    "../../../../etc/passwd",
    "$(touch owned)",
]
BASKET = {"currency": "EUR", "lines": [{"product_id": "7", "quantity": 1, "unit_price_minor": 950}]}


@pytest.fixture(scope="module")
def ask(shared_service, role):
    """A function that asks as somebody with a role; no answer may be a failure of the service."""
    count = iter(range(10_000))

    def send(method, path, body=None, by="service", **more):
        headers = {**(role(by) if by else {}), "idempotency-key": f"attack-{next(count)}", **more.pop("headers", {})}
        sent = {"content": body} if isinstance(body, bytes) else {"json": body} if body is not None else {}
        if isinstance(body, bytes):
            headers.setdefault("content-type", "application/json")
        answer = shared_service.request(method, path, headers=headers, **sent, **more)
        assert answer.status_code < 500, answer.text
        return answer

    return send


@pytest.mark.parametrize("text", INJECTIONS)
def test_text_is_never_a_statement(ask, shared_service, text):
    """In every text field of the resources that write to the database."""
    assert ask("PUT", "/v1/coupon-templates/" + "injected", {}, by="marketer").status_code == 200
    decided = ask("POST", "/v1/decisions", {"customer_id": text, "context": {text: text}, "durable": True})
    assert decided.json()["policy_version"] is not None
    ask("PUT", f"/v1/orders/{text.replace('/', '')}", {**BASKET, "customer_id": text, "codes": [text]})
    ask("POST", "/v1/coupon-templates/injected/coupons", {"codes": [text]}, by="marketer")
    ask("POST", "/v1/coupons/X/redeem", {"customer_id": text, "lock_key": text})
    ask("POST", "/v1/tokens", {"name": text, "roles": ["viewer"]}, by="admin")
    campaign = {
        "id": f"c{INJECTIONS.index(text)}",
        "title": text,
        "budget": text,
        "audience": text,
        "offers": [{text: text}],
    }
    made = ask("POST", "/v1/campaigns", campaign, by="marketer").json()
    assert made["campaign"] == campaign
    ask("POST", f"/v1/campaigns/{campaign['id']}/end", {"comment": text}, by="marketer")
    with shared_service.app.state.worker.database.engine.connect() as connection:
        written = "select request from decisions where decision_id = :d"
        kept = connection.execute(sa.text(written), {"d": decided.json()["decision_id"]}).scalar_one()
        assert json.loads(kept)["context"] == {text: text}
        assert connection.execute(sa.text("select name from tokens where name = :n"), {"n": text}).scalar_one() == text


@pytest.mark.parametrize(
    "version",
    ["..", "../../etc", "..%2f..%2fetc%2fpasswd", "%2e%2e", "20240101-000000%00", ".stages", "/etc/passwd", "a" * 5000],
)
def test_no_path_leads_out_of_the_runs(ask, version):
    for method, path in (("GET", f"/v1/policies/{version}"), ("POST", f"/v1/policies/{version}/promote")):
        answer = ask(method, path, by="approver")
        assert answer.status_code in (404, 405, 422) or answer.json() == []
        assert "root:" not in answer.text


def test_a_body_that_is_too_large_is_not_read(ask):
    assert ask("POST", "/v1/decisions", b" " * 1_000_001).status_code == 413


def test_a_body_without_a_length_is_counted(shared_service, role):
    def chunk():
        yield b'{"customer_id": "'
        while True:
            yield b"a" * 100_000

    async def sent():
        for part in chunk():
            yield part

    headers = role("service") | {"content-type": "application/json"}
    answer = shared_service.post("/v1/decisions", content=sent(), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


@pytest.mark.parametrize("body", [b"[" * 900_000, b'{"a":' * 150_000, b"[" * 33 + b"]" * 33])
def test_a_body_that_is_too_deep_is_not_parsed(ask, body):
    assert ask("POST", "/v1/decisions", body).status_code == 413


def test_brackets_in_texts_have_no_depth():
    assert depth_of(json.dumps({"a": "[{" * 100, "b": ['\\"[' * 50]}).encode()) == 2


def test_a_packed_body_is_not_unpacked(ask):
    bomb = gzip.compress(b" " * 10_000_000)
    assert ask("POST", "/v1/decisions", bomb, headers={"content-encoding": "gzip"}).status_code == 415


def test_a_slow_body_is_given_up(shared_service, monkeypatch):
    monkeypatch.setattr("offerloop.web.limits.MOST_SECONDS", 0.05)
    sent = []

    async def call():
        async def receive():
            await asyncio.sleep(30)

        async def send(message):
            sent.append(message)

        headers = [(b"content-length", b"10"), (b"content-type", b"application/json")]
        scope = {
            "type": "http", "method": "POST", "path": "/v1/decisions", "raw_path": b"/v1/decisions", "headers": headers,
            "query_string": b"", "client": ("203.0.113.9", 1), "server": ("shop.test", 443), "scheme": "https",
            "http_version": "1.1", "root_path": "",
        }  # fmt: skip
        await shared_service.app(scope, receive, send)

    asyncio.run(call())
    assert sent[0]["status"] == 408


@pytest.mark.parametrize(
    "header",
    [
        "Bearer offer_forged",
        "Bearer ",
        "Bearer offer_" + "a" * 5000,
        "Basic YTpi",
        "bearer null",
        "offer_x",
        "Bearer ü",
    ],
)
def test_a_forged_token_opens_nothing(ask, shared_service, header):
    shared_service.app.state.worker.credentials.addresses._left.clear()
    sent = header.encode("utf-8")
    answer = ask("POST", "/v1/decisions", {"customer_id": "c000"}, by=None, headers={"authorization": sent})
    assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")


def test_a_token_that_has_ended_opens_nothing(shared_service):
    shared_service.app.state.worker.credentials.addresses._left.clear()
    headers = with_role(shared_service, "admin", ends_at=1)
    assert shared_service.get("/v1/tokens", headers=headers).status_code == 401


def test_a_token_in_the_address_is_not_taken(shared_service, role):
    secret = role("service")["authorization"].split()[1]
    for name in ("token", "access_token", "authorization"):
        assert shared_service.get(f"/v1/me?{name}={secret}").status_code == 401


@pytest.mark.usefixtures("stopped_clock")
def test_who_tries_tokens_has_to_wait(shared_service):
    buckets = shared_service.app.state.worker.credentials.addresses
    buckets._left.clear()
    statuses = [
        shared_service.get("/v1/me", headers={"authorization": f"Bearer offer_{n}"}).status_code for n in range(21)
    ]
    buckets._left.clear()
    assert statuses == [401] * 20 + [429]


def test_secrets_are_compared_by_their_hash_in_constant_time(shared_service, role, monkeypatch):
    compared = []

    def compare(one, other):
        compared.append((one, other))
        return one == other

    monkeypatch.setattr("offerloop.store.access.tokens.hmac.compare_digest", compare)
    secret = role("service")["authorization"].split()[1]
    shared_service.app.state.worker.credentials.look_up("token", secret)
    assert len(compared) == 1
    assert all(len(text) == 64 and secret not in text for text in compared[0])


def test_a_replayed_redemption_is_made_once(ask):
    ask("PUT", "/v1/coupon-templates/replayed", {"budget_minor": 1000}, by="marketer")
    ask("POST", "/v1/coupon-templates/replayed/coupons", {"codes": ["REPLAYED"]}, by="marketer")
    body, key = {"customer_id": "ann", "amount_minor": 300}, {"idempotency-key": "captured"}
    answers = []

    def replay():
        answers.append(ask("POST", "/v1/coupons/REPLAYED/redeem", body, headers=key))

    threads = [threading.Thread(target=replay) for _ in range(6)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len({one.text for one in answers}) == 1
    balance = ask("GET", "/v1/coupon-templates/replayed").json()["balance"]
    assert (balance["spent_minor"], balance["n_used"]) == (300, 1)


def test_a_key_of_somebody_else_shows_nothing(shared_service):
    others = [with_role(shared_service, "admin") | {"idempotency-key": "shared"} for _ in range(2)]
    names = [
        shared_service.post("/v1/tokens", json={"name": f"of {n}", "roles": ["viewer"]}, headers=headers).json()["name"]
        for n, headers in enumerate(others)
    ]
    assert names == ["of 0", "of 1"]


@pytest.mark.parametrize("step", ["claim", "lock", "redeem"])
def test_another_customers_coupon_is_refused(ask, step):
    ask("PUT", "/v1/coupon-templates/owned", {}, by="marketer")
    issued = {"codes": [f"OWNED{step}"], "customer_id": "ann"}
    ask("POST", "/v1/coupon-templates/owned/coupons", issued, by="marketer")
    body = {"customer_id": "eve"} | ({"lock_key": "basket"} if step == "lock" else {})
    answer = ask("POST", f"/v1/coupons/OWNED{step}/{step}", body)
    assert answer.status_code == 409
    assert answer.json()["reason"] in ("of_another_customer", "already_claimed")


@pytest.mark.parametrize("name", ["viewer", "marketer", "approver", "service"])
def test_no_role_makes_itself_an_admin(ask, name):
    for method, path, body in [
        ("POST", "/v1/tokens", {"name": "mine", "roles": ["admin"]}),
        ("POST", "/v1/people", {"name": "Eve", "roles": ["admin"]}),
        ("DELETE", "/v1/tokens/token_0123456789abcdef", None),
        ("POST", "/v1/people/person_0123456789abcdef/invitation", None),
        ("GET", "/v1/audit", None),
    ]:
        answer = ask(method, path, body, by=name)
        assert (answer.status_code, answer.json()["roles"]) == (403, ["admin"])


def test_roles_cannot_be_smuggled_in(ask, shared_service):
    people._ATTEMPTS._left.clear()
    invited = ask("POST", "/v1/people", {"name": "Smuggler", "roles": ["viewer"]}, by="admin").json()
    body = {"invitation": invited["invitation"], "password": "correct horse battery", "roles": ["admin"]}
    assert shared_service.post("/v1/people/accept", json=body).status_code == 422
    for roles in (["root"], ["viewer,admin"], [], "admin"):
        assert ask("POST", "/v1/tokens", {"name": "x", "roles": roles}, by="admin").status_code == 422


@pytest.fixture(scope="module")
def cookie(ask, shared_service):
    people._ATTEMPTS._left.clear()
    invited = ask("POST", "/v1/people", {"name": "Signed in", "roles": ["admin"]}, by="admin").json()
    known = {"password": "correct horse battery"}
    shared_service.post("/v1/people/accept", json=known | {"invitation": invited["invitation"]})
    answer = shared_service.post("/v1/session", json=known | {"name": "Signed in"})
    return {"cookie": answer.headers["set-cookie"].split(";")[0]}


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "https://evil.test"},
        {"origin": "null"},
        {"origin": "https://shop.test.evil.test"},
        {"sec-fetch-site": "cross-site", "origin": "https://shop.test"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_a_page_of_another_site_changes_nothing(ask, cookie, headers):
    answer = ask("PUT", "/v1/switch", {"is_on": False}, by=None, headers=cookie | headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "cross_site")
    assert ask("GET", "/v1/switch").json() == {"is_on": True}


def test_the_page_of_the_service_itself_may(ask, cookie):
    same = cookie | {"sec-fetch-site": "same-origin", "origin": "https://shop.test"}
    assert ask("PUT", "/v1/switch", {"is_on": True}, by=None, headers=same).status_code == 200


def test_the_page_of_the_service_itself_may_behind_a_proxy_with_https(shared_service, cookie):
    """The proxy speaks HTTP with the service, and a browser may say no more than its origin."""
    headers = cookie | {"origin": "https://shop.test"}
    answer = shared_service.put("http://shop.test/v1/switch", json={"is_on": True}, headers=headers)
    assert answer.status_code == 200
    form = headers | {"content-type": "application/x-www-form-urlencoded"}
    page = shared_service.post("http://shop.test/console/do/invite", content=b"name=Zoe&role=viewer", headers=form)
    assert "https://shop.test/console/sign-in?invited=yes," in page.text


@pytest.mark.parametrize("address", ["http://localhost:8000", "http://127.0.0.1:8000", "http://[::1]:8000"])
def test_an_invitation_on_this_machine_needs_no_proxy_with_https(shared_service, cookie, address):
    """Browsers send secure cookies to this machine without HTTPS, too."""
    form = {"content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "same-origin", "origin": "null"}
    fields = urlencode({"name": f"Zoe at {address}", "role": "viewer"})
    page = shared_service.post(f"{address}/console/do/invite", content=fields.encode(), headers=cookie | form)
    assert f"{address}/console/sign-in?invited=yes," in page.text


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_a_form_is_no_body(ask, kind):
    answer = ask("POST", "/v1/decisions", b'{"customer_id": "c000"}', headers={"content-type": kind})
    assert answer.status_code == 415


def test_another_site_cannot_sign_a_victim_in(shared_service):
    people._ATTEMPTS._left.clear()
    body = {"name": "Signed in", "password": "correct horse battery"}
    answer = shared_service.post("/v1/session", json=body, headers={"origin": "https://evil.test"})
    assert answer.status_code == 403


def test_a_session_that_an_attacker_chose_is_not_kept(shared_service, cookie):
    chosen = {"cookie": "offerloop_session=offer_chosen", "origin": "https://shop.test"}
    people._ATTEMPTS._left.clear()
    body = {"name": "Signed in", "password": "correct horse battery"}
    answer = shared_service.post("/v1/session", json=body, headers=chosen)
    assert "offer_chosen" not in answer.headers["set-cookie"]
    assert answer.headers["set-cookie"].split(";")[0] != cookie["cookie"]


@pytest.mark.parametrize(
    "amount",
    ["-1", "-9223372036854775808", "9223372036854775808", "1" + "0" * 30, "1" * 5000, "1e400", "1.5", "true",
     '"5"', "NaN", "Infinity", "-0.0", "null", "[1]"],
)  # fmt: skip
def test_only_whole_amounts_within_bounds_are_money(ask, amount):
    lines = b'[{"product_id": "7", "quantity": 1, "unit_price_minor": %s}]' % amount.encode()
    answer = ask("POST", "/v1/baskets/price", b'{"currency": "EUR", "lines": %s}' % lines)
    assert answer.status_code in (400, 422)
    redeemed = b'{"customer_id": "ann", "amount_minor": %s}' % amount.encode()
    assert ask("POST", "/v1/coupons/ANY/redeem", redeemed).status_code in (400, 422)


def test_amounts_that_overflow_together_are_refused(ask):
    line = {"product_id": "7", "quantity": 999_999, "unit_price_minor": 10**12 - 1}
    answer = ask("POST", "/v1/baskets/price", {"currency": "EUR", "lines": [line] * 3})
    assert answer.status_code == 422
    assert ask("POST", "/v1/prices", {"currency": "EUR", "products": [line]}).status_code == 422


@pytest.mark.parametrize("currency", ["eur", "EUR ", "EURO", "\uff25\uff35\uff32"])
def test_a_currency_that_is_written_otherwise_is_not_another_one(ask, currency):
    assert ask("POST", "/v1/baskets/price", BASKET | {"currency": currency}).status_code == 422


@pytest.mark.parametrize("text", ["\\ud800", "a\\udfffb", "\\u0000", "a\\nb", "\\u001b[31m", "\\u007f"])
def test_signs_that_no_database_keeps_are_refused(ask, text):
    for body in ('{"customer_id": "%s"}', '{"customer_id": "a", "context": {"%s": 1}}', '{"%s": 1}'):
        answer = ask("POST", "/v1/decisions", (body % text).encode())
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


@pytest.mark.parametrize(
    "place",
    [
        "/v1/jobs/a%00", "/v1/customers/c000/coupons?cursor=a%00", "/v1/campaigns?cursor=%00",
        "/console/campaign?id=a%00",
    ],
)  # fmt: skip
def test_an_address_holds_no_sign_that_no_database_can_look_for(ask, place):
    assert ask("GET", place, by="admin").status_code == 422


@pytest.mark.parametrize("action", ["opt-out", "write-campaign", "cancel-job"])
def test_a_form_holds_no_sign_that_no_database_can_look_for(ask, action):
    form = {"content-type": "application/x-www-form-urlencoded"}
    body = b"customer=a%00b&id=a%00b&job=a%00b&title=a%00b"
    assert ask("POST", f"/console/do/{action}", body, by="admin", headers=form).status_code == 422


def test_a_secret_that_has_no_bytes_is_refused(ask):
    people._ATTEMPTS._left.clear()
    bodies = {
        "/v1/session": rb'{"name": "Ada", "password": "\ud800"}',
        "/v1/people/accept": rb'{"invitation": "x", "password": "correct horse \ud800"}',
    }
    for path, body in bodies.items():
        assert ask("POST", path, body, by=None).status_code == 422


@pytest.mark.parametrize("at", ["9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59", "1899-12-31T23:59:59Z"])
def test_times_that_no_calendar_has_are_refused(ask, at):
    draft = {"id": "calendar", "title": "Spring", "budget": "1.00", "offers": []}
    for more in ({"starts_at": at}, {"ends_at": at}, {"budget_changes": [{"at": at, "budget": "2.00"}]}):
        assert ask("POST", "/v1/campaigns", {**draft, **more}, by="marketer").status_code == 422
    event = {"event_id": at, "kind": "view", "customer_id": "c000", "product_id": "7", "at": at}
    assert ask("POST", "/v1/events", {"events": [event]}).json()["rejected"][0]["field"] == "at"


def test_metrics_are_read_by_many_at_once(ask):
    with ThreadPoolExecutor(6) as pool:
        statuses = [pool.submit(lambda: ask("GET", "/metrics", by=None).status_code) for _ in range(40)]
        assert {one.result() for one in statuses} == {200}


def test_a_context_holds_plain_values_only(ask):
    for value in ('"\\ud800"', '"\\u0000"', "NaN", "-Infinity", "1e400", "[1]", "{}"):
        answer = ask("POST", "/v1/decisions", b'{"customer_id": "a", "context": {"x": %s}}' % value.encode())
        assert answer.status_code == 422, value


def test_bytes_that_are_no_text_are_refused(ask):
    assert ask("POST", "/v1/decisions", b'{"customer_id": "\xff\xfe"}').status_code in (400, 422)


def test_a_code_in_other_signs_is_the_same_coupon(ask):
    ask("PUT", "/v1/coupon-templates/signs", {}, by="marketer")
    issued = ask("POST", "/v1/coupon-templates/signs/coupons", {"count": 1}, by="marketer")
    code = issued.json()["codes"][0]
    wide = "".join(chr(ord(sign) + 0xFEE0) for sign in code)
    assert ask("POST", f"/v1/coupons/{code}/redeem", {"customer_id": "ann"}).status_code == 200
    for typed in (wide, code.lower(), f"{code[:4]}-{code[4:]}", f"{code[:4]}​{code[4:]}"):
        answer = ask("POST", f"/v1/coupons/{typed}/redeem", {"customer_id": "ann"})
        assert (answer.status_code, answer.json()["reason"]) == (409, "quantity_exceeded_for_code")


def test_a_customer_who_looks_alike_is_another_one(ask):
    known = ask("POST", "/v1/decisions", {"customer_id": "c000"}).json()
    for alike in ("C000", "c000 ", "c000​", "с000", "ｃ０００"):
        other = ask("POST", "/v1/decisions", {"customer_id": alike}).json()
        assert "unknown_customer" in other["reasons"]
        assert "unknown_customer" not in known["reasons"]


def test_what_is_sent_never_becomes_a_header(ask):
    for path in ("/v1/coupons/a%0d%0ax-evil:%201", "/v1/policies/a%0d%0ax-evil:%201", "/%0d%0ax-evil:%201"):
        answer = ask("GET", path, by="viewer")
        assert "x-evil" not in answer.headers
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "default-src 'self'" in answer.headers["content-security-policy"]


def test_a_key_with_other_signs_is_refused(ask):
    for key in ("a b", "ä".encode(), "x" * 256):
        answer = ask("POST", "/v1/coupons/ANY/claim", {"customer_id": "a"}, headers={"idempotency-key": key})
        assert answer.status_code == 422


def test_no_redirect_repeats_a_forged_host(ask):
    answer = ask("POST", "/v1/decisions/", {"customer_id": "c000"}, headers={"host": "evil.test"})
    assert answer.status_code in (404, 405)
    assert "location" not in answer.headers


@pytest.mark.parametrize("field", ["is_admin", "__proto__", "arm", "propensity", "version"])
def test_a_field_that_is_not_asked_for_is_refused(ask, field):
    answer = ask("POST", "/v1/decisions", {"customer_id": "c000", field: "plan"})
    assert (answer.status_code, answer.json()["field"]) == (422, field)


def test_a_problem_does_not_repeat_what_was_sent(ask):
    secret = "4111 1111 1111 1111"
    for body in ({"customer_id": 1, "context": {"card": [secret]}}, {"customer_id": "a", secret: secret}):
        answer = ask("POST", "/v1/decisions", body)
        assert answer.status_code == 422
        assert f'"detail": "{secret}' not in answer.text
        assert secret not in str(answer.json().get("detail"))


def test_a_fault_shows_no_traceback(service, monkeypatch, caplog):
    def fail(*_):
        raise ValueError("secret detail")

    monkeypatch.setattr("offerloop.web.api.tokens.list_tokens", fail)
    with caplog.at_level(logging.CRITICAL):
        answer = service.get("/v1/tokens", headers=with_role(service, "admin"))
    assert (answer.status_code, answer.json()["code"]) == (500, "failed")
    assert "secret detail" not in answer.text
    assert "Traceback" not in answer.text


def test_a_spreadsheet_takes_no_code_for_a_formula(ask):
    ask("PUT", "/v1/coupon-templates/cells", {}, by="marketer")
    issued = {"codes": ["=1+1", '+A"1', "@SUM(A1)"], "customer_id": "=cmd()"}
    ask("POST", "/v1/coupon-templates/cells/coupons", issued, by="marketer")
    path = "/v1/coupon-templates/cells/coupons.csv"
    assert ask("GET", path, by="viewer").status_code == 403
    rows = ask("GET", path, by="marketer").text.splitlines()[1:]
    assert len(rows) == 3
    assert all(row.startswith("\"'") for row in rows)


def test_methods_that_are_not_there_do_nothing(ask):
    for method in ("TRACE", "CONNECT", "PATCH", "FOO"):
        assert ask(method, "/v1/decisions").status_code == 405
    answer = ask("POST", "/v1/switch", {"is_on": False}, by="viewer", headers={"x-http-method-override": "PUT"})
    assert answer.status_code == 405
