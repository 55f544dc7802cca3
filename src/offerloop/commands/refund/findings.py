"""What `offerloop refund` found: what to give back under each rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from offerloop.money import to_text
from offerloop.offers import Given
from offerloop.report import Localizer, Result

RULES = ("kept", "repriced")


@dataclass(frozen=True)
class ReturnedLine:
    """Units of one line that come back."""

    line: int
    """Its number, from 1."""
    product_id: str
    quantity: int
    kept_minor: int
    """What they are worth where the discounts are kept."""


RETURNED = {"line": pl.Int64, "product_id": pl.String, "quantity": pl.Int64, "kept_minor": pl.Int64}
"""Columns of the table of lines, which has no rows where nothing comes back."""


@dataclass(frozen=True)
class RefundResult(Result):
    """What to give back now for units that return."""

    currency: str
    paid_minor: int
    """The total of the purchase."""
    lines: tuple[ReturnedLine, ...]
    refund_minor: Mapping[str, int]
    """What to give back now, by rule."""
    shipping_minor: int
    """The shipping in the refund where the discounts are kept."""
    given_back_minor: Mapping[str, int]
    """What was given back before, by rule."""
    lost_offers: tuple[str, ...] = ()
    """Offers that no longer hold for what stays, by the rule that prices it again."""
    lost_gifts: tuple[Given, ...] = ()
    """What came with these offers, and should come back too."""
    language: str = "en"

    @property
    def frames(self) -> Mapping[str, pl.DataFrame]:
        """`refunds`, one row per rule, and `lines` that come back; amounts in minor units."""
        refunds = [
            {"rule": rule, "refund_minor": minor, "given_back_minor": self.given_back_minor[rule]}
            for rule, minor in self.refund_minor.items()
        ]
        lines = pl.DataFrame([vars(one) for one in self.lines], RETURNED)
        return {"refunds": pl.DataFrame(refunds), "lines": lines}

    @property
    def sentence(self) -> str:
        """What to give back under each rule."""
        _ = Localizer(self.language)
        texts = {
            "kept": _("With the discounts kept, give back {amount} {currency}.", **self._amount("kept")),
            "repriced": _("With what stays priced again, give back {amount} {currency}.", **self._amount("repriced")),
        }
        return "\n".join(texts[rule] for rule in self.refund_minor)

    def _amount(self, rule: str) -> dict[str, str]:
        return {"amount": to_text(self.refund_minor.get(rule, 0), self.currency), "currency": self.currency}
