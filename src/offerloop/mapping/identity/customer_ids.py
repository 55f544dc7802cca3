"""Ids of customers that stand for many people or for nobody, and ids that only upper and lower case keep apart."""

from __future__ import annotations

import polars as pl

from offerloop.message import Message, Share, both, joined

NAMES = (
    "0", "-1", "99999", "999999", "unknown", "guest", "anonymous", "walk-in", "walkin", "walk in", "cash", "none",
    "default", "gast", "unbekannt", "anonym", "laufkunde", "barverkauf", "invite", "invité", "anonyme", "invitado",
    "anonimo", "anónimo", "desconocido", "匿名", "匿名用户", "散客", "游客", "未知", "访客", "非会员",
)  # fmt: skip
"""Ids, in small letters, under which shops write orders of people whom they do not know."""
_NAMED_SHARE, _ANY_SHARE = 0.01, 0.05
"""Share of the orders from which on an id is implausible for one customer: one of `NAMES`, any other."""
_NAMED_TIMES, _ANY_TIMES = 5, 50
"""It must also have this many times the orders of the median customer."""
_FEWEST = 20
"""With fewer customers no share is implausible."""
_EXAMPLES = 3
_SURE_PAIRS, _SURE_SHARE = 3, 0.01
"""Ids that differ by case only: so many of them, and this share of all, are no coincidence."""


def anonymous_ids(orders: pl.DataFrame) -> list[tuple[str, float]]:
    """Return ids with an implausible share of the orders, and that share; `orders` has customer_id and n_orders."""
    if orders.height < _FEWEST:
        return []
    share = pl.col("n_orders") / pl.col("n_orders").sum()
    times = pl.col("n_orders") / pl.col("n_orders").median()
    named = pl.col("customer_id").str.to_lowercase().is_in(NAMES) & (share >= _NAMED_SHARE) & (times >= _NAMED_TIMES)
    many = (share >= _ANY_SHARE) & (times >= _ANY_TIMES)
    shares = (
        orders.with_columns(share=share).filter(named | many).sort("share", "customer_id", descending=[True, False])
    )
    return list(shares.select("customer_id", "share").iter_rows())


def case_variants(ids: pl.Series) -> list[tuple[str, ...]]:
    """Return groups of ids that differ in upper and lower case only."""
    return _alike(ids, pl.col("id").str.to_lowercase())


def zero_variants(ids: pl.Series) -> list[tuple[str, ...]]:
    """Return groups of ids that are one number, with and without zeros before it, as spreadsheets take them away."""
    return _alike(ids.filter(ids.str.contains("^[0-9]+$")), pl.col("id").str.replace("^0+", ""))


def _alike(ids: pl.Series, written: pl.Expr) -> list[tuple[str, ...]]:
    groups = pl.DataFrame({"id": ids}).with_columns(written.alias("written"))
    several = groups.group_by("written").agg(pl.col("id").sort()).filter(pl.col("id").list.len() > 1).sort("written")
    return [tuple(one) for one in several["id"]]


def surely_same(variants: list[tuple[str, ...]], n_ids: int) -> bool:
    """Return whether case can mean nothing: many variants, each written as people write, not as codes are drawn."""
    plain = all(one in (one.lower(), one.upper(), one.title(), one.capitalize()) for group in variants for one in group)
    return plain and len(variants) >= max(_SURE_PAIRS, _SURE_SHARE * n_ids)


def customer_notes(orders: pl.DataFrame) -> list[Message]:
    """Return the notes on the ids of customers; `orders` has customer_id (text) and n_orders."""
    notes = [
        Message(
            "customer '{name}' has {share} of the orders, which is implausible for one person; if it stands for people "
            "who are not known, set clean.anonymous_ids = ['{name}']",
            name=name,
            share=Share(round(share, 2)),
        )
        for name, share in anonymous_ids(orders)
    ]
    return [*notes, *_variant_notes(orders["customer_id"])]


def _variant_notes(ids: pl.Series) -> list[Message]:
    """Return the notes on ids that may be of one customer."""
    by_case = Message(
        "{n} customers are there under ids that differ only in upper and lower case ({examples}); set "
        "privacy.ignore_case = true if they are the same"
    )
    by_zeros = Message(
        "{n} customers are there under ids that differ only in leading zeros ({examples}) and count as different ones; "
        "if they are the same, export their ids as text, alike in all files"
    )
    return [
        note.with_values(n=len(variants), examples=_examples(variants))
        for note, variants in ((by_case, case_variants(ids)), (by_zeros, zero_variants(ids)))
        if variants
    ]


def _examples(variants: list[tuple[str, ...]]) -> Message:
    return joined([both([f"'{one}'" for one in group]) for group in variants[:_EXAMPLES]], "; ")
