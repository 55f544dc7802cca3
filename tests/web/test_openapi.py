"""The OpenAPI document: every example is called, and no request that it allows makes the service fail."""

import json
import re

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import status_code_conformance
from served_shop import served, shop_of, with_role

from offerloop.web.api import people

EXAMPLES = 1
"""Valid requests made up for each operation, and as many invalid ones."""
PLACES = {
    "customer_id": "c000", "redemption_id": "redeemed", "token_id": "token_0123456789abcdef",
    "person_id": "person_0123456789abcdef", "job_id": "job_0123456789abcdef", "verb": "submit", "verdict": "approve",
}  # fmt: skip
"""Parts of addresses of which the document has no example."""


@pytest.fixture(scope="module")
def client(small_run, tmp_path_factory):
    with served(shop_of(small_run, tmp_path_factory.mktemp("documented"))) as found:
        yield found


@pytest.fixture(scope="module")
def document(client):
    return client.get("/openapi.json").json()


@pytest.fixture(scope="module")
def admin(client):
    return with_role(client, "admin")


FIRST = ("/v1/campaigns", "/v1/people", "/v1/tokens", "/v1/jobs")
"""Addresses that make what others are about."""
MADE = ("person_id", "token_id", "job_id", "invitation")
REFUSED = {
    ("POST", "/v1/campaigns/{campaign_id}/budget-changes"): "conflict",
    ("POST", "/v1/campaigns/{campaign_id}/budget-changes/{proposal_id}/{verdict}"): "conflict",
    ("GET", "/v1/campaigns/{campaign_id}/results"): "not_found",
    ("GET", "/v1/experiments/{experiment_id}/dimension"): "conflict",
    ("GET", "/v1/session/oidc"): "not_found",
    ("GET", "/v1/session/oidc/callback"): "not_found",
}
"""Examples that must be refused here: no campaign runs, none was read out, and no provider signs people in."""


def operations(document):
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield path, method.upper(), operation


def address_of(path, operation, **more):
    """The address of an operation with the examples of its parameters."""
    schemas = {one["name"]: one["schema"] for one in operation.get("parameters", ()) if one["in"] == "path"}
    return path.format(
        **PLACES | {name: one["examples"][0] for name, one in schemas.items() if "examples" in one} | more
    )


def example_of(document, operation):
    """The body of an operation, as arguments of a request."""
    content = operation.get("requestBody", {}).get("content", {})
    if "text/csv" in content:
        return {"content": content["text/csv"]["example"].encode()}, {"content-type": "text/csv"}
    schema = content.get("application/json", {}).get("schema")
    if schema is None:
        return {}, {}
    return {"json": document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]["examples"][0]}, {}


def its_turn(one):
    """What is made comes first, and what ends things last."""
    path, method, _ = one
    return not (method == "POST" and path in FIRST), ("PUT", "POST", "GET", "DELETE").index(method)


TIME = re.compile(r"(at|.*_at|.*_until|.*_ms)$")


def check_times(answer):
    """No instant of an answer is a number."""

    def keep_text(pairs):
        assert not [pair for pair in pairs if TIME.match(pair[0]) and not isinstance(pair[1], str | None)], answer.url
        return dict(pairs)

    if "json" in answer.headers.get("content-type", ""):
        json.loads(answer.text, object_pairs_hook=keep_text)


def test_every_operation_is_described_and_every_example_is_called(document, client, admin):
    people._ATTEMPTS._left.clear()
    decided = {"customer_id": "c000", "durable": True}
    decision = client.post("/v1/decisions", json=decided, headers=admin).json()["decision_id"]
    run = client.app.state.worker.version
    made, refused = {"decision_id": decision, "version": run, "experiment_id": run}, {}
    for path, method, operation in sorted(operations(document), key=its_turn):
        assert operation["description"], path
        url = address_of(path, operation, **made)
        key = PLACES["redemption_id"] if path.endswith("/redeem") else f"example-{method}-{path}"
        body, kind = example_of(document, operation)
        if "invitation" in body.get("json", {}):
            body["json"] = body["json"] | {"invitation": made["invitation"]}
        answer = client.request(method, url, **body, headers=admin | {"idempotency-key": key, "if-match": "*"} | kind)
        assert str(answer.status_code) in operation["responses"], (method, url, answer.status_code, answer.text)
        check_times(answer)
        said = answer.json() if "json" in answer.headers.get("content-type", "") else {}
        if answer.status_code >= 400:
            refused[method, path] = said["code"]
        made |= {name: said[name] for name in MADE if method == "POST" and name in said}
    assert refused == REFUSED
    client.forget_cookies()
    people._ATTEMPTS._left.clear()


def test_lists_have_one_name_for_their_cursor(document):
    for path, _, operation in operations(document):
        queries = {one["name"] for one in operation.get("parameters", ()) if one["in"] == "query"}
        if "limit" in queries:
            reference = operation["responses"]["200"]["content"]["application/json"]["schema"]["$ref"]
            fields = document["components"]["schemas"][reference.rsplit("/", 1)[1]]["properties"]
            assert (queries, set(fields)) == ({"limit", "cursor"}, {"items", "next_cursor"}), path


def test_no_operation_is_open_to_nobody(document, client):
    """Without a token there are health, counters, and the ways to sign in."""
    open_to_all = {"/health", "/ready", "/metrics", "/v1/session", "/v1/people/accept"}
    for path, method, operation in operations(document):
        body, kind = example_of(document, operation)
        url = address_of(path, operation, decision_id="decision_" + 24 * "0")
        answer = client.request(method, url, **body, headers={"idempotency-key": "x", "if-match": "*"} | kind)
        if path not in open_to_all and not path.startswith("/v1/session/oidc"):
            assert answer.status_code == 401, (method, path, answer.text)
    people._ATTEMPTS._left.clear()


def sent(client, case, headers):
    """The answer to a request that was made up."""
    given = case.as_transport_kwargs(base_url="https://shop.test", headers=dict(headers))
    body = {"json": given["json"]} if "json" in given else {"content": given.get("data")}
    plain = {name: str(value) for name, value in given["headers"].items()}
    return client.request(given["method"], given["url"], headers=plain, params=given.get("params"), **body)


def test_no_request_makes_the_service_fail(document, client, admin):
    """A few requests of each operation, valid and not, made up from the document; no answer is undocumented."""
    schema = schemathesis.openapi.from_dict(document)
    tried = 0
    for result in schema.get_all_operations():
        operation = result.ok()
        if operation.path in ("/v1/people/accept", "/v1/session"):
            continue  # a hash of a password takes a while each time
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):

            @settings(max_examples=EXAMPLES, phases=[Phase.generate], database=None,
                      suppress_health_check=list(HealthCheck))  # fmt: skip
            @given(operation.as_strategy(mode))
            def try_out(case):
                answer = sent(client, case, admin)
                case.validate_response(answer, checks=[not_a_server_error, status_code_conformance])

            try:
                try_out()
            except Unsatisfiable:
                continue  # nothing about it can be wrong
            tried += 1
    assert tried > 30
