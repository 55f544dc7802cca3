"""A file of offers, and the rules of the shop for them, in TOML or JSON."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from offerloop.config import StrPath, as_path
from offerloop.errors import InputError
from offerloop.message import Message
from offerloop.offers import (
    DEFAULT_POLICY,
    Arithmetic,
    Offer,
    Remainder,
    StackingChoice,
    StackingPolicy,
    TaxRules,
    WrittenTerms,
    known_currency,
    read_offers,
)

Document = StrPath | Mapping[str, Any]
"""A TOML or JSON file by its path, or what such a file holds."""


@dataclass(frozen=True)
class OffersFile:
    """The offers of a file, and the policy by which they combine."""

    currency: str
    offers: tuple[Offer, ...]
    policy: StackingPolicy


def read_offers_file(document: Document) -> OffersFile:
    """`currency`, `[[offers]]` and perhaps `[policy]`. An InputError names the file, the offer and the field."""
    written, path = read_document(document), document_name(document, "offers")
    if not isinstance(written, Mapping):
        raise InputError(Message("'{path}' must hold 'currency' and 'offers'", path=path))
    if "offers" not in written and {"shop", "sources", "campaigns"} & set(written):
        raise InputError(
            Message(
                "'{path}' is the configuration of a shop, and a file of offers is wanted here, with "
                "'currency' and '[[offers]]' (docs/concepts/offers.md); copy the offers of a campaign into "
                "one",
                path=path,
            )
        )
    try:
        terms = WrittenTerms(
            written, known_currency(written.get("currency")), Message("the file", context="subject of an error")
        )
        terms.get("currency")
        rows = terms.rows("offers", terms.need("offers"))
        policy = _policy(terms.table("policy", Message("the policy", context="subject of an error")))
        terms.finish()
    except InputError as error:
        raise InputError(Message("'{path}': {error}", context="error", path=path, error=error.message)) from None
    return OffersFile(terms.currency, _offers(path, [row.written for row in rows], terms.currency), policy)


def document_name(document: Document, otherwise: str) -> str:
    """Return what messages call a document: its path where it has one."""
    return otherwise if isinstance(document, Mapping) else str(as_path(document))


def read_document(document: Document) -> Any:  # noqa: ANN401 - whatever the file holds
    """JSON or, where the name ends so, TOML; a document that was read already is taken as it is."""
    content = document if isinstance(document, Mapping) else _read_file(as_path(document))
    name = document_name(document, "the document")
    try:
        broken = _HALF_A_SIGN.search(json.dumps(content, ensure_ascii=False, default=str, skipkeys=True))
    except (ValueError, RecursionError) as error:
        raise InputError(Message("'{name}' is nested too deep: {error}", name=name, error=str(error))) from None
    if broken is not None:
        half = f"\\u{ord(broken[0]):x}"
        raise InputError(
            Message(
                "'{name}' holds {half} without its other half, which is no text; write the whole sign",
                name=name,
                half=half,
            )
        )
    return content


_HALF_A_SIGN = re.compile("[\ud800-\udfff]")
"""A surrogate, of which text in JSON may hold one alone, and which no file and no terminal can be given."""


def _read_file(path: Path) -> Any:  # noqa: ANN401 - whatever the file holds
    try:
        text = path.read_text(encoding="utf-8")
        return tomllib.loads(text) if path.suffix == ".toml" else json.loads(text)
    except OSError:
        raise InputError(Message("'{path}' cannot be read; check the path", path=str(path))) from None
    except UnicodeDecodeError:
        _check_suffix(path)
        raise InputError(Message("'{path}' is not UTF-8 text; save it as UTF-8", path=str(path))) from None
    except (ValueError, RecursionError) as error:
        _check_suffix(path)
        kind = "TOML" if path.suffix == ".toml" else "JSON"
        raise InputError(
            Message("'{path}' is not {kind}: {error}", context="error", path=str(path), kind=kind, error=str(error))
        ) from None


def _check_suffix(path: Path) -> None:
    if path.suffix.lower() not in (".toml", ".json"):
        raise InputError(
            Message(
                "'{path}' is neither TOML nor JSON, of which one is wanted here; docs/concepts/offers.md has examples",
                path=str(path),
            )
        )


def _offers(path: str, rows: list[Mapping[str, Any]], currency: str) -> tuple[Offer, ...]:
    for place, row in enumerate(rows, 1):
        try:
            read_offers([row], None, currency)
        except InputError as error:
            name = f" ('{row['id']}')" if isinstance(row.get("id"), str) else ""
            raise InputError(
                Message(
                    "'{path}', offer {place}{name}: {error}",
                    context="error",
                    path=path,
                    place=str(place),
                    name=name,
                    error=error.message,
                )
            ) from None
    try:
        return tuple(read_offers(rows, None, currency))
    except InputError as error:
        raise InputError(Message("'{path}': {error}", context="error", path=path, error=error.message)) from None


def _policy(terms: WrittenTerms | None) -> StackingPolicy:
    """Read `choice`, `remainder`, `percent_rounds`, the `max_` and `tax_` fields, `units` and `effort`."""
    if terms is None:
        return DEFAULT_POLICY
    policy = StackingPolicy(
        choice=terms.one_of("choice", {one.value: one for one in StackingChoice}, DEFAULT_POLICY.choice),
        arithmetic=Arithmetic(
            remainder=terms.one_of("remainder", {one.value: one for one in Remainder}, Remainder.LARGEST),
            price_rounds=terms.one_of("percent_rounds", {"discount": False, "price": True}, default=False),
        ),
        most_minor=terms.amount("max_discount"),
        most_share=None if terms.get("max_share") is None else terms.share("max_share"),
        most_line_share=None if terms.get("max_line_share") is None else terms.share("max_line_share"),
        most_unit_minor=terms.amount("max_unit_discount"),
        units_once=terms.one_of("units", {"once": True, "again": False}, default=True),
        tax=TaxRules(
            before_funded=terms.one_of("tax_base", {"paid": False, "before_funded": True}, default=False),
            by_invoice=terms.one_of("tax_rounds", {"line": False, "invoice": True}, default=False),
        ),
        effort=DEFAULT_POLICY.effort if terms.get("effort") is None else terms.whole("effort"),
    )
    terms.finish()
    return policy
