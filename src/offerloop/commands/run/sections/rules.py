"""Section 7: the plan beside simple rules at equal spend."""

from __future__ import annotations

from offerloop.commands.run.facts import EQUAL_SPEND, UNKNOWN, CampaignFacts, Facts, Rule
from offerloop.commands.run.sentences import basis_mark, claim_sentence, rule_name
from offerloop.report import Block, Dot, Figure, Section, Table, Text, Voice, count, figure, forest, money_labels

SHOWN = 2


def rules_section(facts: Facts) -> Section:
    """One forest plot for each campaign with a plan, sent ones first."""
    tell = facts.voice
    ordered = sorted((one for one in facts.campaigns if one.rules), key=lambda one: not one.found.send)
    blocks: list[Block] = [Text(tell.say("rules.intro"))]
    for position, one in enumerate(ordered[:SHOWN]):
        blocks.append(_figure(one, facts))
        said = (_spends(one, tell), claim_sentence(one, tell, again=bool(position)))
        blocks += [Text(text) for text in said if text]
    blocks += [_table(one, tell) for one in ordered[SHOWN:]]
    if not ordered:
        key = "rules.none_known" if facts.basis == UNKNOWN else "rules.none"
        return Section("rules", tell.say("rules.label"), tell.say(key), tuple(blocks))
    all_assumed = all(one.is_assumed for one in ordered)
    blocks.append(Text(tell.say("rules.list_assumed" if all_assumed else "rules.list")))
    return Section("rules", tell.say("rules.label"), _message(ordered[0], tell), tuple(blocks))


def _names(rules: list[Rule], tell: Voice) -> str:
    return tell.both([rule_name(rule.name, tell) for rule in rules])


def _level(one: CampaignFacts) -> list[Rule]:
    return [rule for rule in one.rules if one.level_with(rule)]


def _message(one: CampaignFacts, tell: Voice) -> str:
    title, level, n_rules = one.found.title, _level(one), len(one.rules)
    if one.plan.profit.high < 0:
        return tell.say("rules.message.never", title=title)
    if level:
        return tell.say("rules.message.level", rules=_names(level, tell), title=title)
    key = f"rules.beaten.{n_rules}"
    beaten = tell.say(key if key in tell.words else "rules.beaten", n=n_rules)
    return tell.say(
        "rules.message.beats_assumed" if one.is_assumed else "rules.message.beats", rules=beaten, title=title
    )


def _finding(one: CampaignFacts, tell: Voice) -> str:
    level, best = _level(one), one.best_rule
    if one.plan.profit.high < 0:
        better = [_better(rule, one, tell) for rule in one.rules if rule.lead.high < 0]
        return tell.listed([tell.say("rules.finding.loses"), *better], "semicolon")
    if level:
        return tell.say("rules.finding.level", rules=_names(level, tell))
    leads = tell.say("rules.finding.leads")
    if best is None:
        return leads
    return leads + tell.say("rules.finding.best", rule=rule_name(best.name, tell), lead=tell.estimate(best.lead))


def _better(rule: Rule, one: CampaignFacts, tell: Voice) -> str:
    """A rule that does better than the plan, and whether only because it spends less."""
    key = "rules.finding.less_loss" if rule.profit.value < 0 else "rules.finding.better"
    text = tell.say(key, rule=rule_name(rule.name, tell))
    if not _spends_less(rule, one):
        return text
    own, plan = (one.costs.text(spender.spend_minor) for spender in (rule, one.plan))
    return tell.say("rules.finding.spends", text=text, own=own, plan=plan)


def _figure(one: CampaignFacts, facts: Facts) -> Figure:
    tell, money = facts.voice, facts.money
    ordered = (one.plan, *sorted(one.rules, key=lambda rule: -rule.profit.value))
    dots = [
        Dot(
            "",
            f"{rule_name(rule.name, tell)}|{tell.brief(rule.profit)}",
            rule.profit.times(1 / money.unit),
            "ours" if rule == one.plan else "control",
            assumed=not rule.profit.has_interval,
        )
        for rule in ordered
    ]
    said = (tell.say("rules.says", rule=rule_name(rule.name, tell), profit=tell.brief(rule.profit)) for rule in ordered)
    measure = "rules.measure_assumed" if one.is_assumed else "rules.measure"
    return figure(
        f"rules-{facts.campaigns.index(one) + 1}",
        tell.say("budget.title", title=one.found.title, finding=_finding(one, tell)),
        tell.say(measure, currency=money.currency, spend=one.costs.text(one.plan.spend_minor)),
        forest(dots, money_labels(money), lines_per_row=2),
        _table(one, tell),
        says=tell.listed(said, "semicolon") + tell.words["full_stop"],
        mark=basis_mark(one, tell),
        tell=tell,
    )


def _spends(one: CampaignFacts, tell: Voice) -> str:
    less = [rule for rule in one.rules if _spends_less(rule, one)]
    return tell.say("rules.unequal", rules=_names(less, tell)) if less else ""


def _spends_less(rule: Rule, one: CampaignFacts) -> bool:
    return rule.spend_minor < one.plan.spend_minor * (1 - EQUAL_SPEND)


def _table(one: CampaignFacts, tell: Voice) -> Table:
    rows = tuple(
        (
            rule_name(rule.name, tell),
            count(rule.n_customers),
            one.costs.text(rule.spend_minor),
            tell.brief(rule.profit),
            "" if rule == one.plan else tell.brief(rule.lead),
        )
        for rule in (one.plan, *one.rules)
    )
    columns = tuple(tell.say(f"rules.column.{name}") for name in ("rule", "customers", "spend", "profit", "lead"))
    caption = "rules.table_assumed" if one.is_assumed else "rules.table"
    return Table(tell.say(caption, title=one.found.title), columns, rows)
