"""Section 4: what past campaigns did, naive against adjusted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from offerloop.commands.run.findings import Findings
from offerloop.evaluation import Estimate
from offerloop.report import (
    Block,
    Bullets,
    Dot,
    Missing,
    Section,
    Table,
    Text,
    Voice,
    count,
    figure,
    forest,
    iso_day,
    money_labels,
)

SHOWN = 6


@dataclass(frozen=True)
class PastCampaign:
    """One campaign that has run; differences in minor units a customer and week."""

    name: str
    n_targeted: int
    n_others: int
    naive: Estimate
    adjusted: Estimate | None
    placebo: Estimate | None
    first: str
    last: str
    """ISO days of the campaign."""
    note: str

    @classmethod
    def read(cls, row: dict[str, Any]) -> PastCampaign:
        """From a row of the table of past campaigns."""
        naive, adjusted, placebo = (
            None if row[f"{name}_minor"] is None else Estimate.of(row[f"{name}_minor"], row[f"{name}_se"])
            for name in ("naive", "adjusted", "placebo")
        )
        first, last = (iso_day(row[name]) for name in ("starts_day", "ends_day"))
        whole, sizes = naive or Estimate(0.0, 0.0, 0.0), (row["n_targeted"], row["n_others"])
        return cls(row["campaign_id"], *sizes, whole, adjusted, placebo, first, last, row["note"])


def past_campaigns(findings: Findings) -> list[PastCampaign]:
    """All that could be judged, largest audience first."""
    table = findings.table("campaign_effects")
    if table is None:
        return []
    ordered = table.sort(["n_targeted", "campaign_id"], descending=[True, False])
    return [PastCampaign.read(row) for row in ordered.iter_rows(named=True)]


def past_campaigns_section(findings: Findings, tell: Voice) -> Section:
    """A forest plot of the largest campaigns, and why even the adjusted figures are no proof."""
    past, label = past_campaigns(findings), tell.say("past.label")
    if not past:
        return Section("past", label, tell.say("past.none"), (Missing(tell.say("past.none_text")),))
    largest = past[:SHOWN]
    blocks: list[Block] = [Text(tell.say("past.intro")), _forest(largest, past, tell)]
    drifting = [one.name for one in past if one.placebo is not None and one.placebo.is_clear]
    if drifting:
        n_placebos = sum(one.placebo is not None for one in past)
        names = tell.listed(drifting)
        blocks.append(Text(tell.say("past.drift", n=len(drifting), all=n_placebos, names=names)))
    blocks += [Text(_clear(past, tell)), Text(tell.say("past.judged", n=len(past)))]
    blocks += _first_reached(findings, tell)
    notes = _notes(past, tell)
    if notes:
        blocks += [Text(tell.say("past.cut")), Bullets(notes)]
    return Section("past", label, _message(largest, tell), tuple(blocks))


def _message(largest: list[PastCampaign], tell: Voice) -> str:
    naive = [one.naive.value for one in largest]
    clear = [one for one in largest if one.adjusted is not None and one.adjusted.is_clear]
    low, high = (tell.money.text(end) for end in (min(naive), max(naive)))
    return tell.say("past.message", low=low, high=high, unproven=len(largest) - len(clear), n=len(largest))


def _title(largest: list[PastCampaign], tell: Voice) -> str:
    adjusted = [one.adjusted.value for one in largest if one.adjusted is not None]
    if not adjusted:
        return tell.say("past.title.none")
    return tell.say("past.title", low=tell.money.text(min(adjusted)), high=tell.money.text(max(adjusted)))


def _forest(largest: list[PastCampaign], past: list[PastCampaign], tell: Voice) -> Block:
    dots = []
    for one in largest:
        heading = tell.say("past.campaign", name=one.name, n=count(one.n_targeted))
        shown = (
            ("naive", one.naive, "control"),
            ("adjusted", one.adjusted, "ours"),
            ("placebo", one.placebo, "placebo"),
        )
        dots += [
            Dot(heading, tell.say(f"past.{name}"), estimate.times(1 / tell.money.unit), look)
            for name, estimate, look in shown
            if estimate is not None
        ]
    return figure(
        "past-campaigns",
        _title(largest, tell),
        tell.say("past.measure", currency=tell.currency, n=len(largest)),
        forest(dots, money_labels(tell.money)),
        _table(past, tell),
        says=_says(largest, tell),
        tell=tell,
    )


def _says(largest: list[PastCampaign], tell: Voice) -> str:
    said = [
        tell.say("past.says", name=one.name, naive=_shown(one.naive, tell), adjusted=_shown(one.adjusted, tell))
        for one in largest
    ]
    return tell.listed(said, "semicolon") + tell.words["full_stop"]


def _clear(past: list[PastCampaign], tell: Voice) -> str:
    clear = [one.name for one in past if one.adjusted is not None and one.adjusted.is_clear]
    drifting = [one.name for one in past if one.name in clear and one.placebo is not None and one.placebo.is_clear]
    said = tell.say(
        "past.clear",
        n=len(clear),
        all=len(past),
        found=tell.say("past.found", names=tell.listed(clear)) if clear else "",
        chance=max(1, round(len(past) / 20)),
    )
    also = [tell.say("past.clear_drift", names=tell.listed(drifting))] if drifting else []
    return tell.listed([said, *also], "sentence")


def _notes(past: list[PastCampaign], tell: Voice) -> tuple[str, ...]:
    named: dict[str, list[str]] = {}
    for one in past:
        if one.note:
            named.setdefault(one.note, []).append(one.name)
    return tuple(
        tell.say("past.notes", names=tell.listed(names), note=tell.own(note))
        if len(names) > 1
        else tell.say("past.note", name=names[0], note=tell.own(note))
        for note, names in named.items()
    )


def _first_reached(findings: Findings, tell: Voice) -> list[Block]:
    """Return a table by type of campaign; nothing where no customers can be compared."""
    table = findings.table("first_reached")
    if table is None:
        return []
    rows = tuple(
        (
            row["campaign_type"] or tell.say("past.no_figure"),
            count(row["n_reached"]),
            *(
                tell.money.estimate(Estimate.of(row[f"{name}_minor"], row[f"{name}_se"]))
                for name in ("effect", "placebo")
            ),
        )
        for row in table.iter_rows(named=True)
    )
    columns = tuple(tell.say(f"past.{name}") for name in ("reached.type", "reached.n", "reached.effect", "placebo"))
    return [Text(tell.say("past.reached")), Table(tell.say("past.reached.table"), columns, rows)]


def _shown(estimate: Estimate | None, tell: Voice) -> str:
    return tell.say("past.no_figure") if estimate is None else tell.money.estimate(estimate)


def _table(past: list[PastCampaign], tell: Voice) -> Table:
    rows = tuple(
        (
            one.name,
            tell.say("period", first=one.first, last=one.last),
            count(one.n_targeted),
            count(one.n_others),
            *(_shown(estimate, tell) for estimate in (one.naive, one.adjusted, one.placebo)),
        )
        for one in past
    )
    names = (
        "column.campaign",
        "column.period",
        "column.targeted",
        "column.others",
        "column.naive",
        "adjusted",
        "placebo",
    )
    return Table(tell.say("past.table"), tuple(tell.say(f"past.{name}") for name in names), rows, n_labels=2)
