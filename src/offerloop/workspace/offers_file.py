"""A file of offers, and the rules of the shop for them, in TOML or JSON."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from offerloop.config import StrPath, as_path
from offerloop.errors import InputError, near_miss
from offerloop.message import Message
from offerloop.offers import (
    DEFAULT_POLICY,
    EACH_CATEGORY,
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


def read_offers_file(document: Document, *, of_the_past: bool = False) -> OffersFile:
    """`currency`, `[[offers]]` and perhaps `[policy]`. An InputError names the file, the offer and the field.

    A file `of_the_past` was kept with an order and may have what limits nothing; see `read_offers`.
    """
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
        entries = [row.written for row in rows]
        offers = read_offers(entries, None, terms.currency, is_numbered=True, of_the_past=of_the_past)
        for offer in () if of_the_past else offers:
            _check_categories(offer)
    except InputError as error:
        raise InputError(Message("'{path}': {error}", context="error", path=path, error=error.message)) from None
    return OffersFile(terms.currency, tuple(offers), policy)


def check_offers_file(offers_file: OffersFile, path: str) -> None:
    """Check for mistakes that no offer shows alone, and that keep nothing from being priced.

    Raises InputError for a policy without an amount in a currency in which offers have theirs, for an id in `not_with`
    that is nearly that of another offer or its own, for hours that begin at no time, and for prices between which there
    are none.
    """
    policy, offer_ids = offers_file.policy, {one.offer_id for one in offers_file.offers}
    try:
        for offer in offers_file.offers:
            for other in offer.other_currencies:
                _check_policy(policy.in_currency(other.currency), other.currency)
            for name in offer.stacking.not_with - (offer_ids - {offer.offer_id}):
                _check_ruled_out(name, offer.offer_id, near_miss(name, offer_ids - {offer.offer_id}))
            if getattr(offer, "hours", None) is not None and offer.conditions.window.ends_at is None:
                raise InputError(
                    Message("the 'hours' of '{offer_id}' count from 'starts_at'; give it", offer_id=offer.offer_id)
                )
            least, most = offer.scope.least_minor, offer.scope.most_minor
            if least is not None and most is not None and least > most:
                raise InputError(
                    Message("'price_from' of '{offer_id}' is above its 'price_to'", offer_id=offer.offer_id)
                )
    except InputError as error:
        raise InputError(Message("'{path}': {error}", context="error", path=path, error=error.message)) from None


def _check_categories(offer: Offer) -> None:
    if EACH_CATEGORY in offer.scope.categories:
        raise InputError(
            Message(
                "offer '{offer_id}' is on \"{each}\", of which only campaigns of a shop know the names; name them",
                offer_id=offer.offer_id,
                each=EACH_CATEGORY,
            )
        )


def _check_policy(policy: StackingPolicy, currency: str) -> None:
    if policy.holds_in(currency):
        return
    amounts = {"max_discount": policy.most_minor, "max_unit_discount": policy.most_unit_minor}
    fields = [name for name, minor in amounts.items() if minor is not None]
    raise InputError(
        Message(
            "{fields} of the policy needs an amount in {currency} too, in which offers have theirs",
            fields=fields,
            currency=currency,
        )
    )


def _check_ruled_out(name: str, offer_id: str, near: Message | str) -> None:
    """Refuse a misspelt id; one that is like none here may be that of a campaign's offer."""
    if near or name == offer_id:
        raise InputError(
            Message(
                "'not_with' of '{offer_id}' names '{name}', which is no other offer{near}",
                offer_id=offer_id,
                name=name,
                near=near,
            )
        )


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
        text = path.read_text(encoding="utf-8-sig")
        return (
            tomllib.loads(text)
            if path.suffix == ".toml"
            else json.loads(text, object_pairs_hook=partial(_each_once, path))
        )
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


def _each_once(path: Path, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return a table of JSON. Raises InputError for a name that is there twice, as TOML does."""
    table = dict[str, Any]()
    for name, content in pairs:
        if name in table:
            raise InputError(
                Message("'{path}': '{name}' is there twice in one table", context="error", path=str(path), name=name)
            )
        table[name] = content
    return table


def _check_suffix(path: Path) -> None:
    if path.suffix.lower() not in (".toml", ".json"):
        raise InputError(
            Message(
                "'{path}' is neither TOML nor JSON, of which one is wanted here; docs/concepts/offers.md has examples",
                path=str(path),
            )
        )


def _policy(terms: WrittenTerms | None) -> StackingPolicy:
    """Read a policy with its amounts in each currency in which they are written."""
    if terms is None:
        return DEFAULT_POLICY
    policy = _policy_in_one_currency(terms)
    if policy.most_minor is None and policy.most_unit_minor is None:
        return replace(policy, currency="")
    others = [_policy_in_one_currency(terms.in_currency(one)) for one in sorted(terms.currencies - {terms.currency})]
    return replace(policy, other_currencies=tuple(others))


def _policy_in_one_currency(terms: WrittenTerms) -> StackingPolicy:
    """Read `choice`, `remainder`, `percent_rounds`, the `max_` and `tax_` fields, `units` and `effort`."""
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
        currency=terms.currency,
        effort=DEFAULT_POLICY.effort if terms.get("effort") is None else terms.whole("effort"),
    )
    terms.finish()
    return policy
