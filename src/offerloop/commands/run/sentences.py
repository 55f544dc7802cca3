"""The decision in words. Everything is computed; nothing is said that the tables do not say."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from offerloop.commands.run.basis_sentences import basis_mark
from offerloop.commands.run.facts import (
    AS_SENT,
    ASSUMED,
    ESTIMATED,
    NOTHING,
    PLAN,
    TRANSFERRED,
    UNKNOWN,
    BreakEven,
    CampaignFacts,
    RunFacts,
)
from offerloop.commands.run.findings import Findings
from offerloop.commands.run.power import Reach, reach_sentence
from offerloop.evaluation import se_of
from offerloop.message import Message, followed, quoted
from offerloop.report import Localizer, period_text

POLICIES = {
    NOTHING: Message("no offer", context="reference policies"),
    PLAN: Message("the plan", context="reference policies"),
    AS_SENT: Message("the plan as sent"),
    "same offer for all": Message("the same offer for all"),
    "random customers": Message("random customers", context="reference policies"),
    "most likely buyers": Message("the most likely buyers"),
}
"""What a reader calls the plan, and the simple policies that it is compared with."""
LUCK_SEEN = 0.02
"""The least luck that is told, as a share of the interval's width: more shows beside the estimated profit."""
NOUNS = {
    "coupons": Message("coupons", context="what a campaign offers"),
    "offers": Message("offers", context="what a campaign offers"),
}
"""What a campaign's offers are called."""


def may_exceed(title: str) -> Message:
    """Say that the budget of a campaign with this title may be exceeded: see `CampaignFacts.may_exceed`."""
    return Message(
        "Customers may use an offer of “{campaign}” for several orders. Its budget counts what is expected where that "
        "is more than one use. So it holds on average and can be exceeded; to rule that out, limit each offer to one "
        "use.",
        campaign=title,
    )


def headline(facts: RunFacts) -> Message:
    """What to do with every campaign, in one line."""
    sent = facts.sent
    if not sent and facts.is_over:
        return Message("Send nothing: no offer is valid in the period of the plan.")
    if not sent and facts.n_explore:
        return Message(
            "Send no plan this time; {n} customer gets an offer at random.",
            plural="Send no plan this time; {n} customers get an offer at random.",
            n=facts.n_explore,
        )
    if not sent:
        return (
            Message("Send nothing: nothing shows what these offers do.")
            if facts.basis == UNKNOWN
            else Message("Send nothing this time.")
        )
    titles, kept = _titles(sent), _titles([one for one in facts.campaigns if not one.findings.send])
    if facts.basis == ASSUMED:
        return _on_assumption(facts.reach, titles, kept)
    said = (
        Message("Send {sent}; do not send {kept}.", sent=titles, kept=kept)
        if kept
        else Message("Send {sent}.", context="decision", sent=titles)
    )
    assumed = _titles([one for one in sent if one.is_assumed])
    if not assumed:
        return said
    return followed(said, Message("What {titles} would change is assumed, not measured.", titles=assumed))


def _titles(campaigns: Sequence[CampaignFacts]) -> Message | str:
    """Titles in quotation marks; empty where there is none."""
    return quoted([one.findings.title for one in campaigns])


def _on_assumption(reach: Reach | None, sent: Message | str, kept: Message | str) -> Message:
    """A plan that rests on assumptions is a test only where a read-out could show something within a year."""
    if reach is None:
        text = (
            Message("Send {sent} as a test: what it changes is assumed, not measured; do not send {kept}.")
            if kept
            else Message("Send {sent} as a test: what it changes is assumed, not measured.")
        )
        return text.with_values(sent=sent, kept=kept)
    if not reach.can_show or reach.days is None:
        text = (
            Message(
                "Send {sent} on trust only: its effect is assumed, and no test of this plan could show "
                "it within a year; do not send {kept}."
            )
            if kept
            else Message(
                "Send {sent} on trust only: its effect is assumed, and no test of this plan could show "
                "it within a year."
            )
        )
        return text.with_values(sent=sent, kept=kept)
    text = (
        Message("Send {sent} as a test over {time}: what it changes is assumed, not measured; do not send {kept}.")
        if kept
        else Message("Send {sent} as a test over {time}: what it changes is assumed, not measured.")
    )
    return text.with_values(sent=sent, kept=kept, time=period_text(reach.days))


