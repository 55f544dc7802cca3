"""What a loop has done, in words."""

from __future__ import annotations

from typing import Any

from offerloop.commands.loop.course import FORECAST
from offerloop.commands.loop.findings import LoopState
from offerloop.money import to_text


def loop_text(found: LoopState) -> str:
    """A line for each period, then what is awaited, and where the newest assignments are."""
    lines = [_line(found, one) for one in found.periods] or ["nothing decided yet; --once takes the first step"]
    lines = [found.log, *lines] if found.log else lines
    lines += [found.awaited] if found.awaited else []
    return "\n".join(lines + ([str(found.file)] if found.file is not None else []) + found.published)


def _line(found: LoopState, one: dict[str, Any]) -> str:
    if one["missed"]:
        return f"period {one['period']}: no offers, because the period was over before it was decided"
    said = (
        f"period {one['period']}: {one['offered']:,} of {one['customers']:,} customers got an offer, "
        f"{one['explorers']:,} explored, and it was held back from {one['held_back']:,}; {_why(found, one)}"
    )
    if "cost_minor" in one:
        said += f"; offers cost {to_text(round(one['cost_minor']), found.currency)}"
    if one.get("guardrails"):
        said += f"; guardrails on the period before: {one['guardrails']}" + (
            f" ({', '.join(one['reasons'])})" if one["reasons"] else ""
        )
    changed = [f"{alarm['sign']} changed by {alarm['change']:+.2g}" for alarm in one.get("alarms", [])]
    if changed:
        said += f"; ALARM: {', '.join(changed)}; what was learned before counts a quarter, and more is explored"
    return said


def _why(found: LoopState, one: dict[str, Any]) -> str:
    """Why plans went out, or did not."""
    if one["state"] == "stopped":
        return "no plan went out: the arms were not those that were drawn; find out why, and begin a new campaign"
    if one["state"] == "rest":
        return "no plan went out: it was rolled back, and rests"
    return "; ".join(
        _forecast(found, forecast, sent=forecast["campaign"] in one["sent"]) for forecast in one["forecasts"]
    )


def _forecast(found: LoopState, one: dict[str, Any], *, sent: bool) -> str:
    money = {name: to_text(round(one[name]), found.currency) for name in FORECAST if one[name] is not None}
    ends = f", from {money['low_minor']} to {money['high_minor']}" if len(money) == len(FORECAST) else ""
    became = "went out" if sent else "did not go out"
    return f"the plan of {one['campaign']} {became} (profit {money['profit_minor']}{ends})"
