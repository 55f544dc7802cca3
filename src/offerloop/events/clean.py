"""Apply the rules to one table and count what each did."""

from __future__ import annotations

from typing import Any

import narwhals as nw

from offerloop.engine import collect
from offerloop.engine.base import Frame
from offerloop.events.rules import Rule


def apply_rules(table: str, frame: Frame, rules: list[Rule]) -> tuple[Frame, list[dict[str, Any]]]:
    """The cleaned table and one quality row for each rule, plus `read` and `kept`.

    Exact copies of a row are rejected first. A rule sees rows as earlier rules left them; where an empty cell
    leaves open whether it applies, it does not.
    """
    columns = frame.collect_schema().names()
    marked = _mark(frame.unique(), rules)
    sums = [nw.col(_hit(number)).cast(nw.Int64).sum().alias(_hit(number)) for number in range(len(rules))]
    rows = int(collect(frame.select(n=nw.len()))["n"][0])
    found = collect(marked.select(nw.len().alias("n"), *sums)).row(0, named=True)
    counts = [int(found[_hit(number)] or 0) for number in range(len(rules))]
    copies = rows - int(found["n"])
    rejected = sum(count for rule, count in zip(rules, counts, strict=True) if rule.action == "rejected")
    quality = [
        quality_row(table, "all rows", "read", rows, "rows in the source"),
        quality_row(table, "exact copy", "rejected", copies, "the same row again, in every mapped column"),
        *(quality_row(table, rule.name, rule.action, n, rule.why) for rule, n in zip(rules, counts, strict=True)),
        quality_row(table, "all rows", "kept", rows - copies - rejected, "rows that later stages see"),
    ]
    rejects = [~nw.col(_hit(number)) for number, rule in enumerate(rules) if rule.action == "rejected"]
    return (marked.filter(*rejects) if rejects else marked).select(*columns), quality


def _mark(frame: Frame, rules: list[Rule]) -> Frame:
    """The repaired frame with one more column for each rule: whether it applied to the row."""
    alive: nw.Expr = nw.lit(value=True)
    for number, rule in enumerate(rules):
        frame = frame.with_columns((alive & rule.when.fill_null(value=False)).alias(_hit(number)))
        hit = nw.col(_hit(number))
        if rule.action == "rejected":
            alive = alive & ~hit
        if rule.repair:
            repaired = {c: nw.when(hit).then(value).otherwise(nw.col(c)) for c, value in rule.repair.items()}
            frame = frame.with_columns(**repaired)
    return frame


def _hit(number: int) -> str:
    return f"_rule_{number}"


def quality_row(table: str, rule: str, action: str, rows: int, why: str) -> dict[str, Any]:
    """One row of the data-quality table."""
    return {"table": table, "rule": rule, "action": action, "rows": rows, "why": why}
