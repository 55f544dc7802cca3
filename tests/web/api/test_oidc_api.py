"""People sign in with a provider of OpenID Connect, here one of the test's own that checks what it is sent."""

import base64
import hashlib
import json
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
from served_shop import served, shop_of, with_role

from offerloop.web.api import oidc


def b64(content):
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


class Provider:
    """Signs everybody in as its `claims` say, once for each code."""

    def __init__(self):
        self.codes, self.claims, self.away = {}, {}, False
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                self.answer(500 if provider.away else 200, provider.description)

            def do_POST(self):
                form = dict(parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode()))
                self.answer(*provider.token(form, self.headers["Authorization"]))

            def answer(self, status, body):
                content = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        Thread(target=self.server.serve_forever, daemon=True).start()
        self.issuer = f"http://127.0.0.1:{self.server.server_port}"
        self.description = {
            "issuer": self.issuer, "authorization_endpoint": f"{self.issuer}/authorize?tenant=1",
            "token_endpoint": f"{self.issuer}/token",
        }  # fmt: skip

    def authorize(self, address):
        """What the provider's page gives the browser: code and state."""
        asked = {name: value[0] for name, value in parse_qs(urlsplit(address).query).items()}
        assert (asked["tenant"], asked["client_id"], asked["code_challenge_method"]) == ("1", "offers", "S256")
        code = f"code-{len(self.codes)}"
        self.codes[code] = asked
        return {"code": code, "state": asked["state"]}

    def token(self, form, authorization):
        asked = self.codes.pop(form["code"], None)
        challenge = b64(hashlib.sha256(form["code_verifier"].encode()).digest())
        basic = "Basic " + base64.b64encode(b"offers:the secret").decode()
        if asked is None or challenge != asked["code_challenge"] or authorization != basic:
            return 400, {"error": "invalid_grant"}
        assert form["redirect_uri"] == asked["redirect_uri"] == "https://shop.test/v1/session/oidc/callback"
        claims = {"iss": self.issuer, "aud": "offers", "exp": int(time.time()) + 60, "nonce": asked["nonce"],
                  "email": "ada@shop.test", "email_verified": True} | self.claims  # fmt: skip
        return 200, {"id_token": ".".join(["e30", b64(json.dumps(claims).encode()), "x"])}


@pytest.fixture(scope="module")
def provider():
    made = Provider()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def client(small_run, tmp_path, monkeypatch, provider):
    monkeypatch.setenv("OIDC_SECRET", "the secret")
    monkeypatch.setenv("no_proxy", "*")
    provider.claims, provider.away = {}, False
    oidc._ATTEMPTS._left.clear()
    oidc._PROVIDERS._known.clear()
    shop = shop_of(small_run, tmp_path)
    config = shop / "offerloop.toml"
    section = f'\n[serve.oidc]\nissuer = "{provider.issuer}"\nclient_id = "offers"\n'
    section += 'client_secret_env = "OIDC_SECRET"\naddress = "https://shop.test"\n'
    config.write_text(config.read_text() + section)
    with served(shop) as client:
        invited = {"name": "ada@shop.test", "roles": ["marketer"]}
        client.post("/v1/people", json=invited, headers=with_role(client, "admin"))
        yield client


def begun(client):
    answer = client.get("/v1/session/oidc")
    assert answer.status_code == 303, answer.text
    return answer.headers["location"], {"cookie": answer.headers["set-cookie"].split(";")[0]}


def come_back(client, query, cookie):
    return client.get("/v1/session/oidc/callback", params=query, headers=cookie)


def test_a_person_who_was_invited_signs_in(client, provider):
    address, cookie = begun(client)
    answer = come_back(client, provider.authorize(address), cookie)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    session = next(one for one in answer.headers.get_list("set-cookie") if one.startswith("offerloop_session"))
    assert all(part in session for part in ("HttpOnly", "Secure", "SameSite=lax"))
    me = client.get("/v1/me", headers={"cookie": session.split(";")[0]}).json()
    assert (me["actor"].startswith("person_"), me["roles"]) == (True, ["marketer"])


def test_an_answer_is_taken_once_and_by_who_asked(client, provider):
    address, cookie = begun(client)
    query = provider.authorize(address)
    other = begun(client)[1]
    refused = [
        come_back(client, query, other), come_back(client, query, {}),
        come_back(client, query | {"state": "x"}, cookie), come_back(client, {"state": query["state"]}, cookie),
        come_back(client, query | {"code": "guess"}, cookie),
    ]  # fmt: skip
    assert [one.status_code for one in refused] == [401] * 5
    assert come_back(client, query, cookie).status_code == 303
    assert come_back(client, query, cookie).status_code == 401


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://evil.test"}, {"aud": "another"}, {"aud": ["offers", "x"]}, {"azp": "x"}, {"nonce": "another"},
        {"exp": 1_000}, {"exp": None}, {"email_verified": False}, {"email": None}, {"email": "eve@shop.test"},
    ],
)  # fmt: skip
def test_what_the_provider_does_not_vouch_for_opens_nothing(client, provider, claims):
    provider.claims = claims
    address, cookie = begun(client)
    answer = come_back(client, provider.authorize(address), cookie)
    assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")
    assert "set-cookie" not in answer.headers


def test_a_provider_that_is_away_or_another_is_said_so(client, provider, monkeypatch):
    with monkeypatch.context() as other:
        other.setitem(provider.description, "issuer", "https://evil.test")
        assert client.get("/v1/session/oidc").json()["code"] == "provider_away"
    address, cookie = begun(client)
    with monkeypatch.context() as other:
        other.setenv("OIDC_SECRET", " ")
        assert come_back(client, provider.authorize(address), cookie).json()["code"] == "provider_away"
    provider.away = True
    oidc._PROVIDERS._known.clear()
    assert client.get("/v1/session/oidc").status_code == 502


def test_without_a_provider_there_is_no_such_sign_in(shared_service):
    assert shared_service.get("/v1/session/oidc").status_code == 404
