"""Section 7: the plan beside reference policies at equal spend."""

from __future__ import annotations

from collections.abc import Sequence

from offerloop.commands.run.basis_sentences import basis_mark
from offerloop.commands.run.facts import EQUAL_SPEND, UNKNOWN, CampaignFacts, ComparedPolicy, RunFacts
from offerloop.commands.run.sentences import claim_sentence, rule_name
from offerloop.message import Message
from offerloop.report import Block, Dot, Figure, Localizer, Section, Table, Text, figure, forest, money_labels

SHOWN = 2
BEATEN = {
    1: Message("reference policy", context="reference policies"),
    2: Message("two reference policies", context="reference policies"),
    3: Message("three reference policies", context="reference policies"),
}
"""The reference policies that the plan beats, by how many they are."""


def rules_section(facts: RunFacts) -> Section:
    """One forest plot for each campaign with a plan, sent ones first."""
    _ = facts.localizer
    ordered = sorted((one for one in facts.campaigns if one.rules), key=lambda one: not one.findings.send)
    blocks: list[Block] = [
        Text(
            _(
                "A plan is only worth its trouble when it beats rules that anybody could follow, "
                "spending the same: the one best offer for everyone, customers drawn at random, or those "
                "most likely to buy anyway. Zero is doing nothing."
            )
        )
    ]
    for position, campaign in enumerate(ordered[:SHOWN]):
        blocks.append(_figure(campaign, facts))
        said = (_spends(campaign, _), claim_sentence(campaign, _, again=bool(position)))
        blocks += [Text(text) for text in said if text]
    blocks += [_table(one, _) for one in ordered[SHOWN:]]
    if ordered:
        blocks.append(Text(_profits_of_customers(ordered, _)))
    message = _message(ordered[0], _) if ordered else _(_no_plan(facts))
    return Section("rules", _("Reference policies", context="section name"), message, tuple(blocks))


def _no_plan(facts: RunFacts) -> Message:
    return (
        Message("There is no plan to compare: nothing shows what the offers do")
        if facts.basis == UNKNOWN
        else Message("There is no plan to compare: no offer is estimated to pay")
    )


def _profits_of_customers(campaigns: Sequence[CampaignFacts], _: Localizer) -> str:
    """What a reader must know of the profit of each customer in the file."""
    if all(one.is_assumed for one in campaigns):
        return _("Profits in assignments.csv rest on the same assumption; they have no interval either.")
    return (
        _("In assignments.csv profit and profit_held_out are the same: no other half of the customers values an offer.")
        if not any(one.is_held_out for one in campaigns)
        else _(
            "Profits in assignments.csv are too optimistic (winner's curse). Use the column profit_held_out,"
            " estimated on the other half of the customers."
        )
    )


def _names(rules: list[ComparedPolicy], _: Localizer) -> str:
    return _.both([rule_name(rule.name, _) for rule in rules])


def _level(campaign: CampaignFacts) -> list[ComparedPolicy]:
    return [rule for rule in campaign.rules if campaign.level_with(rule)]


def _message(campaign: CampaignFacts, _: Localizer) -> str:
    title, level, n_rules = campaign.findings.title, _level(campaign), len(campaign.rules)
    if campaign.plan.profit.high < 0:
        return _("No way of choosing customers makes “{title}” pay", title=title)
    if level:
        return _(
            "Choosing customers one by one cannot be told from {rules} (“{title}”)", rules=_names(level, _), title=title
        )
    beaten = _(BEATEN.get(n_rules, Message("{n} reference policies", context="reference policies")), n=n_rules)
    return (
        _(
            "By the shop's assumption, not by data, the plan is ahead of the {rules} (“{title}”)",
            rules=beaten,
            title=title,
        )
        if campaign.is_assumed
        else _(
            "Choosing customers one by one is worth it: the plan beats the {rules} (“{title}”)",
            rules=beaten,
            title=title,
        )
    )


