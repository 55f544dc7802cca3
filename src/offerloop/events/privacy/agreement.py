"""Who has agreed to personalised offers, by the columns `consent` and `opt_out` of the customers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from operator import and_, or_

import narwhals as nw
import polars as pl

from offerloop.config import SourceName
from offerloop.engine import Frame, collect, distinct
from offerloop.events.columns.cells import blank
from offerloop.events.privacy.consent import ANSWER_COLUMNS, agrees
from offerloop.message import Message


@dataclass(frozen=True)
class Agreement:
    """How many customers who bought have agreed to personalised offers, and why the others have not."""

    columns: tuple[str, ...]
    """Our columns that say who agrees; without any everybody counts as having agreed."""
    customers: int
    agreed: int
    refused: int
    silent: int
    """Customers whose cell is empty."""
    unlisted: int
    """Customers who are not on the list of customers."""
    unmarked: int = 0
    """Customers whose cell of `opt_out` is empty and counts as no refusal, because all filled cells are refusals."""

    def sentence(self) -> Message:
        """Return the counts in one sentence."""
        if not self.columns:
            return Message(
                "Consent: no column says who agreed, so that all {n} customers who bought count as "
                "having agreed to personal offers",
                n=self.customers,
            )
        counts = Message(
            "Consent: {agreed} of {all} customers who bought have agreed to personal offers; "
            "{none} get none: {refused} refuse, {silent} have an empty cell, {unlisted} are not on "
            "the list of customers",
            agreed=self.agreed,
            all=self.customers,
            none=self.customers - self.agreed,
            refused=self.refused,
            silent=self.silent,
            unlisted=self.unlisted,
        )
        if not self.unmarked:
            return counts
        return Message(
            "{counts}; {n} have an empty cell of opt_out, which counts as not opted out, because "
            "every filled cell is a refusal",
            counts=counts,
            n=self.unmarked,
        )

    def notes(self) -> list[Message]:
        """Return what to do where nobody has agreed."""
        if not self.columns or self.agreed or not self.customers:
            return []
        if "opt_out" in self.columns and self.silent:
            return [
                Message(
                    "nobody who bought has agreed to personal offers, so that nobody gets one; an empty cell of "
                    "'opt_out' counts as no agreement: write no where a customer did not opt out"
                )
            ]
        return [Message("nobody who bought has agreed to personal offers, so that nobody gets one")]


def agreement_of(sources: Mapping[SourceName, Frame]) -> tuple[Agreement, pl.DataFrame]:
    """Return the counts, and customer_id of everybody who has not agreed.

    Whoever says nothing, or is not on the list of customers, has not agreed. Only where `opt_out` holds nothing but
    refusals, such as the dates on which customers opted out, its empty cells are no refusals. Of several
    rows each must agree.
    """
    columns, buyers = _columns(sources), distinct(sources["order_lines"], "customer_id")
    if not columns:
        number = int(collect(buyers.select(nw.col("customer_id").count())).item())
        return Agreement((), number, number, 0, 0, 0), collect(buyers.head(0))
    bought = collect(buyers, "customer_id").drop_nulls()
    answers = _answers(sources["customers"], columns)
    ours = bought.join(answers, on="customer_id", how="left").with_columns(listed=pl.col("yes").is_not_null())
    yes, no = pl.col("yes").fill_null(value=False), pl.col("no").fill_null(value=False)
    counts = ours.select(agreed=yes.sum(), refused=no.sum(), unlisted=(~pl.col("listed")).sum()).row(0, named=True)
    silent, unmarked = bought.height - sum(counts.values()), int(ours["unmarked"].sum())
    agreed = answers.filter("yes")
    everybody = pl.concat([bought, answers.select("customer_id")]).unique()
    others = everybody.join(agreed, on="customer_id", how="anti").sort("customer_id")
    return Agreement(columns, bought.height, silent=silent, unmarked=unmarked, **counts), others


def _columns(sources: Mapping[SourceName, Frame]) -> tuple[str, ...]:
    there = sources["customers"].collect_schema() if "customers" in sources else ()
    return tuple(one for one in ANSWER_COLUMNS if one in there)


def _answers(customers: Frame, columns: tuple[str, ...]) -> pl.DataFrame:
    """Return customer_id, whether all answers agree (yes), one of them refuses (no), and `opt_out` has no mark."""
    agreeing = {one: agrees(nw.col(one), one) for one in columns}
    refusing = {one: ~blank(nw.col(one)) & ~agreeing[one] for one in columns}
    unmarked = nw.lit(value=False)
    if "opt_out" in columns and _holds_only_refusals(customers):
        unmarked = blank(nw.col("opt_out"))
        agreeing["opt_out"] = unmarked
    yes, no = reduce(and_, agreeing.values()), reduce(or_, refusing.values())
    rows = customers.select("customer_id", yes=yes, no=no, unmarked=unmarked)
    counted = rows.group_by("customer_id").agg(nw.col("yes", "unmarked").all(), nw.col("no").any())
    return collect(counted.filter(~nw.col("customer_id").is_null()), "customer_id")


def _holds_only_refusals(customers: Frame) -> bool:
    """Return whether `opt_out` marks who opted out, and says of nobody that they did not."""
    cell = nw.col("opt_out")
    filled, agreeing = (~blank(cell)).cast(nw.Int64).sum(), agrees(cell, "opt_out").cast(nw.Int64).sum()
    counts = collect(customers.select(filled=filled, agreeing=agreeing)).row(0, named=True)
    return bool(counts["filled"] and not counts["agreeing"])
