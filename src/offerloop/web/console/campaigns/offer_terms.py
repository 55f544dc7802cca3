"""Which kinds of offers fit into the fields of a form, and the fields of each."""

from __future__ import annotations

from dataclasses import replace

from offerloop.message import Message
from offerloop.offers import OFFER_KIND_NAMES, OFFER_KINDS, Term, Unit, offer_form
from offerloop.web.console.blocks import Words

SPEND_AND_SAVE, FLASH_SALE = "spend_and_save", "flash_sale"
_ONE_TIER = (
    Term("spend", "spend", Message("from this amount on", context="term of an offer"), Unit.MONEY, needed=True),
    Term("save", "save", Message("amount off", context="term of an offer"), Unit.MONEY, needed=True),
)
"""In place of a table of tiers, which does not fit into fields: the one tier that most have."""
_WITHOUT_FIELD = {SPEND_AND_SAVE: ("by_count",)}
"""What makes no sense with the one tier."""
_NEEDED = {FLASH_SALE: ("hours",)}
"""What an offer of a campaign must have, though the kind can do without."""


def kinds_with_fields() -> tuple[tuple[str, Words], ...]:
    """Return the kinds of which every needed field fits into one line, each with its words."""
    return tuple((name, OFFER_KIND_NAMES.get(name, name)) for name in OFFER_KINDS.names() if _has_fields(name))


def _has_fields(kind: str) -> bool:
    return kind == SPEND_AND_SAVE or not any(one.needed and one.unit is Unit.TABLE for one in offer_form(kind))


def terms_of(kind: str) -> list[Term]:
    """Return the fields that a person fills in for an offer of a kind."""
    plain = [
        replace(term, needed=term.needed or term.written in _NEEDED.get(kind, ()))
        for term in offer_form(kind)
        if term.unit is not Unit.TABLE and term.written not in _WITHOUT_FIELD.get(kind, ())
    ]
    return [*_ONE_TIER, *plain] if kind == SPEND_AND_SAVE else plain