def usual_sentence(findings: Findings, _: Localizer) -> str:
    """Say that nobody with business as usual gets an offer; empty where somebody does, or where that is meant."""
    if not findings.usual_is_nothing:
        return ""
    return _("Nobody with business as usual gets an offer, so a read-out compares the plan with nothing.")


def decision(facts: RunFacts) -> str:
    """One paragraph for all campaigns, and what a read-out could show."""
    said = [campaign_sentence(one, facts) for one in facts.campaigns]
    return facts.localizer.sentences([*said, *test_sentences(facts)])


def test_sentences(facts: RunFacts) -> list[str]:
    """What a read-out of the plan could show; none where nothing is sent."""
    return [] if facts.reach is None else [reach_sentence(facts.reach, facts.localizer)]


def campaign_sentence(campaign: CampaignFacts, facts: RunFacts) -> str:
    """What to do with one campaign, and how sure that is."""
    return facts.localizer(
        "{title}: {body}", context="pattern", title=campaign.findings.title, body=campaign_body(campaign, facts)
    )


def campaign_body(campaign: CampaignFacts, facts: RunFacts, *, marked: bool = True) -> str:
    """The same without the title; `marked` says what it rests on, where the page does not."""
    return _send(campaign, facts, marked=marked) if campaign.findings.send else _keep(campaign, facts, marked=marked)


def _mark(campaign: CampaignFacts, facts: RunFacts, *, marked: bool) -> str:
    return (
        facts.localizer(" ({basis})", context="pattern", basis=basis_mark(campaign, facts.localizer)) if marked else ""
    )


def _send(campaign: CampaignFacts, facts: RunFacts, *, marked: bool) -> str:
    _, sent = facts.localizer, campaign.sent_forecast
    what = _(
        "send {n} {noun} for {period}; expected profit {profit} on an expected spend of {spend}{most}{mark}.",
        n=campaign.n_sent,
        noun=noun(campaign, _),
        period=facts.period,
        profit=_.estimate(sent.profit),
        spend=campaign.costs.text(sent.spend_minor),
        most=_most(campaign, _),
        mark=_mark(campaign, facts, marked=marked),
    )
    said = [
        what,
        _policy(campaign, _),
        _unproven(campaign, _),
        _plan_before_draws(campaign, facts),
        lead_sentence(campaign, _),
        _ahead(campaign, facts),
        _assumed(campaign, _),
        _luck(campaign, facts),
    ]
    return _.sentences(filter(None, said))


def _unproven(campaign: CampaignFacts, _: Localizer) -> str:
    """Why a plan is sent though the interval of what is sent holds zero; empty where it does not."""
    least = campaign.findings.least_errors
    if campaign.sent_forecast.profit.low > 0 or campaign.is_assumed:
        return ""
    if campaign.plan.profit.low > 0:
        return _("The interval of the whole plan lies above zero; that of those who get its offers does not.")
    if least == 0:
        return _(
            "The interval holds zero, so nothing proves that this pays; it is sent because the "
            "campaign only requires a positive expected profit."
        )
    return _(
        "The interval holds zero, so nothing proves that this pays; it is sent because the estimated profit is more "
        "than {least} standard errors above zero.",
        least=round(least, 2),
    )


def _most(campaign: CampaignFacts, _: Localizer) -> str:
    """The most that it can cost, where that has a limit."""
    most = campaign.liability_sent_minor
    return "" if most is None else _(", at most {most}", context="decision", most=campaign.costs.text(most))


