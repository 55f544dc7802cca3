"""The decision in words. Everything is computed; nothing is said that the tables do not say."""

from __future__ import annotations

from offerloop.commands.run.facts import (
    ASSUMED,
    BASES,
    ESTIMATED,
    LEARNED,
    MEASURED,
    MIXED,
    PLAN,
    TRANSFERRED,
    UNKNOWN,
    BreakEven,
    CampaignFacts,
    Facts,
)
from offerloop.commands.run.power import reach_sentence, weeks_text
from offerloop.commands.run.shelf_evidence import Evidence
from offerloop.report import Voice, count


def headline(facts: Facts) -> str:
    """What to do with every campaign, in one line."""
    tell, sent = facts.voice, facts.sent
    if not sent:
        return tell.say("headline.unknown" if facts.basis == UNKNOWN else "headline.nothing")
    titles = tell.titles([one.found.title for one in sent])
    kept = tell.titles([one.found.title for one in facts.campaigns if not one.found.send])
    if facts.basis == ASSUMED:
        return _on_assumption(facts, titles, kept)
    said = [tell.say("headline.both" if kept else "headline.send", sent=titles, kept=kept)]
    assumed = [one.found.title for one in sent if one.is_assumed]
    if assumed:
        said.append(tell.say("headline.assumed", titles=tell.titles(assumed)))
    return tell.listed(said, "sentence")


def _on_assumption(facts: Facts, sent: str, kept: str) -> str:
    """A plan that rests on assumptions is a test only where a read-out could show something within a year."""
    tell, reach, both = facts.voice, facts.reach, "_both" if kept else ""
    if reach is None:
        return tell.say(f"headline.test{both}", sent=sent, kept=kept)
    if not reach.can_show or reach.weeks is None:
        return tell.say(f"headline.trust{both}", sent=sent, kept=kept)
    return tell.say(f"headline.test_weeks{both}", sent=sent, kept=kept, weeks=weeks_text(reach.weeks, tell))


def decision(facts: Facts) -> str:
    """One paragraph for all campaigns, and what a read-out could show."""
    said = [campaign_sentence(one, facts) for one in facts.campaigns]
    return facts.voice.listed([*said, *test_sentences(facts)], "sentence")


def test_sentences(facts: Facts) -> list[str]:
    """What a read-out of the plan could show; none where nothing is sent."""
    return [] if facts.reach is None else [reach_sentence(facts.reach, facts.voice)]


def campaign_sentence(one: CampaignFacts, facts: Facts) -> str:
    """What to do with one campaign, and how sure that is."""
    return facts.voice.say("decision.campaign", title=one.found.title, body=campaign_body(one, facts))


def campaign_body(one: CampaignFacts, facts: Facts, *, marked: bool = True) -> str:
    """The same without the title; `marked` says what it rests on, where the page does not."""
    return _send(one, facts, marked=marked) if one.found.send else _keep(one, facts, marked=marked)


def basis_mark(one: CampaignFacts | Facts, tell: Voice) -> str:
    """What the figures of a campaign, or of all, rest on."""
    if one.basis != LEARNED:
        return tell.say(f"basis.mark.{one.basis}")
    parts = (tell.say("basis.part", basis=tell.say(f"basis.{name}")) for name in BASES if name in one.bases)
    return tell.say("basis.mark.learned", parts=tell.listed(parts, "clause"))


def _mark(one: CampaignFacts, facts: Facts, *, marked: bool) -> str:
    return facts.voice.say("decision.mark", basis=basis_mark(one, facts.voice)) if marked else ""


def _send(one: CampaignFacts, facts: Facts, *, marked: bool) -> str:
    tell, sent = facts.voice, one.sent_forecast
    told = tell.say(
        "decision.send",
        n=count(one.n_sent),
        noun=noun(one, tell),
        profit=tell.estimate(sent.profit),
        spend=one.costs.text(sent.spend_minor),
        most=_most(one, tell),
        mark=_mark(one, facts, marked=marked),
    )
    unproven = "" if sent.profit.low > 0 or one.is_assumed else tell.say("decision.unproven")
    said = [
        told,
        _policy(one, tell),
        unproven,
        _whole(one, tell),
        lead_sentence(one, tell),
        _ahead(one, facts),
        _assumed(one, tell),
    ]
    return tell.listed(filter(None, said), "sentence")


def _most(one: CampaignFacts, tell: Voice) -> str:
    """The most that it can cost, where that has a limit."""
    most = one.liability_sent_minor
    return "" if most is None else tell.say("decision.at_most", most=one.costs.text(most))


def _policy(one: CampaignFacts, tell: Voice) -> str:
    """Which simpler policy is sent in place of a plan that chooses by customer."""
    policy = one.found.policy
    return "" if policy == PLAN else tell.say("decision.simpler", rule=tell.say(f"rule_name.{policy}"))


def _whole(one: CampaignFacts, tell: Voice) -> str:
    """The plan before holdout and lots, where it is another one."""
    if one.n_sent == one.found.n_planned:
        return ""
    profit, spend = tell.estimate(one.plan.profit), one.costs.text(one.plan.spend_minor)
    return tell.say("decision.whole", n=count(one.found.n_planned), profit=profit, spend=spend)


def noun(one: CampaignFacts, tell: Voice) -> str:
    """What a campaign's offers are called."""
    return tell.say(f"noun.{one.noun}")


