"""One decision: what was answered, decided again from its record, and why."""

from __future__ import annotations

import json

from offerloop.message import Message
from offerloop.web.api.decisions import Audience, explained, replay
from offerloop.web.console.asked import Asked, Page
from offerloop.web.console.blocks import Block, Form, Heading, Input, Listing, Notice, Text, View
from offerloop.web.console.customers.view import AUDIENCES
from offerloop.web.problems import Problem

TITLE = Message("Decisions", context="page title")


def view(asked: Asked) -> View:
    """Return the decision that is named, decided again; without a name only the search."""
    search = Form(
        "decision", "/console/decisions", Message("Decide it again", context="button"),
        (Input("id", Message("Id of the decision", context="field of a form"), value=asked.field("id")),),
        method="get",
    )  # fmt: skip
    lead = Message("Each answer of the service is on record, and can be decided again from it.")
    return View(TITLE, lead, (search, *(_replayed(asked) if asked.field("id") else [])))


def _replayed(asked: Asked) -> list[Block]:
    """Return the answer and its reasons; why there is none where the replay fails."""
    decision_id = asked.field("id")
    try:
        text = bytes(replay(asked.request, decision_id, asked.caller).body).decode()
    except Problem as problem:
        missing = Message("There is no decision of this id.")
        erased = Message("The customer of this decision was erased.")
        known = {"not_found": missing, "erased": erased}
        return [Notice(known.get(problem.code) or problem.detail or problem.code, "bad")]
    written = json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    blocks: list[Block] = [
        Notice(Message("Decided again, the answer is the same, byte for byte."), "good"),
        Listing(written, Message("The answer", context="label of a text")),
    ]
    for audience, heading in AUDIENCES.items():
        try:
            why = explained(asked.request, decision_id, Audience(audience), asked.localizer.language)
        except Problem:
            return [*blocks, Text(Message("The plan of that time does not explain it."))]
        whole: Block = Listing(why.text, heading) if audience == "marketer" else Text(why.text)
        blocks += [Heading(heading), whole]
    return blocks


PAGE = Page("decisions", TITLE, view, in_navigation=True)
