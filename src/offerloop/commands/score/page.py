"""What `offerloop score` says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from offerloop.report import Localizer, scored_table
from offerloop.workspace import BY_ESTIMATE


def sentences(
    counts: Mapping[str, int],
    by_estimate: Mapping[str, int],
    unseen: Mapping[str, int],
    budget: float | None,
    language: str = "en",
) -> list[str]:
    """Say how many customers get which offer, and what to know of it."""
    _ = Localizer(language, "")
    said = [*_counted(counts, _)]
    if by_estimate and by_estimate != counts:
        said.append(
            _(
                "By the best estimates alone, which are no proof of a gain (column {column}): {counts}",
                column=BY_ESTIMATE,
                counts=_.clauses(_counted(by_estimate, _)),
            )
        )
    return [*said, *scored_table(unseen, budget, sum(counts.values()), _)]


def _counted(counts: Mapping[str, int], _: Localizer) -> Iterator[str]:
    for offer, n in counts.items():
        yield _("{offer}: {n} customer", context="scores", plural="{offer}: {n} customers", offer=_.quoted(offer), n=n)
