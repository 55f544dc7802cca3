"""Section 4: what past campaigns did, naive difference against difference-in-differences."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

from offerloop.commands.run.findings import Findings
from offerloop.evaluation import Estimate
from offerloop.message import Message, unpacked
from offerloop.report import (
    Block,
    Bullets,
    Dot,
    Localizer,
    NotKnown,
    Section,
    Table,
    Text,
    figure,
    forest,
    iso_day,
    money_labels,
)

SHOWN = 6
COMPARISONS = {
    "naive": Message("naive difference", context="label of a line"),
    "adjusted": Message("difference-in-differences", context="label of a line"),
    "placebo": Message("placebo", context="label of a line"),
}
"""The three figures of a campaign."""
ONE_CLEAR = Message(
    "Customers who got the campaign spend {low} more per week than others, but they did so before: the "
    "difference-in-differences shows a change"
)
ONE_UNPROVEN = Message(
    "Customers who got the campaign spend {low} more per week than others, but they did so before: no change can be "
    "shown"
)
ONE_DIFFERS_CLEAR = Message(
    "The weekly spend of customers who got the campaign differs from that of others by {low}: the "
    "difference-in-differences shows a change"
)
ONE_DIFFERS_UNPROVEN = Message(
    "The weekly spend of customers who got the campaign differs from that of others by {low}: no change can be shown"
)


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
    note: tuple[Message, ...]

    @property
    def spent_more_before(self) -> bool:
        """Whether targeted customers spend more than others and did so before it, as far as can be compared."""
        return self.naive.value > 0 and self.adjusted is not None and self.adjusted.value < self.naive.value

    @classmethod
    def read(cls, row: dict[str, Any]) -> PastCampaign:
        """Build it from a row of the table of past campaigns."""
        naive, adjusted, placebo = (
            None if row[f"{name}_minor"] is None else Estimate.of(row[f"{name}_minor"], row[f"{name}_se"])
            for name in ("naive", "adjusted", "placebo")
        )
        first, last = (iso_day(row[name]) for name in ("starts_day", "ends_day"))
        whole, sizes = naive or Estimate(0.0, 0.0, 0.0), (row["n_targeted"], row["n_others"])
        return cls(row["campaign_id"], *sizes, whole, adjusted, placebo, first, last, unpacked(row["note_message"]))


def past_campaigns(findings: Findings) -> list[PastCampaign]:
    """All that could be judged, largest audience first."""
    table = findings.table("campaign_effects")
    if table is None:
        return []
    ordered = table.sort(["n_targeted", "campaign_id"], descending=[True, False])
    return [PastCampaign.read(row) for row in ordered.iter_rows(named=True)]


_COMPARISONS = Message(
    "The naive figure compares targeted customers with the others. It is not an effect: campaigns went to people who "
    "spend much anyway. The difference-in-differences compares how much the weekly spend of both groups changed. The "
    "placebo makes the same comparison between two periods before the campaign, when it should find nothing."
)


def past_campaigns_section(findings: Findings, _: Localizer) -> Section:
    """A forest plot of the largest campaigns, and why even the difference-in-differences is no proof."""
    past, label = past_campaigns(findings), _("Past campaigns", context="section name")
    if not past:
        return Section("past", label, _("What past campaigns did is not known"), (_none_judged(_),))
    largest = past[:SHOWN]
    blocks: list[Block] = [
        Text(_(_COMPARISONS)),
        _forest(largest, past, _),
        *_drifting(past, _),
        Text(_clear(past, _)),
        Text(
            _(
                "{n} campaign could be judged; one that began before the data, or with fewer than 50 "
                "customers on either side, is not shown.",
                plural="{n} campaigns could be judged; one that began before the data, or with fewer than 50 "
                "customers on either side, is not shown.",
                n=len(past),
            )
        ),
        *_first_reached(findings, _),
    ]
    notes = _notes(past, _)
    if notes:
        blocks += [Text(_("Where the data do not cover a whole window:")), Bullets(notes)]
    return Section("past", label, _message(largest, _), tuple(blocks))


def _none_judged(_: Localizer) -> NotKnown:
    return NotKnown(
        _(
            "No past campaign could be judged: give the sources 'campaigns' and 'audiences' with "
            "at least 50 customers targeted and 50 not. That would add what each campaign changed, "
            "beside the misleading naive figure."
        )
    )


def _drifting(past: list[PastCampaign], _: Localizer) -> list[Block]:
    """Return a warning where placebos are not zero."""
    names = [one.name for one in past if one.placebo is not None and one.placebo.is_clear]
    if not names:
        return []
    text = _(
        "In {n} of the {all} campaigns with a placebo ({names}), the placebo is not zero: the spend "
        "of targeted customers already changed differently before the campaign, so their "
        "differences-in-differences cannot be trusted either. Only customers held out at random can show "
        "what a campaign does; every plan holds some out.",
        n=len(names),
        all=sum(one.placebo is not None for one in past),
        names=_.listed(names),
    )
    return [Text(text)]


def _message(largest: list[PastCampaign], _: Localizer) -> str:
    naive = [one.naive.value for one in largest]
    clear = [one for one in largest if one.adjusted is not None and one.adjusted.is_clear]
    low, high = (_.money.text(end) for end in (min(naive), max(naive)))
    spent_more_before = all(one.spent_more_before for one in largest)
    if len(largest) == 1:
        texts = (ONE_CLEAR, ONE_UNPROVEN) if spent_more_before else (ONE_DIFFERS_CLEAR, ONE_DIFFERS_UNPROVEN)
        return _(texts[0] if clear else texts[1], low=low)
    if not spent_more_before:
        return _(
            "The weekly spend of customers who got a campaign differs from that of others by {low} to {high}; a change "
            "can be shown for {clear} of the {n} largest campaigns",
            low=low,
            high=high,
            clear=len(clear),
            n=len(largest),
        )
    return _(
        "Customers who got a campaign spend {low} to {high} more per week than others, but they "
        "did so before: for {unproven} of the {n} largest campaigns no change can be shown",
        low=low,
        high=high,
        unproven=len(largest) - len(clear),
        n=len(largest),
    )


def _title(largest: list[PastCampaign], _: Localizer) -> str:
    adjusted = [one.adjusted.value for one in largest if one.adjusted is not None]
    if not adjusted:
        return _("No past campaign had enough days before it for a difference-in-differences")
    if len(adjusted) == 1:
        return _(
            "Once earlier spending is taken into account, the difference in weekly spend is {low}",
            low=_.money.text(adjusted[0]),
        )
    return _(
        "Once earlier spending is taken into account, the difference in weekly spend lies between {low} and {high}",
        low=_.money.text(min(adjusted)),
        high=_.money.text(max(adjusted)),
    )


def _forest(largest: list[PastCampaign], past: list[PastCampaign], _: Localizer) -> Block:
    dots = []
    for campaign in largest:
        heading = _("Campaign {name} ({n})", context="past campaigns", name=campaign.name, n=campaign.n_targeted)
        shown = (
            ("naive", campaign.naive, "control"),
            ("adjusted", campaign.adjusted, "ours"),
            ("placebo", campaign.placebo, "placebo"),
        )
        dots += [
            Dot(heading, _(COMPARISONS[name]), estimate.times(1 / _.money.unit), look)
            for name, estimate, look in shown
            if estimate is not None
        ]
    return figure(
        "past-campaigns",
        _title(largest, _),
        _(
            "Difference of weekly spend ({currency} per customer), targeted less others, with 95 % "
            "intervals; {n} campaign, customers targeted in brackets",
            plural="Difference of weekly spend ({currency} per customer), targeted less others, with 95 % "
            "intervals; the {n} campaigns with the largest audiences, customers targeted in brackets",
            currency=_.currency,
            n=len(largest),
        ),
        forest(dots, money_labels(_.money)),
        _table(past, _),
        says=_figures_in_words(largest, _),
        localizer=_,
    )


def _figures_in_words(largest: list[PastCampaign], _: Localizer) -> str:
    said = [
        _(
            "campaign {name}: naive {naive}, adjusted {adjusted}",
            context="past campaigns",
            name=campaign.name,
            naive=_shown(campaign.naive, _),
            adjusted=_shown(campaign.adjusted, _),
        )
        for campaign in largest
    ]
    return _.stopped(_.clauses(said))


def _clear(past: list[PastCampaign], _: Localizer) -> str:
    clear = [one.name for one in past if one.adjusted is not None and one.adjusted.is_clear]
    drifting = [one.name for one in past if one.name in clear and one.placebo is not None and one.placebo.is_clear]
    said = _(
        "Adjusted figures whose interval excludes zero: {n} of {all}{found}; by chance alone about {chance} would be.",
        n=len(clear),
        all=len(past),
        found=_(" ({names})", context="pattern", names=_.listed(clear)) if clear else "",
        chance=len(past) / 20,
    )
    also = (
        Message("Of these, campaign {names} also failed its placebo check.")
        if len(drifting) == 1
        else Message("Of these, campaigns {names} also failed their placebo checks.")
    )
    return _.sentences([said, *([_(also, names=_.listed(drifting))] if drifting else [])])


def _notes(past: list[PastCampaign], _: Localizer) -> tuple[str, ...]:
    named: dict[tuple[Message, ...], list[str]] = {}
    for campaign in past:
        if campaign.note:
            named.setdefault(campaign.note, []).append(campaign.name)
    return tuple(
        _(
            "Campaigns {names}: {note}",
            context="past campaigns",
            names=_.listed(names),
            note=_.sentences(_(part) for part in note),
        )
        if len(names) > 1
        else _(
            "Campaign {name}: {note}",
            context="past campaigns",
            name=names[0],
            note=_.sentences(_(part) for part in note),
        )
        for note, names in named.items()
    )


def _first_reached(findings: Findings, _: Localizer) -> list[Block]:
    """Return a table by type of campaign; nothing where no customers can be compared."""
    table = findings.table("first_reached")
    if table is None:
        return []
    return [
        Text(
            _(
                "What did reaching a customer for the first time change? We compare customers at their first "
                "campaign of a type with customers not yet reached. If the placebo differs from zero, the groups"
                " already differed before it."
            )
        ),
        _first_reached_table(table, _),
    ]


def _first_reached_table(table: pl.DataFrame, _: Localizer) -> Table:
    rows = tuple(
        (
            row["campaign_type"] or _("all", context="type of campaign"),
            _.count(row["n_reached"]),
            *(_.money.estimate(Estimate.of(row[f"{name}_minor"], row[f"{name}_se"])) for name in ("effect", "placebo")),
        )
        for row in table.iter_rows(named=True)
    )
    columns = (
        _("type of campaign", context="column title"),
        _("reached", context="column title"),
        _("effect", context="column title"),
        _(COMPARISONS["placebo"]),
    )
    caption = _(
        "What the first contact changed in the eight weeks from then on: weekly spend per customer, 95 % intervals"
    )
    return Table(caption, columns, rows)


def _shown(estimate: Estimate | None, _: Localizer) -> str:
    return _("no figure", context="past campaigns") if estimate is None else _.money.estimate(estimate)


def _table(past: list[PastCampaign], _: Localizer) -> Table:
    rows = tuple(
        (
            campaign.name,
            _("{first} to {last}", context="range of days", first=campaign.first, last=campaign.last),
            _.count(campaign.n_targeted),
            _.count(campaign.n_others),
            *(_shown(estimate, _) for estimate in (campaign.naive, campaign.adjusted, campaign.placebo)),
        )
        for campaign in past
    )
    names = (
        _("campaign", context="column title of past campaigns"),
        _("period", context="column title of past campaigns"),
        _("targeted", context="column title of past campaigns"),
        _("others", context="column title of past campaigns"),
        _("naive (not an effect)"),
        _(COMPARISONS["adjusted"]),
        _(COMPARISONS["placebo"]),
    )
    return Table(
        _("All campaigns that could be judged: weekly spend per customer, 95 % intervals"),
        names,
        rows,
        n_labels=2,
    )
