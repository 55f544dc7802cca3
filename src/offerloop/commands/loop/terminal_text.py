"""What a loop has done on a terminal: the newest period in a sentence, a row for each plan, and what is awaited."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from offerloop.commands.loop.findings import LoopState
from offerloop.evaluation import Estimate
from offerloop.loop import FORECAST
from offerloop.report import Localizer, count, text_page, text_table

COLUMNS = (
    "period", "customers", "with an offer", "at random", "held back", "campaign", "plan", "profit [95 % interval]",
    "cost of offers", "guardrails",
)  # fmt: skip
LEFT = ("period", "campaign", "plan", "guardrails")
NO_PLAN = {
    "stopped": "No plan was sent: the arms were not those that were drawn. Find out why, and begin a new campaign.",
    "rest": "No plan was sent: it was rolled back, and rests.",
}
"""Why no plan was sent in a state of the guardrails."""


def screen(state: LoopState) -> str:
    """Return what a person at a terminal needs."""
    newest = state.periods[-1:]
    table = text_table(COLUMNS, (row for one in state.periods for row in _rows(one, state.currency)), LEFT)
    parts = [
        state.log,
        *(_sentence(one) for one in newest),
        table if newest else "nothing decided yet; --once takes the first step",
        *(alarm for one in state.periods for alarm in _alarms(one)),
        state.awaited,
        "" if state.file is None else str(state.file),
        *state.published,
    ]
    return text_page(*(part for part in parts if part != ""))


def _sentence(period: dict[str, Any]) -> str:
    if period["missed"]:
        return f"Period {period['period']} was over before it was decided: nobody got an offer."
    offered, customers, explorers = (count(period[name]) for name in ("offered", "customers", "explorers"))
    launched = (
        f"Plans sent: {', '.join(period['sent'])}."
        if period["sent"]
        else NO_PLAN.get(period["state"], "No plan was sent.")
    )
    return (
        f"In period {period['period']}, {offered} of {customers} customers got an offer, {explorers} of them at "
        f"random. {launched}"
    )


def _rows(row: dict[str, Any], currency: str) -> Iterator[tuple[str, ...]]:
    """Yield a row for each campaign; the figures of the whole period stand in the first one."""
    period, empty = str(row["period"]), [""] * 4
    if row["missed"]:
        yield (period, *empty, "", "over before it was decided", "", "", "")
        return
    money = Localizer("en", currency)
    figures = [count(row[name]) for name in ("customers", "offered", "explorers", "held_back")]
    cost = money.money.text(row["cost_minor"]) if "cost_minor" in row else ""
    guardrails = " ".join([row.get("guardrails") or "", *row.get("reasons", ())]).strip()
    for k, forecast in enumerate(row["forecasts"]):
        head, tail = ([period, *figures], [cost, guardrails]) if k == 0 else (["", *empty], ["", ""])
        state = "sent" if forecast["campaign"] in row["sent"] else "not sent"
        value, low, high = (forecast[name] for name in FORECAST)
        yield (*head, forecast["campaign"], state, money.brief(Estimate.from_bounds(value, low, high)), *tail)


def _alarms(row: dict[str, Any]) -> Iterator[str]:
    changed = ", ".join(f"{alarm['sign']} changed by {alarm['change']:+.2g}" for alarm in row.get("alarms", ()))
    if changed:
        yield f"Alarm in period {row['period']}: {changed}. Earlier data counts a quarter, and more is explored."
