"""The API as tools of language models."""

import json

import pytest
from jsonschema import Draft202012Validator


@pytest.fixture
def said(shared_service, role):
    """The result, or the error, of a message."""

    def answered(method, params=None, *, name="marketer"):
        message = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params or {}}
        headers = {**role(name), "content-type": "application/json"}
        answer = shared_service.post("/mcp", content=json.dumps(message), headers=headers)
        assert answer.status_code == 200, answer.text
        return answer.json().get("result") or answer.json()["error"]

    return answered


@pytest.fixture
def call(said):
    def called(tool, *, name="marketer", **arguments):
        result = said("tools/call", {"name": tool, "arguments": arguments}, name=name)
        return result["isError"], json.loads(result["content"][0]["text"])

    return called


def test_a_client_begins_with_the_newest_revision_that_both_know(said):
    assert said("initialize", {"protocolVersion": "2025-03-26"})["protocolVersion"] == "2025-03-26"
    assert said("initialize", {"protocolVersion": "1999-01-01"})["protocolVersion"] == "2025-06-18"


def test_a_notification_has_no_answer_and_nobody_gets_none(shared_service, role):
    message = {"jsonrpc": "2.0", "method": "notifications/initialized"}
    assert shared_service.post("/mcp", json=message, headers=role("marketer")).status_code == 202
    nobody = {"authorization": "Bearer offer_nobody"}
    assert shared_service.post("/mcp", json=message, headers=nobody).status_code == 401


def test_every_operation_in_json_is_a_tool_whose_schema_stands_alone(said, shared_service):
    tools = {one["name"]: one for one in said("tools/list")["tools"]}
    assert {"make_decision", "price_basket", "all_campaigns", "results", "erase"} <= set(tools)
    assert not {"sign_in", "import_codes", "export", "accept"} & set(tools)
    example = {"body": {"customer_id": "c000", "context": {"channel": "app"}}}
    for one in tools.values():
        Draft202012Validator.check_schema(one["inputSchema"])
        assert "#/components" not in json.dumps(one)
        assert one["description"]
    assert Draft202012Validator(tools["make_decision"]["inputSchema"]).is_valid(example)
    assert not Draft202012Validator(tools["make_decision"]["inputSchema"]).is_valid({"body": {"customer_id": 1}})
    n_operations = sum(len(one) for one in shared_service.get("/openapi.json").json()["paths"].values())
    assert len(tools) > 0.8 * n_operations


def test_a_tool_answers_what_the_route_does_by_the_roles_of_the_token(call, shared_service, role):
    failed, answer = call("get_customer", customer_id="c000")
    assert not failed
    assert answer == shared_service.get("/v1/customers/c000", headers=role("marketer")).json()
    assert call("make_decision", name="service", body={"customer_id": "c000", "dry_run": True})[1]["dry_run"] is True
    failed, answer = call("make_decision", name="viewer", body={"customer_id": "c000"})
    assert (failed, answer["code"]) == (True, "not_allowed")


def test_a_change_needs_the_etag_that_a_reading_tells(call, said):
    read = said("tools/call", {"name": "read_switch"}, name="admin")["content"]
    etag = read[1]["text"].removeprefix("ETag: ")
    body = json.loads(read[0]["text"])
    assert call("turn_switch", name="admin", body=body, **{"If-Match": '"other"'})[1]["code"] == "changed"
    assert not call("turn_switch", name="admin", body=body, **{"If-Match": etag})[0]


def test_what_is_no_request_is_said(call, said):
    assert said("tools/call", {"name": "nothing"})["code"] == -32602
    assert "customer_id" in said("tools/call", {"name": "get_customer", "arguments": {}})["message"]
    assert said("resources/list")["code"] == -32601
    for strange in ("../../audit", "a b?c#d", "\ud800", "客户"):
        failed, answer = call("get_customer", customer_id=strange)
        assert (failed, answer["code"]) in ((True, "not_found"), (True, "invalid"), (True, "bad_request"))
    assert call("make_decision", name="service", body={"customer_id": "\ud800"})[0]
