"""`offerloop codes`: codes of coupons, printed or in a new file, and lists of codes that a shop has already."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace

import polars as pl

from offerloop.config import StrPath, as_path
from offerloop.errors import InputError
from offerloop.message import Message
from offerloop.offers import code_guess_probability, look_alikes, make_codes, read_code_list, write_codes
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
    def message(self) -> Message:
        """How many there are, and how safe they are."""
        return Message(
            "{n} code; one guess in {guesses} hits it",
            plural="{n} codes; one guess in {guesses} hits one of them",
            n=len(self.codes),
            guesses=round(1 / self.p_guess),
        )

    @property
    def sentence(self) -> str:
        """The same in English."""
        return str(self.message)


def codes(count: int, prefix: str = "", length: int = 12, out: StrPath | None = None) -> CouponCodes:
    """Make codes, and write them to a new file where one is named.

    Raises InputError for codes that could be guessed, and a file that is there or cannot be written.
    """
    made = CouponCodes(make_codes(count, prefix, length), code_guess_probability(count, length, prefix))
    if out is not None:
        write_codes(made.codes, as_path(out))
    return made


@dataclass(frozen=True)
class CodesInUse(Result):
    """A list of codes that a shop has already, and what came of it in the ledger."""

    n_codes: int
    n_look_alikes: int
    """Codes that differ from another one in signs only that look alike."""
    n_of_customers: int
    """Codes that belong to one customer."""
    template: str | None = None
    """The coupon template whose coupons they are now; None where they were only read."""
    n_issued: int = 0
    """Coupons that were made; the others had been there."""

    @property
    def frames(self) -> Mapping[str, pl.DataFrame]:
        """Return `codes`, one row with the counts."""
        return {"codes": pl.DataFrame([self.facts])}

    @property
    def facts(self) -> dict[str, object]:
        """Return one JSON object."""
        return asdict(self)

    @property
    def messages(self) -> list[Message]:
        """How many codes there are, what became of them, and what to look at."""
        listed = Message(
            "{n} code, {own} of them for one customer",
            plural="{n} codes, {own} of them for one customer",
            n=self.n_codes,
            own=self.n_of_customers,
        )
        messages = [listed]
        if self.template is not None:
            issued = Message(
                "{n} new coupon of '{template}'",
                context="coupon codes",
                plural="{n} new coupons of '{template}'",
                n=self.n_issued,
                template=self.template,
            )
            messages.append(issued)
        if self.n_look_alikes:
            alike = Message(
                "{n} differs from another one only in signs that look alike (0 and O, 1, I and L)",
                plural="{n} differ from another one only in signs that look alike (0 and O, 1, I and L)",
                n=self.n_look_alikes,
            )
            messages.append(alike)
        return messages

    @property
    def sentence(self) -> str:
        """The same in English."""
        return "; ".join(map(str, self.messages))


def import_codes(existing: StrPath, template: str | None = None, store: str | None = None) -> CodesInUse:
    """Read a list of codes, and make them coupons of a template where one and its database are named.

    Raises InputError for a list that cannot be used, and for a template without a database or the other way round.
    """
    if (template is None) != (store is None):
        raise InputError(
            Message("codes become coupons of a template in a database; name both, or none to check the list only")
        )
    listed = read_code_list(as_path(existing))
    in_use = CodesInUse(
        len(listed), look_alikes(one.code for one in listed), sum(one.customer_id is not None for one in listed)
    )
    if template is None or store is None:
        return in_use
    from offerloop.store import Ledger
    from offerloop.store import import_codes as make_coupons

    ledger = Ledger.open(store)
    try:
        done = make_coupons(ledger, template, listed)
    finally:
        ledger.engine.dispose()
    return replace(in_use, template=template, n_issued=done.n_issued)
