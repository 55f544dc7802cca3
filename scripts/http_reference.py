"""The page of the HTTP API, from the document that the service itself gives (OpenAPI)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from fastapi import FastAPI

from offerloop.web.app import RESOURCES

Json = Mapping[str, Any]
TITLES = {
    "events": "Events", "decisions": "Decisions", "prices": "Prices and baskets", "refunds": "Orders and refunds",
    "coupons": "Coupons", "customers": "Customers", "jobs": "Jobs",
}  # fmt: skip
"""What a shop uses first; the other tags follow in the order of the document."""


def http_reference(note: str) -> str:
    """Return the page: every route with its fields, an example and its answers."""
    app = FastAPI(title="Offerloop", version="1")
    for one in RESOURCES:
        app.include_router(one.router)
    document = app.openapi()
    routes: dict[str, list[str]] = {tag: [] for tag in TITLES}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            tag = operation.get("tags", ["operations"])[0]
            routes.setdefault(tag, []).extend(_route(document, method, path, operation))
    lines = [
        "# HTTP API", note,
        "`offerloop serve` describes itself at `/openapi.json`; this page is made from it. Requests carry "
        "`Authorization: Bearer offer_...`. Money is whole minor units, times are RFC 3339, in answers in UTC. Errors "
        "are problem details (RFC 9457) with a `code` that does not change.", "",
    ]  # fmt: skip
    routes["events"] += _kinds_of_events(document)
    for tag, its in routes.items():
        if its:
            lines += [f"## {TITLES.get(tag, tag.capitalize())}", "", *its]
    return "\n".join(lines[:-1]) + "\n"


def _route(document: Json, method: str, path: str, operation: Json) -> Iterator[str]:
    yield from (f"### {method.upper()} {path}", "", " ".join(operation.get("description", "").split()), "")
    rows = [_parameter(one) for one in operation.get("parameters", ()) if one["in"] != "path"]
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    model = _resolved(document, body)
    needed = model.get("required", ())
    rows += [_field(document, name, one, name in needed) for name, one in model.get("properties", {}).items()]
    if rows:
        yield from ("| field | type | meaning |", "|---|---|---|", *rows, "")
    for example in model.get("examples", ())[:1]:
        yield from ("```json", json.dumps(example, indent=2, ensure_ascii=False), "```", "")
    answers = sorted(operation["responses"].items())
    yield from ("| answer | meaning |", "|---|---|", *(_answer(status, one) for status, one in answers), "")


def _kinds_of_events(document: Json) -> Iterator[str]:
    """Yield the fields of each kind of event, and of the lines of orders."""
    for name, model in document["components"]["schemas"].items():
        if name.endswith("Event") and "kind" in model["properties"]:
            needed = model.get("required", ())
            yield from (f"### {name}", "", model["description"], "", "| field | type | meaning |", "|---|---|---|")
            for field, one in model["properties"].items():
                yield _field(document, field, one, field in needed)
            yield ""
    lines = document["components"]["schemas"]["OrderLine"]
    yield from ("### Line of an order or a return", "", "| field | type | meaning |", "|---|---|---|")
    for field, one in lines["properties"].items():
        yield _field(document, field, one, field in lines["required"])
    yield ""


def _resolved(document: Json, schema: Json) -> Json:
    name = str(schema.get("$ref", "")).rpartition("/")[2]
    found: Json = document["components"]["schemas"][name] if name else schema
    return found


def _parameter(one: Json) -> str:
    where = "header" if one["in"] == "header" else "query"
    said = " ".join(str(one.get("description", "")).split())
    needed = " Required." if one.get("required") else ""
    return f"| `{one['name']}` ({where}) | {_kind({}, one['schema'])} | {said}{needed} |"


def _field(document: Json, name: str, one: Json, needed: bool) -> str:
    said = " ".join(str(one.get("description", "")).split()).replace("|", "\\|")
    return f"| `{name}` | {_kind(document, one)} | {said}{' Required.' if needed else ''} |"


def _kind(document: Json, schema: Json) -> str:
    """Return the type of a field in a few words."""
    if "$ref" in schema:
        return f"`{schema['$ref'].rpartition('/')[2]}`"
    if "anyOf" in schema or "oneOf" in schema:
        kinds = [_kind(document, one) for one in schema.get("anyOf", schema.get("oneOf", ()))]
        return " or ".join(dict.fromkeys(one for one in kinds if one != "null")) or "anything"
    if "enum" in schema or "const" in schema:
        return ", ".join(f"`{one}`" for one in schema.get("enum", [schema.get("const")]))
    if schema.get("type") == "array":
        return f"list of {_kind(document, schema.get('items', {}))}"
    return str(schema.get("format") or schema.get("type") or "anything")


def _answer(status: str, one: Json) -> str:
    return f"| {status} | {' '.join(str(one.get('description', '')).split())} |"