def _policy(campaign: CampaignFacts, _: Localizer) -> str:
    """Which simpler policy is sent in place of a plan that chooses by customer."""
    policy = campaign.findings.policy
    return (
        ""
        if policy == PLAN
        else _(
            "What is sent is {rule}: customers left out of the choice say that it brings more than "
            "choosing by customer.",
            rule=rule_name(policy, _),
        )
    )


def _plan_before_draws(campaign: CampaignFacts, facts: RunFacts) -> str:
    """The plan before holdout and random draws, where it is another one."""
    if campaign.n_sent == campaign.findings.n_planned:
        return ""
    _ = facts.localizer
    profit, spend = _.estimate(campaign.plan.profit), campaign.costs.text(campaign.plan.spend_minor)
    text = (
        Message("For all whom the plan chose, about {n}, the estimated profit is {profit} on {spend}.")
        if facts.is_projected
        else Message(
            "The plan chose {n} customers; the random test drew {out} of them. "
            "For all {n} the estimated profit is {profit} on {spend}."
        )
    )
    return _(
        text,
        n=campaign.findings.n_planned,
        out=campaign.findings.n_planned - campaign.n_sent,
        profit=profit,
        spend=spend,
    )


def _luck(campaign: CampaignFacts, facts: RunFacts) -> str:
    """How much less is expected than estimated, as a plan that is sent owes something to luck."""
    profit = campaign.sent_forecast.profit
    luck = (profit.low + profit.high) / 2 - profit.value
    if not profit.has_interval or luck < LUCK_SEEN * (profit.high - profit.low):
        return ""
    return facts.localizer(
        "Expected profit leaves {luck} of the estimated profit out: plans that are sent owe that much to luck on "
        "average (winner's curse).",
        luck=facts.money.text(luck),
    )


def noun(campaign: CampaignFacts, _: Localizer) -> str:
    """What a campaign's offers are called."""
    return _(NOUNS[campaign.noun])


def _assumed(campaign: CampaignFacts, _: Localizer) -> str:
    """A warning where the forecast rests on what the shop expects, which no interval holds."""
    share = campaign.findings.assumed_share
    if not share:
        return ""
    return (
        _(
            "Every effect in this plan is the shop's own assumption, not learned from data; no "
            "interval tells how far it is off."
        )
        if campaign.is_assumed
        else _(
            "{share} of the planned offers count by the shop's own assumption, not by data: no interval holds that.",
            share=_.share(share),
        )
    )


def _ahead(campaign: CampaignFacts, facts: RunFacts) -> str:
    """How much of the gain may only be bought ahead, in money: the forecast counts it as gained.

    Shelf prices tell it of offers that rest on them alone.
    """
    if not facts.pulled_forward or campaign.is_assumed or not campaign.bases <= {TRANSFERRED, ASSUMED}:
        return ""
    forecast = campaign.sent_forecast
    gained = forecast.profit.value + (forecast.spend_minor if campaign.in_money else 0)
    return facts.localizer(
        "About {lost} of the {gained} that is gained before the cost of offers may be purchases brought forward from "
        "the week after.",
        lost=facts.money.text(facts.pulled_forward * gained),
        gained=facts.money.text(gained),
    )


def _keep(campaign: CampaignFacts, facts: RunFacts, *, marked: bool) -> str:
    _, profit = facts.localizer, campaign.plan.profit
    if campaign.is_over:
        return _("send none; none of its offers is valid in the period of the plan.")
    if not campaign.has_offers:
        return _("send none; it has no offers.")
    if not campaign.findings.has_audience:
        return _("send none; nobody who may get offers is in its audience.")
    if campaign.basis == UNKNOWN:
        return _("send none; nothing shows what these offers do, so no plan can be made.")
    sentence = _(
        _why_kept(campaign),
        margin=facts.at_margin,
        budget=campaign.costs.exact(campaign.findings.budget_minor),
        profit=_.estimate(profit),
        noun=noun(campaign, _),
        mark=_mark(campaign, facts, marked=marked),
    )
    return _.sentences(filter(None, (sentence, _what_would_pay(campaign, _))))


