"""`offerloop codes`: codes of coupons, printed or in a new file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from offerloop.config import StrPath, as_path
from offerloop.offers import code_guess_probability, make_codes, write_codes
from offerloop.report import Result


@dataclass(frozen=True)
class CouponCodes(Result):
    """Codes that were made."""

    codes: list[str]
    p_guess: float
    """Probability that one guess hits one of them."""

    @property
    def frames(self) -> Mapping[str, pl.DataFrame]:
        """`codes`, one per row."""
        return {"codes": pl.DataFrame({"code": self.codes})}

    @property
    def sentence(self) -> str:
        """How many there are, and how safe they are."""
        return f"{len(self.codes)} codes; one guess in {1 / self.p_guess:,.0f} hits one of them"


def codes(count: int, prefix: str = "", length: int = 12, out: StrPath | None = None) -> CouponCodes:
    """Make codes, and write them to a new file where one is named.

    Raises InputError for codes that could be guessed, and a file that is there or cannot be written.
    """
    made = CouponCodes(make_codes(count, prefix, length), code_guess_probability(count, length, prefix))
    if out is not None:
        write_codes(made.codes, as_path(out))
    return made
