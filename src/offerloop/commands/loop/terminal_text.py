"""What a loop has done on a terminal: the newest period in a sentence, a row for each plan, and what is awaited."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from offerloop.commands.loop.findings import LoopState
from offerloop.evaluation import Estimate
from offerloop.loop import FORECAST
from offerloop.message import Message
from offerloop.report import Localizer, text_page, text_table

COLUMNS = (
    Message("period", context="column title"),
    Message("customers", context="column title"),
    Message("with an offer", context="column title of periods"),
    Message("at random", context="column title"),
    Message("held back", context="column title"),
    Message("campaign", context="column title"),
    Message("plan", context="column title"),
    Message("expected profit [95 % interval]", context="column title"),
    Message("realised cost of offers", context="column title"),
    Message("guardrails", context="column title"),
)
LEFT = (0, 5, 6, 9)
"""Columns of names."""
NO_PLAN = {
    "stopped": Message(
        "No plan was sent: the arms were not those that were drawn. Find out why, and begin a new campaign."
    ),
    "rest": Message("No plan was sent: it was rolled back, and is paused."),
}
"""Why no plan was sent in a state of the guardrails."""
ACTIONS = {
    "ship": Message("ship it", context="advice on an arm"),
    "roll back": Message("roll it back", context="advice on an arm"),
    "go on": Message("go on", context="advice on an arm"),
    "stop": Message("stop", context="advice of guardrails"),
}
REASONS = {
    "broken_draw": Message("the arms do not have the planned sizes"),
    "too_few": Message("an arm has too few customers"),
    "worse": Message("'{subject}' is worse", context="advice on an arm"),
    "guardrail_worse": Message("the guardrail '{subject}' is worse than its margin"),
    "better": Message("'{subject}' is better", context="advice on an arm"),
    "guardrail_open": Message("the guardrail '{subject}' may still be worse than its margin"),
    "not_shown": Message("'{subject}' is not shown to be better"),
}
"""Why guardrails say so, by the code that the journal has."""
METRICS = {
    "profit": Message("profit", context="guardrail"),
    "margin": Message("margin", context="guardrail"),
    "returns": Message("returns", context="guardrail"),
    "ratings": Message("ratings", context="guardrail"),
    "cheap": Message("share of sales at reduced prices"),
    "opt_outs": Message("opt-outs", context="guardrail"),
}
INDICATORS = {
    "cuts": Message("price cuts", context="indicator of drift"),
    "value": Message("margin beyond the forecast"),
    "price response": Message("price response", context="indicator of drift"),
    "orders at random": Message("orders in periods with random offers only"),
    "orders of the plan": Message("orders in periods with a plan"),
    "cost at random": Message("cost of offers beyond the forecast, in periods with random offers only"),
    "cost of the plan": Message("cost of offers beyond the forecast, in periods with a plan"),
}
"""What may have changed."""
IN_LOGARITHMS = ("orders", "cuts", "value")
"""What the indicators begin with that are logarithms."""


def screen(state: LoopState, language: str = "en") -> str:
    """Return what a person at a terminal needs."""
    _, newest = Localizer(language, state.currency), state.periods[-1:]
    names = [_(title) for title in COLUMNS]
    rows = (row for one in state.periods for row in _rows(one, _))
    parts = [
        "" if state.learned is None else _(state.learned),
        *(_sentence(one, _) for one in newest),
        text_table(names, rows, [names[place] for place in LEFT])
        if newest
        else _("nothing decided yet; --once takes the first step"),
        *(alarm for one in state.periods for alarm in _alarms(one, _)),
        "" if state.left_out is None else _(state.left_out),
        *map(_, state.unexplored),
        "" if state.waits_for is None else _(state.waits_for),
        "" if state.file is None else str(state.file),
        *map(_, state.carried),
    ]
    return text_page(*(part for part in parts if part != ""))


def _sentence(period: dict[str, Any], _: Localizer) -> str:
    if period["missed"]:
        return _("Period {period} was over before it was decided: nobody got an offer.", period=period["period"])
    launched = (
        _("Plans sent: {campaigns}.", context="loop", campaigns=period["sent"])
        if period["sent"]
        else _(NO_PLAN.get(period["state"], Message("No plan was sent.", context="loop")))
    )
    offered = _(
        "In period {period}, {offered} of {n} customer got an offer.",
        plural="In period {period}, {offered} of {n} customers got an offer.",
        period=period["period"],
        offered=period["offered"],
        n=period["customers"],
    )
    explored = _(
        "For {n} customer, an offer or none was drawn at random.",
        plural="For {n} customers, an offer or none was drawn at random.",
        n=period["explorers"],
    )
    return _.sentences([offered, explored, launched] if period["explorers"] else [offered, launched])


def _rows(row: dict[str, Any], _: Localizer) -> Iterator[tuple[str, ...]]:
    """Yield a row for each campaign; the figures of the whole period stand in the first one."""
    period, empty = str(row["period"]), [""] * 4
    if row["missed"]:
        yield (period, *empty, "", _("over before it was decided"), "", "", "")
        return
    figures = [_.count(row[name]) for name in ("customers", "offered", "explorers", "held_back")]
    cost = _.money.text(row["cost_minor"]) if "cost_minor" in row else ""
    for k, forecast in enumerate(row["forecasts"]):
        head, tail = ([period, *figures], [cost, _guardrails(row, _)]) if k == 0 else (["", *empty], ["", ""])
        is_sent = forecast["campaign"] in row["sent"]
        state = _("sent", context="state of a plan") if is_sent else _("not sent", context="state of a plan")
        value, low, high = (forecast[name] for name in FORECAST)
        yield (*head, forecast["campaign"], state, _.brief(Estimate.from_bounds(value, low, high)), *tail)


def _guardrails(row: dict[str, Any], _: Localizer) -> str:
    """Return what guardrails advise, and why."""
    action, before = row.get("guardrails"), row.get("guardrails_before")
    if before:
        now = _guardrails(row | {"guardrails_before": None}, _) or "–"
        return _("{now} (read before: {before})", context="guardrails", now=now, before=_.named(ACTIONS, before))
    if not action:
        return ""
    reasons = [_reason(code, _) for code in row.get("reasons", ())]
    advice = _.named(ACTIONS, action)
    return _("{advice}: {reasons}", context="guardrails", advice=advice, reasons=reasons) if reasons else advice


def _reason(written: str, _: Localizer) -> str:
    """Return a reason of the journal, a code with the name of a metric, in words."""
    code, _space, subject = written.partition(" ")
    return _(REASONS[code], subject=_.named(METRICS, subject)) if code in REASONS else written


def urgent(row: dict[str, Any], _: Localizer) -> Iterator[str]:
    """Yield what somebody must know of a period that has ended: alarms of drift, and guardrails that end something."""
    yield from _alarms(row, _)
    if {row.get("guardrails"), row.get("guardrails_before")} & {"stop", "roll back"}:
        said = _guardrails(row, _)
        yield _("Period {period}: {guardrails}", context="alarm of a loop", period=row["period"], guardrails=said)


def _change(alarm: dict[str, Any], _: Localizer) -> str:
    """Return the difference from the forecast, of a logarithm in per cent."""
    indicator, change = str(alarm["indicator"]), float(alarm["change"])
    text = f"{100 * math.expm1(change):+.0f} %" if indicator.startswith(IN_LOGARITHMS) else f"{change:+.2g}"
    return _.numbers(text.replace("-", "−"))


def _alarms(row: dict[str, Any], _: Localizer) -> Iterator[str]:
    changes = [
        _(
            "{indicator} changed by {change}",
            context="alarm of a loop",
            indicator=_.named(INDICATORS, alarm["indicator"]),
            change=_change(alarm, _),
        )
        for alarm in row.get("alarms", ())
    ]
    if changes:
        yield _(
            "Alarm in period {period}: {changes}. Earlier data counts a quarter, and more is explored.",
            period=row["period"],
            changes=changes,
        )