def _what_would_pay(campaign: CampaignFacts, _: Localizer) -> str:
    """Which supplier share would change the decision; empty where none would, as something else decides."""
    if campaign.findings.is_paused or campaign.findings.pays_alone or not campaign.in_money:
        return ""
    share = campaign.supplier_share
    if share.beyond_interval is not None and share.beyond_interval <= (campaign.funded_share or 0):
        share = replace(share, beyond_interval=0.0)
    if campaign.is_short_of_budget and share.beyond_interval != 0:
        return ""
    return break_even_sentence(share, _, assumed=campaign.is_assumed)


def _why_kept(campaign: CampaignFacts) -> Message:
    """Why a plan with known effects is not sent."""
    profit = campaign.plan.profit
    if campaign.findings.pays_alone:
        return Message(
            "send none; by itself it would bring {profit}, but other campaigns bring more with the "
            "same customers and limits."
        )
    if campaign.is_short_of_budget:
        return _short_of_budget(campaign)
    if campaign.findings.n_planned == 0:
        return Message("send none; at {margin} no offer is estimated to pay for any customer.")
    if profit.value > 0:
        return _too_unsure(campaign)
    return (
        Message(
            "send none; no targeting of these {noun} beats doing nothing at {margin}. The best plan "
            "would have changed profit by {profit}{mark}."
        )
        if profit.high < 0
        else Message("send none; the best plan's forecast at {margin} is {profit}{mark}, which is not above zero.")
    )


def _too_unsure(campaign: CampaignFacts) -> Message:
    """Why a plan with a forecast above zero is not sent: guardrails, its interval, or its distance from zero."""
    profit, send = campaign.plan.profit, campaign.settings.send
    if campaign.findings.is_paused:
        return Message(
            "send none; the best plan is forecast to bring {profit}, but guardrails stopped this campaign, and it is "
            "not sent while it is paused."
        )
    if send == "proven":
        return Message(
            "send none; the best plan is forecast to bring {profit}. The interval includes zero, so it may be no "
            "better than doing nothing."
        )
    least, errors = campaign.findings.least_errors, profit.value / se_of(profit)  # with no error it would be sent
    return Message(
        "send none; the best plan is forecast to bring {profit}. That is {errors} standard errors above zero, and this "
        'campaign (send = "{send}") is only sent above {least}.',
        errors=math.floor(100 * errors) / 100,
        send=send,
        least=round(least, 2),
    )


def _short_of_budget(campaign: CampaignFacts) -> Message:
    """Which limit does not pay for a single offer: the campaign's own budget, which then has a price, or another."""
    if campaign.findings.budget_minor == 0:
        return Message("send none; the budget is 0.")
    if campaign.findings.shadow_price > 0:
        return Message("send none; the budget of {budget} does not pay for a single offer.")
    return Message("send none; the limits that campaigns share do not allow a single offer.")


def break_even_sentence(share: BreakEven, _: Localizer, *, assumed: bool = False) -> str:
    """Which supplier share would change the decision; at 0 it is none, as it would pay as it is."""
    if share.estimate is None:
        return _("It would not pay even if suppliers paid the whole discount.")
    if share.beyond_interval is None:
        return _(
            "It might pay if suppliers paid part or all of the discount, but the data do not show that clearly at any "
            "share."
        )
    if share.beyond_interval == 0:
        return (
            _("If the assumption holds, it would pay as it is without limits.")
            if assumed
            else _("With the best targeting and without limits it would clearly pay as it is.")
        )
    return (
        _(
            "If the assumption holds, it pays once suppliers pay {share} of each discount.",
            share=_.level(share.beyond_interval),
        )
        if assumed
        else _(
            "With the best targeting it clearly pays once suppliers pay {share} of each discount.",
            share=_.level(share.beyond_interval),
        )
    )


