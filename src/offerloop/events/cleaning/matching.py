"""Whether ids of two sources meet. Where few do, consent, erasure, audit or a number would silently not apply."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import product

import polars as pl

from offerloop.config import Config, SourceName
from offerloop.engine import Frame, collect, distinct
from offerloop.errors import SourceError
from offerloop.message import Message, both, joined

Sources = dict[SourceName, Frame]
Ids = Callable[[SourceName, str], pl.Series]
"""The distinct ids of a source's column as sorted texts, computed once."""
_UNLESS = Message("if they differ rightly, set clean.min_matched_ids = 0, which switches this check off")
_LOOSE = {
    Message("leading zeros", context="difference in writing"): pl.col("id").str.strip_chars_start("0"),
    Message("differences of case", context="difference in writing"): pl.col("id").str.to_lowercase(),
    Message("spaces and punctuation", context="difference in writing"): pl.col("id").str.replace_all(r"[^\pL\pN]", ""),
    Message("what stands before the number"): pl.col("id").str.extract(r"(\d+)$"),
}
"""Differences in writing that are looked for."""


@dataclass(frozen=True)
class _Pair:
    """A column of ids that must occur in another source."""

    source: SourceName
    column: str
    other: SourceName
    cost: Message
    """What goes wrong where they do not."""


PAIRS = (
    _Pair("customers", "customer_id", "order_lines", Message("consent and attributes would reach nobody who buys")),
    _Pair("audiences", "customer_id", "order_lines", Message("past campaigns would have reached nobody who buys")),
    _Pair("redemptions", "customer_id", "order_lines", Message("profiles would show nobody who redeems")),
    _Pair("exposures", "customer_id", "order_lines", Message("nobody who was shown an offer would seem to buy")),
    _Pair("events", "customer_id", "order_lines", Message("profiles would show nobody who browses")),
    _Pair("products", "product_id", "order_lines", Message("no sale would have a category, a cost or a brand")),
    _Pair("prices", "product_id", "order_lines", Message("no sale would have a list price")),
    _Pair("coupon_products", "product_id", "order_lines", Message("coupons would be good for nothing that is sold")),
    _Pair("audiences", "campaign_id", "campaigns", Message("campaigns would have reached nobody")),
)  # fmt: skip


def check_matching(sources: Sources, config: Config) -> None:
    """Raise SourceError with every pair of sources whose ids hardly meet, and every empty column that audits."""
    ids_of: Ids = cache(lambda name, column: _ids(sources[name], column))
    problems = [
        *_empty_problems(sources, config, ids_of),
        *_pair_problems(sources, config, ids_of),
        *_audit_problems(sources, config, ids_of),
    ]
    if problems:
        raise SourceError(joined(problems, "\n"))


def _empty_problems(sources: Sources, config: Config, ids_of: Ids) -> Iterator[Message]:
    if "customers" in sources and not len(ids_of("customers", "customer_id")):
        place = config.sources["customers"].place
        yield Message(
            "[sources.customers] '{place}' has no rows, so that nobody's consent is known; fill it, or take it out",
            place=place,
        )


def _pair_problems(sources: Sources, config: Config, ids_of: Ids) -> Iterator[Message]:
    for pair in PAIRS:
        if pair.source in sources and pair.other in sources:
            ids, others = (ids_of(name, pair.column) for name in (pair.source, pair.other))
            smaller = min(len(ids), len(others))
            matched = int(ids.is_in(others.implode()).sum())
            if matched < config.clean.min_matched_ids * smaller:
                yield _hardly(pair, config, ids, others, (matched, smaller))


def _hardly(pair: _Pair, config: Config, ids: pl.Series, others: pl.Series, counts: tuple[int, int]) -> Message:
    here, there = (f"[sources.{name}] '{config.sources[name].place}'" for name in (pair.source, pair.other))
    left, right = (_examples(one, two) for one, two in ((ids, others), (others, ids)))
    return Message(
        "{column} of {here} and of {there} hardly match: {n_matched} of {n_ids} occur in both, such as {left} against "
        "{right}{why}; {cost}; write them alike in both ({unless})",
        column=pair.column, here=here, there=there, n_matched=counts[0], n_ids=counts[1], left=left, right=right,
        why=_why(ids, others), cost=pair.cost, unless=_UNLESS,
    )  # fmt: skip


