"""What `offerloop price` found: the priced basket as tables and a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import polars as pl

from offerloop.money import to_text
from offerloop.offers import NO_CODES, CodesOfCustomer, Priced
from offerloop.report import Localizer, Result

_COLUMNS: dict[str, dict[str, type[pl.DataType]]] = {
    "lines": {
        "product_id": pl.String, "quantity": pl.Int64, "selected": pl.Boolean, "before_minor": pl.Int64,
        "paid_minor": pl.Int64,
    },
    "applied": {"offer_id": pl.String, "label": pl.String, "off_minor": pl.Int64, "funded_minor": pl.Int64},
    "rejected": {"offer_id": pl.String, "why": pl.String},
}  # fmt: skip
"""Columns of the tables, which may have no rows."""


@dataclass(frozen=True)
class PricedBasket(Priced, Result):
    """A basket with its price, which shows itself."""

    language: str = "en"
    """The language of the sentence."""
    codes: CodesOfCustomer = NO_CODES
    """What came of the codes that the customer typed, where there is a list of codes."""

    @classmethod
    def of(cls, priced: Priced, language: str, codes: CodesOfCustomer = NO_CODES) -> PricedBasket:
        """Return the same price with its tables."""
        return cls(**{one.name: getattr(priced, one.name) for one in fields(priced)}, language=language, codes=codes)

    @property
    def frames(self) -> Mapping[str, pl.DataFrame]:
        """`lines`, `applied` offers and `rejected` ones; amounts in minor units."""
        lines = [
            {
                "product_id": line.line.product_id, "quantity": line.line.quantity, "selected": line.line.selected,
                "before_minor": line.line.amount_minor, "paid_minor": line.paid_minor,
            }
            for line in self.lines
        ]  # fmt: skip
        applied = [
            {
                "offer_id": applied.offer_id,
                "label": str(applied.label),
                "off_minor": applied.off_minor,
                "funded_minor": applied.funded_minor,
            }
            for applied in self.applied
        ]
        rejected = [{"offer_id": one.offer_id, "why": one.why.value} for one in self.rejected]
        tables: dict[str, list[dict[str, Any]]] = {"lines": lines, "applied": applied, "rejected": rejected}
        return {name: pl.DataFrame(rows, schema=_COLUMNS[name]) for name, rows in tables.items()}

    @property
    def sentence(self) -> str:
        """What is to be paid, and what offers take off."""
        total, off = (to_text(minor, self.currency) for minor in (self.total_minor, self.discount_minor))
        _ = Localizer(self.language)
        said = _(
            "To pay: {total} {currency}; offers take off {off} {currency}.",
            total=total, off=off, currency=self.currency,
        )  # fmt: skip
        if not self.gap_minor:
            return said
        more = to_text(self.gap_minor, self.currency)
        return _.sentences([said, _("A better choice of offers could save at most {more} more.", more=more)])
