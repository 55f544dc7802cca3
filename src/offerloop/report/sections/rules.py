"""Section 7: the plan beside simple rules at equal spend."""

from __future__ import annotations

from offerloop.report.blocks import Block, Figure, Section, Table, Text
from offerloop.report.charts.drawing import figure, money_labels
from offerloop.report.charts.forest import Dot, forest
from offerloop.report.facts import EQUAL_SPEND, RULE_NAMES, CampaignFacts, Facts, Rule
from offerloop.report.numbers import Money, count
from offerloop.report.sentences import BASIS, claim_sentence

SHOWN = 2
LIST = (
    "Profits in assignments.csv are by the estimates that chose the offers, so they carry the winner's curse; its "
    "column profit_held_out is the other half's view."
)
WORDS = {1: "simple rule", 2: "two simple rules", 3: "three simple rules"}


def rules_section(facts: Facts) -> Section:
    """One forest plot for each campaign with a plan, sent ones first."""
    ordered = sorted((one for one in facts.campaigns if one.rules), key=lambda one: not one.found.send)
    blocks: list[Block] = [
        Text(
            "A plan is only worth its trouble when it beats rules that anybody could follow, spending the same: "
            "the one best offer for everyone, customers drawn by lot, or those most likely to buy anyway. Zero is "
            "doing nothing."
        )
    ]
    for position, one in enumerate(ordered[:SHOWN]):
        blocks.append(_figure(one, facts))
        claim = _claim_again(one, facts) if position else claim_sentence(one, facts.money)
        blocks += [Text(text) for text in (_spends(one), claim) if text]
    blocks += [_table(one, facts) for one in ordered[SHOWN:]]
    if ordered:
        blocks.append(Text(LIST))
    else:
        return Section(
            "rules", "Simple rules", "There is no plan to compare: no offer is estimated to pay", tuple(blocks)
        )
    return Section("rules", "Simple rules", _message(ordered[0]), tuple(blocks))


def _message(one: CampaignFacts) -> str:
    if one.plan.profit.high < 0:
        return f"No way of choosing customers makes “{one.found.title}” pay"
    level = [RULE_NAMES[rule.name] for rule in one.rules if one.level_with(rule)]
    if level:
        return f"Choosing customers one by one cannot be told from {' and '.join(level)} (“{one.found.title}”)"
    beaten = WORDS.get(len(one.rules), f"{len(one.rules)} simple rules")
    return f"Choosing customers one by one is worth it: the plan beats the {beaten} (“{one.found.title}”)"


def _claim_again(one: CampaignFacts, facts: Facts) -> str:
    """The winner's curse of a further campaign, explained before."""
    money = facts.money
    return (
        f"Winner's curse again: the estimates that chose these {count(one.found.n_planned)} customers claim "
        f"{money.text(one.found.claimed_minor)}; the half that did not choose them shows "
        f"{money.estimate(one.plan.profit)}."
    )


def _finding(one: CampaignFacts, facts: Facts) -> str:
    level = [RULE_NAMES[rule.name] for rule in one.rules if one.level_with(rule)]
    if one.plan.profit.high < 0:
        better = [_better(rule, one, facts.money) for rule in one.rules if rule.lead.high < 0]
        return "; ".join(["the plan loses money, so doing nothing is best", *better])
    if level:
        return f"the plan cannot be told from {' and '.join(level)}"
    best = one.best_rule
    lead = "" if best is None else f"; the best of them, {RULE_NAMES[best.name]}, by {facts.money.estimate(best.lead)}"
    return f"the plan leads every simple rule{lead}"


def _better(rule: Rule, one: CampaignFacts, money: Money) -> str:
    """A rule that does better than the plan, and whether only because it spends less."""
    does = "loses less" if rule.profit.value < 0 else "does better"
    spends = f"{money.text(rule.spend_minor)} against {money.text(one.plan.spend_minor)}"
    less = f", but also spends less ({spends})" if _spends_less(rule, one) else ""
    return f"{RULE_NAMES[rule.name]} {does}{less}"


def _figure(one: CampaignFacts, facts: Facts) -> Figure:
    money = facts.money
    ordered = (one.plan, *sorted(one.rules, key=lambda rule: -rule.profit.value))
    dots = [
        Dot(
            "",
            f"{RULE_NAMES[rule.name]}|{money.estimate(rule.profit)}",
            rule.profit.times(1 / money.unit),
            "ours" if rule == one.plan else "control",
        )
        for rule in ordered
    ]
    finding = _finding(one, facts)
    return figure(
        f"rules-{facts.campaigns.index(one) + 1}",
        f"{one.found.title}: {finding}",
        f"Held-out profit of one week ({money.currency}) against doing nothing, 95 % intervals; expected spend "
        f"{money.text(one.plan.spend_minor)}",
        forest(dots, money_labels(money), lines_per_row=2),
        _table(one, facts),
        says="; ".join(f"{RULE_NAMES[rule.name]}: {money.estimate(rule.profit)}" for rule in ordered) + ".",
        mark=BASIS,
    )


def _spends(one: CampaignFacts) -> str:
    less = [RULE_NAMES[rule.name] for rule in one.rules if _spends_less(rule, one)]
    if not less:
        return ""
    return (
        f"Not at equal spend: {' and '.join(less)} cannot spend as much as the plan, even when every customer it "
        "concerns gets the offer; the table shows what it spends."
    )


def _spends_less(rule: Rule, one: CampaignFacts) -> bool:
    return rule.spend_minor < one.plan.spend_minor * (1 - EQUAL_SPEND)


def _table(one: CampaignFacts, facts: Facts) -> Table:
    money = facts.money
    rows = tuple(
        (
            RULE_NAMES[rule.name],
            count(rule.n_customers),
            money.text(rule.spend_minor),
            money.estimate(rule.profit),
            "" if rule == one.plan else money.estimate(rule.lead),
        )
        for rule in (one.plan, *one.rules)
    )
    columns = ("rule", "customers", "expected spend", "profit", "the plan leads by")
    return Table(f"Plan and simple rules, {one.found.title}; 95 % intervals", columns, rows)