def rule_name(name: str, _: Localizer) -> str:
    """What a reader calls the plan or a reference policy."""
    return _.named(POLICIES, name)


def lead_sentence(campaign: CampaignFacts, _: Localizer) -> str:
    """Whether the plan does better than the reference policies, each at the plan's spend or all that it can spend."""
    level = [rule for rule in campaign.rules if campaign.level_with(rule)]
    if not campaign.rules:
        return ""
    best = campaign.best_rule
    if not level and best is not None:
        text = (
            Message(
                "By the same assumption it beats every reference policy (simple rule). The best of these, "
                "{rule}, earns {lead} less."
            )
            if campaign.is_assumed
            else Message(
                "It beats the reference policy (a simple rule): {rule} earns {lead} less.",
                plural="It beats all {n} reference policies. The best of these, {rule}, earns {lead} less.",
            ).with_values(n=len(campaign.rules))
        )
        return _(text, rule=rule_name(best.name, _), lead=_.estimate(best.lead))
    names = _.both([rule_name(rule.name, _) for rule in level])
    return _(
        "Personalising is not distinguishable from {rules} (lead {leads}): the reference policy may serve as well.",
        rules=names,
        leads=_.listed(_.estimate(rule.lead) for rule in level),
    )


def claim_sentence(campaign: CampaignFacts, _: Localizer, *, again: bool = False) -> str:
    """The winner's curse: what the choosing estimates claim, against what other customers show."""
    if again and not campaign.is_held_out:
        return ""
    if campaign.is_assumed:
        return _(
            "All of these figures follow from one assumption, made for the plan and for the rules "
            "alike. They show what the plan would bring if it is right; they cannot show whether "
            "it is."
        )
    if campaign.bases == {ESTIMATED}:
        return _(
            "The estimates that chose this plan also value it. They were judged on customers left out of what learned "
            "them, and are shrunk as far as they may be luck."
        )
    if not campaign.is_held_out:
        return _("The estimates that chose this plan also value it: no other half of the customers does.")
    if again:
        return _(
            "Winner's curse again: the estimates that chose this {n} customer claim {claimed}; the "
            "half that did not choose them shows {profit}.",
            plural="Winner's curse again: the estimates that chose these {n} customers claim {claimed}; "
            "the half that did not choose them shows {profit}.",
            n=campaign.findings.n_planned,
            claimed=_.money.text(campaign.findings.claimed_minor),
            profit=_.estimate(campaign.plan.profit),
        )
    if campaign.plan.profit.value >= campaign.findings.claimed_minor:
        return _(
            "The estimates that chose the plan claim {claimed}. Valued by the half of the customers that did not "
            "choose it, the plan is worth {profit}, which is no less: luck in choosing (the winner's curse) does not "
            "show here.",
            claimed=_.money.text(campaign.findings.claimed_minor),
            profit=_.estimate(campaign.plan.profit),
        )
    return _(
        "The estimates that chose this {n} customer claim {claimed}. Valued by the half of the "
        "customers that did not choose them, the same plan is worth {profit}. The difference "
        "is the winner's curse: whoever picks the highest estimates also picks the luckiest "
        "errors. This report therefore never shows the claim as a forecast.",
        plural="The estimates that chose these {n} customers claim {claimed}. Valued by the half of "
        "the customers that did not choose them, the same plan is worth {profit}. The "
        "difference is the winner's curse: whoever picks the highest estimates also picks the "
        "luckiest errors. This report therefore never shows the claim as a forecast.",
        n=campaign.findings.n_planned,
        claimed=_.money.text(campaign.findings.claimed_minor),
        profit=_.estimate(campaign.plan.profit),
    )
