"""One decision: what was answered, decided again from its record, and why."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from offerloop.message import Message
from offerloop.store import DecisionListed, newest_decisions
from offerloop.tables import EARLIER_REASONS
from offerloop.web.api.decisions import Audience, explained, replay
from offerloop.web.console.arms import ARMS
from offerloop.web.console.blocks import (
    Block,
    Form,
    Input,
    Listing,
    Notice,
    PageTable,
    Paragraph,
    TableColumn,
    View,
)
from offerloop.web.console.campaigns_of_run import campaign_names, offer_names
from offerloop.web.console.cells import Cell, Instant, Link, Named
from offerloop.web.console.explanations import AUDIENCES, explanation
from offerloop.web.console.page_request import Page, PageRequest
from offerloop.web.problems import HttpProblem

TITLE = Message("Decisions", context="page title")


SHOWN = 25
SHORT = 10
"""Signs of an id in the list."""
COLUMNS = (
    TableColumn("decision", Message("decision", context="column title")),
    TableColumn("at", Message("when", context="column title")),
    TableColumn("arm", Message("arm", context="column title")),
    TableColumn("campaign", Message("campaign", context="column title")),
    TableColumn("offer", Message("offer", context="column title")),
    TableColumn("rule", Message("the rule that decided", context="column title")),
)
RULES = {
    "holdout": Message("never gets offers, drawn at random", context="rule of a decision"),
    "explore": Message("drawn to explore", context="rule of a decision"),
    "usual": Message("gets what the shop does today", context="rule of a decision"),
    "held_back": Message("held back at random", context="rule of a decision"),
    "best_profit": Message("best profit within the budget", context="rule of a decision"),
    "no_campaign_pays": Message("no campaign pays", context="rule of a decision"),
    "no_effect_known": Message("no effect of any offer is known", context="rule of a decision"),
    "no_consent": Message("has not agreed to personal offers", context="rule of a decision"),
    "outside": Message("in no campaign's audience", context="rule of a decision"),
    "no_sent_campaign": Message("in the audience of no campaign that is sent", context="rule of a decision"),
    "no_basis": Message("no recent purchase, so no response can be estimated", context="rule of a decision"),
    "no_offer_pays": Message("no offer pays for this customer", context="rule of a decision"),
    "budget_spent": Message("the budget goes to customers with a better return", context="rule of a decision"),
    "newcomer": Message("as most customers who are alike", context="rule of a decision"),
    "unknown_customer": Message("not known to the plan", context="rule of a decision"),
    "excluded": Message("excluded by the caller", context="rule of a decision"),
    "budget": Message("nothing is left of the budget", context="rule of a decision"),
    "pacing": Message("the budget is paced", context="rule of a decision"),
    "opted_out": Message("opted out", context="rule of a decision"),
    "campaign_not_running": Message("the campaign is not running", context="rule of a decision"),
    "offer_over": Message("the offer has ended", context="rule of a decision"),
    "offer_not_begun": Message("the offer has not begun", context="rule of a decision"),
    "test_customer": Message("test customer", context="rule of a decision"),
    "switched_off": Message("personal offers are switched off", context="rule of a decision"),
    "simulated": Message("the demo takes nothing of a shared budget", context="rule of a decision"),
    "too_late": Message("pricing the basket took too long", context="rule of a decision"),
    "no_policy": Message("no plan is served", context="rule of a decision"),
    "failed": Message("an error; see the log", context="rule of a decision"),
}
"""By the code of the reason."""


def view(request: PageRequest) -> View:
    """Return the decision that is named, decided again; without a name only the search."""
    search = Form(
        "decision", "/console/decisions", Message("Decide it again", context="button"),
        (Input("id", Message("Id of the decision", context="field of a form"), value=request.field("id")),),
        method="get",
    )  # fmt: skip
    lead = Message("Each answer of the service is on record, and can be decided again from it.")
    return View(TITLE, lead, (search, *(_replayed(request) if request.field("id") else [_log(request)])))


def _log(request: PageRequest) -> PageTable:
    """Return the newest decisions, each with the rule that gave an offer or kept it back."""
    before = request.field("before") or None
    decisions = request.worker.database.read(lambda one: newest_decisions(one, SHOWN + 1, before))
    names = {} if request.run is None else offer_names(request.run)
    titles = {} if request.run is None else campaign_names(request.run)
    rows = tuple(_row(one, names, titles) for one in decisions[:SHOWN])
    more = f"/console/decisions?before={decisions[SHOWN - 1].decision_id}" if len(decisions) > SHOWN else None
    empty = Message("No decision was asked for yet. A checkout asks at POST /v1/decisions.")
    return PageTable("log", Message("The newest decisions", context="table title"), COLUMNS, rows, empty, more)


def _row(
    decision: DecisionListed, names: Mapping[tuple[str, str], Named], titles: Mapping[str, Named]
) -> tuple[Cell, ...]:
    answer = json.loads(decision.answer)
    offers = [_offer(str(decision.campaign_id), offer, names) for offer in answer.get("offers", [])]
    reasons = answer.get("reasons") or ([decision.failure] if decision.failure else [])
    decided = EARLIER_REASONS.get(reasons[-1], reasons[-1]) if reasons else ""
    return (
        Link(decision.decision_id.removeprefix("decision_")[:SHORT], f"/console/decisions?id={decision.decision_id}"),
        Instant(decision.at_ms // 1000), ARMS.get(str(decision.arm), decision.arm),
        titles.get(str(decision.campaign_id), decision.campaign_id), offers, RULES.get(decided, decided),
    )  # fmt: skip


def _offer(campaign_id: str, offer: Mapping[str, Any], names: Mapping[tuple[str, str], Named]) -> str | Named:
    """Return the words for an offer, as the newest run has it or else as the answer had it."""
    offer_id = str(offer["offer_id"])
    return names.get((campaign_id, offer_id)) or str(offer.get("label") or offer_id)


def _replayed(request: PageRequest) -> list[Block]:
    """Return the answer and its reasons; why there is none where the replay fails."""
    decision_id = request.field("id")
    try:
        text = bytes(replay(request.http, decision_id, request.caller).body).decode()
    except HttpProblem as problem:
        missing = Message("There is no decision of this id.")
        erased = Message("The customer of this decision was erased.")
        remarks = {"not_found": missing, "erased": erased}
        return [Notice(remarks.get(problem.code) or problem.detail or problem.code, "bad")]
    written = json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    blocks: list[Block] = [
        Notice(Message("Decided again, the answer is the same, byte for byte."), "good"),
        Listing(written, Message("The answer", context="label of a text")),
    ]
    for audience in AUDIENCES:
        try:
            why = explained(request.http, decision_id, Audience(audience), request.localizer.language)
        except HttpProblem:
            return [*blocks, Paragraph(Message("The plan of that time does not explain it."))]
        blocks += explanation(audience, why.text)
    return blocks


PAGE = Page("decisions", TITLE, view, in_navigation=True)
