"""Section 4: what past campaigns did, naive against adjusted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from offerloop.evaluation.estimate import Estimate
from offerloop.report.blocks import Block, Bullets, Missing, Section, Table, Text
from offerloop.report.charts.drawing import figure, money_labels
from offerloop.report.charts.forest import Dot, forest
from offerloop.report.findings import Findings
from offerloop.report.numbers import Money, count, iso_day

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
    period: str
    note: str

    @classmethod
    def read(cls, row: dict[str, Any]) -> PastCampaign:
        """From a row of the table of past campaigns."""
        naive, adjusted, placebo = (
            None if row[f"{name}_minor"] is None else Estimate.of(row[f"{name}_minor"], row[f"{name}_se"])
            for name in ("naive", "adjusted", "placebo")
        )
        period = f"{iso_day(row['starts_day'])} to {iso_day(row['ends_day'])}"
        whole = naive or Estimate(0.0, 0.0, 0.0)
        return cls(
            row["campaign_id"], row["n_targeted"], row["n_others"], whole, adjusted, placebo, period, row["note"]
        )


def past_campaigns(findings: Findings) -> list[PastCampaign]:
    """All that could be judged, largest audience first."""
    table = findings.table("campaign_effects")
    if table is None:
        return []
    ordered = table.sort(["n_targeted", "campaign_id"], descending=[True, False])
    return [PastCampaign.read(row) for row in ordered.iter_rows(named=True)]


def past_campaigns_section(findings: Findings) -> Section:
    """A forest plot of the largest campaigns, and why even the adjusted figures are no proof."""
    past, money = past_campaigns(findings), Money(findings.config.shop.currency)
    if not past:
        text = (
            "No past campaign could be judged: give the sources 'campaigns' and 'audiences' with at least 50 "
            "customers targeted and 50 not. That would add what each campaign changed, beside the misleading "
            "naive figure."
        )
        return Section("past", "Past campaigns", "What past campaigns did is not known", (Missing(text),))
    largest = past[:SHOWN]
    blocks: list[Block] = [
        Text(
            "The naive figure compares targeted customers with the others. It is not an effect: campaigns went to "
            "people who spend much anyway. The adjusted figure compares how much the weekly spend of both groups "
            "changed. The placebo makes the same comparison between two periods before the campaign, when it "
            "should find nothing."
        ),
        _forest(largest, past, money),
    ]
    drifting = [one.name for one in past if one.placebo is not None and one.placebo.is_clear]
    if drifting:
        blocks.append(Text(_drift(drifting, sum(one.placebo is not None for one in past))))
    blocks.append(Text(_clear(past)))
    blocks.append(
        Text(
            f"{len(past)} campaigns could be judged; one that began before the data, or with fewer than 50 customers "
            "on either side, is not shown."
        )
    )
    notes = _notes(past)
    if notes:
        blocks += [Text("Where the data cut a window short:"), Bullets(notes)]
    return Section("past", "Past campaigns", _message(largest, money), tuple(blocks))


def _message(largest: list[PastCampaign], money: Money) -> str:
    naive = [one.naive.value for one in largest]
    clear = [one for one in largest if one.adjusted is not None and one.adjusted.is_clear]
    unproven = len(largest) - len(clear)
    return (
        f"Customers who got a campaign spend {money.text(min(naive))} to {money.text(max(naive))} a week more than "
        f"others, but they did so before: for {unproven} of the {len(largest)} largest campaigns no change can be "
        "shown"
    )


def _title(largest: list[PastCampaign], money: Money) -> str:
    adjusted = [one.adjusted.value for one in largest if one.adjusted is not None]
    if not adjusted:
        return "No past campaign had enough days before it for an adjusted figure"
    return (
        "Once earlier spending is taken into account, the difference in weekly spend shrinks to between "
        f"{money.text(min(adjusted))} and {money.text(max(adjusted))}"
    )


def _forest(largest: list[PastCampaign], past: list[PastCampaign], money: Money) -> Block:
    dots = []
    for one in largest:
        heading = f"Campaign {one.name} ({count(one.n_targeted)})"
        shown = (
            ("naive difference", one.naive, "control"),
            ("adjusted", one.adjusted, "ours"),
            ("placebo", one.placebo, "placebo"),
        )
        dots += [
            Dot(heading, name, estimate.times(1 / money.unit), look)
            for name, estimate, look in shown
            if estimate is not None
        ]
    return figure(
        "past-campaigns",
        _title(largest, money),
        f"Difference of weekly spend ({money.currency} a customer), targeted less others, with 95 % intervals; the "
        f"{len(largest)} campaigns of largest audience, customers targeted in brackets",
        forest(dots, money_labels(money)),
        _table(past, money),
        says=_says(largest, money),
    )


def _says(largest: list[PastCampaign], money: Money) -> str:
    said = [
        f"campaign {one.name}: naive {money.estimate(one.naive)}, adjusted {_shown(one.adjusted, money)}"
        for one in largest
    ]
    return "; ".join(said) + "."


def _drift(drifting: list[str], total: int) -> str:
    names = ", ".join(drifting)
    return (
        f"In {len(drifting)} of the {total} campaigns with a placebo ({names}) it is away from zero: the spend of "
        "targeted customers was already moving differently before the campaign, so their adjusted figures are not "
        "clean either. Only customers kept out by lot can show what a campaign does; every plan keeps some."
    )


def _clear(past: list[PastCampaign]) -> str:
    clear = [one.name for one in past if one.adjusted is not None and one.adjusted.is_clear]
    found = f"({', '.join(clear)}) " if clear else ""
    drifting = [one.name for one in past if one.name in clear and one.placebo is not None and one.placebo.is_clear]
    also = f" Of these, {', '.join(drifting)} had a placebo away from zero too." if drifting else ""
    return (
        f"{len(clear)} of {len(past)} campaigns {found}have an adjusted figure away from zero beyond its interval; "
        f"by chance alone about {max(1, round(len(past) / 20))} would.{also}"
    )


def _notes(past: list[PastCampaign]) -> tuple[str, ...]:
    named: dict[str, list[str]] = {}
    for one in past:
        if one.note:
            named.setdefault(one.note, []).append(one.name)
    return tuple(f"Campaign{'s' if len(names) > 1 else ''} {', '.join(names)}: {note}" for note, names in named.items())


def _shown(estimate: Estimate | None, money: Money) -> str:
    return "no figure" if estimate is None else money.estimate(estimate)


def _table(past: list[PastCampaign], money: Money) -> Table:
    columns = ("campaign", "period", "targeted", "others", "naive (not an effect)", "adjusted", "placebo")
    rows = tuple(
        (
            one.name,
            one.period,
            count(one.n_targeted),
            count(one.n_others),
            money.estimate(one.naive),
            _shown(one.adjusted, money),
            _shown(one.placebo, money),
        )
        for one in past
    )
    return Table(
        "All campaigns that could be judged: weekly spend a customer, 95 % intervals", columns, rows, n_labels=2
    )
