"""Words of the section on past campaigns."""

from __future__ import annotations

WORDS: dict[str, str] = {
    # Past campaigns.
    "past.label": "Past campaigns",
    "past.none": "What past campaigns did is not known",
    "past.none_text": (
        "No past campaign could be judged: give the sources 'campaigns' and 'audiences' with at least 50 customers "
        "targeted and 50 not. That would add what each campaign changed, beside the misleading naive figure."
    ),
    "past.intro": (
        "The naive figure compares targeted customers with the others. It is not an effect: campaigns went to people "
        "who spend much anyway. The adjusted figure compares how much the weekly spend of both groups changed. The "
        "placebo makes the same comparison between two periods before the campaign, when it should find nothing."
    ),
    "past.judged": (
        "{n} campaigns could be judged; one that began before the data, or with fewer than 50 customers on either "
        "side, is not shown."
    ),
    "past.cut": "Where the data cut a window short:",
    "past.message": (
        "Customers who got a campaign spend {low} to {high} a week more than others, but they did so before: for "
        "{unproven} of the {n} largest campaigns no change can be shown"
    ),
    "past.title.none": "No past campaign had enough days before it for an adjusted figure",
    "past.title": (
        "Once earlier spending is taken into account, the difference in weekly spend shrinks to between {low} and "
        "{high}"
    ),
    "past.campaign": "Campaign {name} ({n})",
    "past.naive": "naive difference",
    "past.adjusted": "adjusted",
    "past.placebo": "placebo",
    "past.measure": (
        "Difference of weekly spend ({currency} a customer), targeted less others, with 95 % intervals; the {n} "
        "campaigns of largest audience, customers targeted in brackets"
    ),
    "past.says": "campaign {name}: naive {naive}, adjusted {adjusted}",
    "past.drift": (
        "In {n} of the {all} campaigns with a placebo ({names}) it is away from zero: the spend of targeted customers "
        "was already moving differently before the campaign, so their adjusted figures are not clean either. Only "
        "customers kept out by lot can show what a campaign does; every plan keeps some."
    ),
    "past.clear": (
        "{n} of {all} campaigns {found}have an adjusted figure away from zero beyond its interval; by chance alone "
        "about {chance} would."
    ),
    "past.found": "({names}) ",
    "past.clear_drift": "Of these, {names} had a placebo away from zero too.",
    "past.note": "Campaign {name}: {note}",
    "past.notes": "Campaigns {names}: {note}",
    "past.no_figure": "no figure",
    "past.reached": (
        "What did reaching a customer for the first time change? Those first reached by a type of campaign are "
        "compared with those not reached until later, never with those reached before. A placebo away from zero says "
        "that both moved differently already."
    ),
    "past.reached.table": "First reached, in the eight weeks from then on: weekly spend a customer, 95 % intervals",
    "past.reached.type": "type of campaign",
    "past.reached.n": "reached",
    "past.reached.effect": "effect",
    "past.table": "All campaigns that could be judged: weekly spend a customer, 95 % intervals",
    "past.column.campaign": "campaign",
    "past.column.period": "period",
    "past.column.targeted": "targeted",
    "past.column.others": "others",
    "past.column.naive": "naive (not an effect)",
}