def _assumed(one: CampaignFacts, tell: Voice) -> str:
    """A warning where the forecast rests on what the shop expects, which no interval holds."""
    share = one.found.assumed_share
    if not share:
        return ""
    return tell.say("decision.all_assumed" if one.is_assumed else "decision.some_assumed", share=tell.share(share))


def _ahead(one: CampaignFacts, facts: Facts) -> str:
    """How much of the gain may only be bought ahead, in money: the forecast of one week counts it as gained.

    Shelf prices tell it of offers that rest on them alone.
    """
    if not facts.pulled_forward or one.is_assumed or not one.bases <= {TRANSFERRED, ASSUMED}:
        return ""
    gained = one.sent_forecast.profit.value + one.sent_forecast.spend_minor
    return facts.voice.say("decision.ahead", lost=facts.money.text(facts.pulled_forward * gained))


def _keep(one: CampaignFacts, facts: Facts, *, marked: bool) -> str:
    tell, profit = facts.voice, one.plan.profit
    if one.basis == UNKNOWN:
        return tell.say("decision.unknown")
    if one.found.pays_alone:
        key = "decision.others"
    elif one.is_short_of_budget:
        key = f"decision.{_short(one)}"
    elif one.found.n_planned == 0:
        key = "decision.empty"
    elif profit.value > 0:
        key = "decision.unclear"
    else:
        key = "decision.loses" if profit.high < 0 else "decision.not_above"
    told = tell.say(
        key,
        margin=facts.at_margin,
        budget=one.costs.exact(one.found.budget_minor),
        profit=tell.estimate(profit),
        noun=noun(one, tell),
        mark=_mark(one, facts, marked=marked),
    )
    return tell.listed((told, break_even_sentence(one.supplier_share, tell, assumed=one.is_assumed)), "sentence")


def _short(one: CampaignFacts) -> str:
    """Which limit does not pay for a single offer: the campaign's own budget, which then has a price, or another."""
    if one.found.budget_minor == 0:
        return "no_budget"
    return "small_budget" if one.found.shadow_price > 0 else "small_shared"


def break_even_sentence(share: BreakEven, tell: Voice, *, assumed: bool = False) -> str:
    """Which supplier share would change the decision."""
    if share.estimate is None:
        return tell.say("share.never")
    if share.beyond_interval is None:
        return tell.say("share.unclear")
    if share.beyond_interval == 0:
        return tell.say("share.always_assumed" if assumed else "share.always")
    return tell.say("share.assumed" if assumed else "share.clear", share=tell.level(share.beyond_interval))


def rule_name(name: str, tell: Voice) -> str:
    """What a reader calls the plan or a simple rule."""
    return tell.word("rule_name", name)


def lead_sentence(one: CampaignFacts, tell: Voice) -> str:
    """Whether the plan does better than the simple rules, each at the plan's spend or all that it can spend."""
    level = [rule for rule in one.rules if one.level_with(rule)]
    if not one.rules:
        return ""
    best = one.best_rule
    if not level and best is not None:
        key = "lead.beats_assumed" if one.is_assumed else "lead.beats"
        return tell.say(key, rule=rule_name(best.name, tell), lead=tell.estimate(best.lead))
    names = tell.both([rule_name(rule.name, tell) for rule in level])
    return tell.say("lead.level", rules=names, leads=tell.listed(tell.estimate(rule.lead) for rule in level))


def claim_sentence(one: CampaignFacts, tell: Voice, *, again: bool = False) -> str:
    """The winner's curse: what the choosing estimates claim, against what other customers show."""
    if one.is_assumed:
        return "" if again else tell.say("rules.claim_assumed")
    return tell.say(
        "rules.claim_again" if again else "rules.claim",
        n=count(one.found.n_planned),
        claimed=tell.money.text(one.found.claimed_minor),
        profit=tell.estimate(one.plan.profit),
    )


def confidence(evidence: Evidence, facts: Facts) -> tuple[str, str]:
    """How sure we are, in two lines."""
    tell = facts.voice
    if facts.basis in (ASSUMED, UNKNOWN, MEASURED):
        return tell.say(f"confidence.{facts.basis}"), tell.say(f"confidence.{facts.basis}_note")
    key = {ESTIMATED: "confidence.estimated", MIXED: "confidence.partly"}.get(facts.basis, "confidence.forecast")
    notes = [text for text in (_shown_note(evidence, facts), _checks_note(evidence, facts)) if text]
    return tell.say(key), tell.listed(notes or [tell.say("confidence.assumed_note")], "semicolon")


def _shown_note(evidence: Evidence, facts: Facts) -> str:
    if evidence.shown is None or ESTIMATED not in facts.bases:
        return ""
    return facts.voice.say("confidence.shown", times=count(evidence.shown.n_shown))


def _checks_note(evidence: Evidence, facts: Facts) -> str:
    if TRANSFERRED not in facts.bases:
        return ""
    tell, judged, failed = facts.voice, evidence.judged, evidence.failed
    names = tell.listed(tell.own(check.name) for check in failed)
    return tell.say(
        "confidence.checks_others" if ESTIMATED in facts.bases else "confidence.checks",
        passed=len(judged) - len(failed),
        judged=len(judged),
        failed=tell.say("confidence.failed", names=names) if failed else "",
    )