def _audit_problems(sources: Sources, config: Config, ids_of: Ids) -> Iterator[Message]:
    """Yield columns under `audit_only` that rules see too, or that are empty for nearly all customers who bought."""
    if "customers" not in sources or not config.profiles.audit_only:
        return
    place = f"[sources.customers] '{config.sources['customers'].place}'"
    for (ours, theirs), name in product(config.sources["customers"].columns.items(), config.profiles.audit_only):
        if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", theirs):
            yield Message(
                "{place}: the column '{name}' stands in profiles.audit_only and is also mapped as '{mapped}', "
                "where rules and models see it; take it out of one of them",
                place=place, name=name, mapped=ours,
            )  # fmt: skip
    bought = ids_of("order_lines", "customer_id")
    customers = collect(sources["customers"].select("customer_id", *config.profiles.audit_only))
    buyers = customers.filter(pl.col("customer_id").cast(pl.String).is_in(bought.implode()))
    for name in config.profiles.audit_only:
        filled = buyers.height - buyers[name].null_count()
        if buyers.height and (not filled or filled < config.clean.min_matched_ids * buyers.height):
            yield Message(
                "{place}, column '{name}': known of {n_known} of {n_customers} customers who bought, so that "
                "profiles.audit_only could audit nothing by it; fill it, or take it out of profiles.audit_only",
                place=place, name=name, n_known=filled, n_customers=buyers.height,
            )  # fmt: skip


def check_suppression(listed: pl.Series, known_ids: pl.Series, place: str, least: float) -> int:
    """Return how many listed ids nobody has. Raise SourceError where the list would leave out nobody, or seems to
    mean somebody whose id is written otherwise.

    `listed` and `known_ids`: texts. A list whose people have all left the sources already is right: with `least` = 0
    (`clean.min_matched_ids`) nothing is checked.
    """
    missing = listed.filter(~listed.is_in(known_ids.implode()))
    if least == 0 or not len(known_ids):
        return len(missing)
    if len(missing) == len(listed):
        raise SourceError(_nobody_listed(listed, known_ids, place))
    for what, listed_id, other in _near(missing, known_ids.filter(~known_ids.is_in(listed.implode()))):
        raise SourceError(
            Message(
                "the suppression list '{place}' holds '{listed_id}', which nobody has, and the sources have "
                "'{other}', the same without {what}; write the id as the sources do, or take it off the list "
                "({unless})",
                place=place,
                listed_id=listed_id,
                other=other,
                what=what,
                unless=_UNLESS,
            )
        )
    return len(missing)


def _nobody_listed(listed: pl.Series, known_ids: pl.Series, place: str) -> Message:
    """Say why a suppression list would leave out nobody: it is empty, or writes ids in another way."""
    if not len(listed):
        return Message(
            "the suppression list '{place}' holds no id, so that nobody would be left out; give the "
            "list, or take out privacy.suppress ({unless})",
            place=place,
            unless=_UNLESS,
        )
    return Message(
        "the suppression list '{place}' matches nobody in the sources: its ids are such as "
        "{examples}, and theirs such as {examples_known}{why}; write them alike in both ({unless})",
        place=place,
        examples=_examples(listed, known_ids),
        examples_known=_examples(known_ids, listed),
        why=_why(listed, known_ids),
        unless=_UNLESS,
    )


def _near(missing: pl.Series, known_ids: pl.Series) -> Iterator[tuple[Message, str, str]]:
    """Yield the difference, the listed id and the known one that is the same but for its writing."""
    for what, loose in list(_LOOSE.items())[:3]:
        left, right = (_loosely(one, loose) for one in (missing, known_ids))
        for row in left.join(right, on="loose", how="inner").sort("id", "id_right").head(1).iter_rows(named=True):
            yield what, row["id"], row["id_right"]


def _why(ids: pl.Series, others: pl.Series) -> Message | str:
    """Return the difference in writing that keeps ids apart, as far as it can be seen."""
    for what, loose in _LOOSE.items():
        left, right = (_loosely(one, loose)["loose"].unique() for one in (ids, others))
        if 2 * int(left.is_in(right.implode()).sum()) > min(len(left), len(right)) > 0:
            return Message(" (they match without {what})", context="behind an error", what=what)
    return ""


def _loosely(ids: pl.Series, loose: pl.Expr) -> pl.DataFrame:
    """Columns id and loose: the id in a form in which another way of writing it is the same."""
    return pl.DataFrame({"id": ids}).with_columns(loose=loose).drop_nulls()


def _ids(frame: Frame, column: str) -> pl.Series:
    """Return the distinct ids as sorted texts."""
    return collect(distinct(frame, column))[column].drop_nulls().cast(pl.String).sort()


def _examples(ids: pl.Series, others: pl.Series) -> Message | str:
    """Return two ids that the others lack, in quotation marks."""
    apart = ids.filter(~ids.is_in(others.implode()))
    if not len(apart):
        return Message("none", context="examples of ids")
    return both([f"'{one}'" for one in apart.head(2)])
