"""What `offerloop init` found: the configuration that it wrote, and why each line of it is there."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from offerloop.commands.init.configuration import SECTIONS, ShopText
from offerloop.config import SourceName
from offerloop.message import Message
from offerloop.report import Localizer, Result

ADDS: dict[SourceName, Message] = {
    "products": Message("product_id, category, brand: offers limited to a category, and the response to shelf prices"),
    "customers": Message("customer_id, consent or opt_out, and attributes: who gets offers, and whom the plan favours"),
    "prices": Message("product_id, at, list_price: what was offered, also where nobody bought"),
    "events": Message("customer_id, product_id, kind, at: views and carts, for recommendations"),
    "offers": Message("offer_id, kind and terms: your own choices instead of the assumed ones"),
    "exposures": Message("customer_id, offer_id, at: who was shown what, to learn from"),
    "redemptions": Message("customer_id, coupon_id, at: profiles show who redeems coupons"),
}
"""Sources that a shop need not have, and what each would add."""


@dataclass(frozen=True)
class InitResult(Result):
    """A configuration that was written."""

    config: Path
    shop: ShopText | None
    """What it was made of; None for a sample."""
    language: str = "en"
    """The language in which it is told."""

    @property
    def frames(self) -> Mapping[str, pl.DataFrame]:
        """`columns`: what each column is read from, and why."""
        if self.shop is None:
            return {}
        rows = [
            {"source": source.name, "column": ours, "from": guess.written, "why": str(guess.why)}
            for source in self.shop.sources
            for ours, guess in source.mapping()
        ]
        return {"columns": pl.DataFrame(rows, infer_schema_length=None)}

    @property
    def sentence(self) -> str:
        """What was written, and what is next."""
        _ = Localizer(self.language)
        if self.shop is None:
            return _("Wrote {path}. Next: offerloop run {path}", path=str(self.config))
        return _("Wrote {path}. Next: offerloop check {path}", path=str(self.config))

    @property
    def facts(self) -> dict[str, Any]:
        """Return for programs where each column is read from and why, and what is missing."""
        if self.shop is None:
            return {"config": str(self.config)}
        sources = {
            source.name: {
                "from": str(source.sample.place),
                "columns": {ours: {"from": one.written, "why": str(one.why)} for ours, one in source.mapping()},
                "where": next((one.written for one in source.filters if one.active), None),
                "not_used": list(source.unused),
                "not_found": source.absent(),
                "notes": [str(note) for note in (*source.match.notes, *source.notes)],
            }
            for source in self.shop.sources
        }
        absent = [name for name in SECTIONS if name not in sources]
        notes = self.shop.currency.doubt, self.shop.size.note, self.shop.basis_note
        return {
            "config": str(self.config), "currency": self.shop.currency.value, "timezone": self.shop.zone.value,
            "sources": sources,
            "missing": {name: str(ADDS[name]) for name in absent},
            "notes": [str(note) for note in notes if note],
        }  # fmt: skip


def is_draft(path: Path) -> bool:
    """Return whether a configuration still has an open place; what cannot be understood is not ours to replace."""
    try:
        sources = tomllib.loads(path.read_text(encoding="utf-8")).get("sources", {})
        return any("" in source.get("columns", {}).values() for source in sources.values())
    except (OSError, ValueError, AttributeError):
        return False