def _finding(campaign: CampaignFacts, _: Localizer) -> str:
    level, best = _level(campaign), campaign.best_rule
    if campaign.plan.profit.high < 0:
        better = [_better(rule, campaign, _) for rule in campaign.rules if rule.lead.high < 0]
        return _.clauses([_("the plan loses money, so doing nothing is best"), *better])
    if level:
        return _("the plan cannot be told from {rules}", rules=_names(level, _))
    leads = _("the plan leads every reference policy")
    if best is None:
        return leads
    return leads + _("; the best of them, {rule}, by {lead}", rule=rule_name(best.name, _), lead=_.estimate(best.lead))


def _better(rule: ComparedPolicy, campaign: CampaignFacts, _: Localizer) -> str:
    """A rule that does better than the plan, and whether only because it spends less."""
    finding = (
        Message("{rule} loses less", context="reference policies")
        if rule.profit.value < 0
        else Message("{rule} does better", context="reference policies")
    )
    text = _(finding, rule=rule_name(rule.name, _))
    if not _spends_less(rule, campaign):
        return text
    own, plan = (campaign.costs.text(spender.spend_minor) for spender in (rule, campaign.plan))
    return _("{text}, but also spends less ({own} against {plan})", text=text, own=own, plan=plan)


def _figure(campaign: CampaignFacts, facts: RunFacts) -> Figure:
    _, money = facts.localizer, facts.money
    ordered = (campaign.plan, *sorted(campaign.rules, key=lambda rule: -rule.profit.value))
    dots = [
        Dot(
            "",
            f"{rule_name(rule.name, _)}\n{_.brief(rule.profit)}",
            rule.profit.times(1 / money.unit),
            "ours" if rule == campaign.plan else "control",
            assumed=not rule.profit.has_interval,
        )
        for rule in ordered
    ]
    said = (
        _("{rule}: {profit}", context="name and figure", rule=rule_name(rule.name, _), profit=_.brief(rule.profit))
        for rule in ordered
    )
    return figure(
        f"rules-{facts.campaigns.index(campaign) + 1}",
        _("{title}: {finding}", context="page title", title=campaign.findings.title, finding=_finding(campaign, _)),
        _measure(campaign, facts),
        forest(dots, money_labels(money), lines_per_row=2),
        _table(campaign, _),
        says=_.stopped(_.clauses(said)),
        mark=basis_mark(campaign, _),
        localizer=_,
    )


def _measure(campaign: CampaignFacts, facts: RunFacts) -> str:
    """What the axis shows, with the spend at which the policies are compared."""
    text = (
        Message(
            "Profit of {period} ({currency}) against doing nothing if the shop's assumption holds; "
            "hollow: assumed, without an interval; expected spend {spend}"
        )
        if campaign.is_assumed
        else Message(
            "Estimated profit of {period} ({currency}) against doing nothing, 95 % intervals; expected spend {spend}"
        )
    )
    spend = campaign.costs.text(campaign.plan.spend_minor)
    return facts.localizer(text, period=facts.period, currency=facts.money.currency, spend=spend)


def _spends(campaign: CampaignFacts, _: Localizer) -> str:
    less = [rule for rule in campaign.rules if _spends_less(rule, campaign)]
    return (
        _(
            "This comparison is not at equal spend: even if every eligible customer got the offer, "
            "{rules} would spend less than the plan; the table shows how much.",
            rules=_names(less, _),
        )
        if less
        else ""
    )


def _spends_less(rule: ComparedPolicy, campaign: CampaignFacts) -> bool:
    return rule.spend_minor < campaign.plan.spend_minor * (1 - EQUAL_SPEND)


def _table(campaign: CampaignFacts, _: Localizer) -> Table:
    rows = tuple(
        (
            rule_name(rule.name, _),
            _.count(rule.n_customers),
            campaign.costs.text(rule.spend_minor),
            _.brief(rule.profit),
            "" if rule == campaign.plan else _.brief(rule.lead),
        )
        for rule in (campaign.plan, *campaign.rules)
    )
    columns = (
        _("rule", context="column title"),
        _("customers", context="column title"),
        _("expected spend", context="column title"),
        _("profit", context="column title of a plan"),
        _("the plan leads by"),
    )
    caption = (
        Message("Plan and reference policies, {title}; assumed, without intervals")
        if campaign.is_assumed
        else Message("Plan and reference policies, {title}; 95 % intervals")
    )
    return Table(_(caption, title=campaign.findings.title), columns, rows)
