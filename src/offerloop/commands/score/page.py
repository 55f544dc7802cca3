"""What `offerloop score` says."""

from __future__ import annotations

from collections.abc import Mapping

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
    recommended = _("Recommended by the study (column {column}): {counts}", column="offer", counts=_counted(counts, _))
    said = [_.stopped(recommended)]
    if by_estimate and by_estimate != counts:
        favoured = _(
            "By the estimates alone, without proof of a gain (column {column}): {counts}",
            column=BY_ESTIMATE,
            counts=_counted(by_estimate, _),
        )
        said.append(_.stopped(favoured))
    return [*said, *scored_table(unseen, budget, sum(counts.values()), _)]


def _counted(counts: Mapping[str, int], _: Localizer) -> str:
    return _.clauses(
        _("{offer} for {n} customer", context="scores", plural="{offer} for {n} customers", offer=_.quoted(offer), n=n)
        for offer, n in counts.items()
    )
