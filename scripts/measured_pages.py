"""Fill measured figures into pages of docs/concepts/, from what the benchmarks wrote to docs/figures/.

Between `<!-- measured: NAME -->` and `<!-- end -->` stands what NAME asks for: `recommenders` (a table of all systems
for each case), `claims` (those that have a target, and a table of the other ratios), `topk` (claims about the best
products under filters), `response` (claims about estimators of effects that have a target), `loop` (what policies
earned, and claims), or the name of one of our recommenders (its own row for each case). Where the benchmark's file is
not there, nothing stands there.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

OURS = "offerloop "
"""What the names of our own systems begin with; the name in the catalogue follows."""
COLUMNS = {
    "nDCG@10": "nDCG@10", "nDCG@20": "nDCG@20", "Recall@20": "Recall@20", "coverage": "coverage", "novelty": "novelty",
    "fit": "fit", "recommend": "recommend", "peak": "memory",
}  # fmt: skip
"""Title of each metric that is shown."""
SORTED_BY = "nDCG@10"
COMMANDS = {name: f"scripts/bench {name}" for name in ("recommenders", "topk", "response", "loop")}
EARNED = {"profit": "profit a week", "cost": "cost a week", "more sales": "more sales", "more buyers": "more buyers"}
"""Title of each metric of a policy; the last two are shares of what the shop has without offers."""
_PART = re.compile(r"(<!-- measured: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)

Record = dict[str, Any]
"""`Record` of benchmarks/record.py, as read from JSON."""


def filled(page: str, figures: Path) -> str:
    """The page with every part between markers as the files in the folder `figures` say."""
    return _PART.sub(lambda found: found[1] + part(found[2], figures) + found[3], page)


def part(name: str, figures: Path) -> str:
    """What stands between the markers of that name; empty without the benchmark's file."""
    benchmark = name if name in COMMANDS else "recommenders"
    path = figures / f"{benchmark}.json"
    if not path.exists():
        return ""
    record = json.loads(path.read_text(encoding="utf-8"))
    if name == "recommenders":
        lines = [*_where(record, benchmark), *_all_systems(record)]
    elif name == "loop":
        lines = [*_where(record, name), *_policies(record), "", *_claims(record)]
    elif name in COMMANDS:
        told = record["claims"] if name == "topk" else [one for one in record["claims"] if one["target"] is not None]
        lines = [*_where(record, benchmark), *_claims({"claims": told})]
    elif name == "claims":
        targeted = [one for one in record["claims"] if one["target"] is not None]
        lines = [*_claims({"claims": targeted}), "", *_ratios(record)]
    else:
        lines = _one_system(record, name)
    return "\n" + "\n".join(lines) + "\n\n"


def short(value: float) -> str:
    """Three significant digits, without an exponent."""
    return f"{Decimal(f'{value:.2e}'):,f}"


def _where(record: Record, benchmark: str) -> list[str]:
    machine = record["machine"]
    place = f"{machine['processor']}, {machine['cores']} cores, {machine['memory_gb']:g} GB"
    return [f"Measured by `{COMMANDS[benchmark]}` on: {place}.", ""]


def _all_systems(record: Record) -> list[str]:
    """A table for each case, the best system first."""
    lines = []
    for case, systems in _figures(record).items():
        best_first = sorted(systems, key=lambda name: -systems[name].get(SORTED_BY, float("-inf")))
        rows = [[_linked(name), *_cells(systems[name])] for name in best_first]
        lines += [f"**{case}**", "", *_table(["system", *_titles(record)], rows), ""]
    return lines[:-1]


def _one_system(record: Record, name: str) -> list[str]:
    """A row for each case that it was measured in."""
    own = {case: systems.get(OURS + name) for case, systems in _figures(record).items()}
    rows = [[case, *_cells(found), _settings(record, case, name)] for case, found in own.items() if found is not None]
    return _table(["case", *_titles(record), "settings"], rows) if rows else ["Not measured."]


def _policies(record: Record) -> list[str]:
    """A row for each preset and policy."""
    found: dict[tuple[str, str], dict[str, float]] = {}
    for one in (result for result in record["results"] if result["metric"] in EARNED):
        found.setdefault((one["case"], one["system"]), {})[one["metric"]] = one["value"]
    rows = [
        [case, f"`{policy}`", f"{of['profit']:.1f}", f"{of['cost']:.1f}", f"{of['more sales']:+.1%}",
         f"{of['more buyers']:+.1%}"]
        for (case, policy), of in found.items()
    ]  # fmt: skip
    return _table(["preset", "policy", *EARNED.values()], rows)


def _claims(record: Record) -> list[str]:
    """A line for each claim, with its interval; first those with a target, and whether it is reached."""
    return [_claim(one) for one in sorted(record["claims"], key=lambda one: one["target"] is None)]


def _ratios(record: Record) -> list[str]:
    """A table of the ratios without a target: a row for each pair of systems, a column for each case."""
    pairs: dict[str, dict[str, str]] = {}
    for one in (claim for claim in record["claims"] if claim["target"] is None):
        case, _, pair = one["claim"].partition(": ")
        pairs.setdefault(pair, {})[case] = f"{short(one['value'])}{_interval(one)}"
    cases = list(dict.fromkeys(case for found in pairs.values() for case in found))
    rows = [[pair, *(found.get(case, "-") for case in cases)] for pair, found in pairs.items()]
    return _table(["ratio", *cases], rows)


def _interval(claim: dict[str, Any]) -> str:
    return "" if claim["low"] is None else f" [{short(claim['low'])}, {short(claim['high'])}]"


def _claim(one: dict[str, Any]) -> str:
    target = "" if one["target"] is None else f"; target {one['target']:g}"
    verdict = "" if one["met"] is None else f": {'reached' if one['met'] else 'not reached'}"
    return f"- {one['claim']}: {short(one['value'])}{_interval(one)}{target}{verdict}"


def _figures(record: Record) -> dict[str, dict[str, dict[str, float]]]:
    """By case, system and metric of those that are shown, in the order of the record."""
    found: dict[str, dict[str, dict[str, float]]] = {}
    for one in (result for result in record["results"] if result["metric"] in COLUMNS):
        found.setdefault(one["case"], {}).setdefault(one["system"], {})[one["metric"]] = one["value"]
    return found


def _titles(record: Record) -> list[str]:
    units = {one["metric"]: one["unit"] for one in record["results"]}
    return [f"{title} ({units[metric]})" if units.get(metric) else title for metric, title in COLUMNS.items()]


def _cells(figures: dict[str, float]) -> list[str]:
    return [short(figures[metric]) if metric in figures else "-" for metric in COLUMNS]


def _settings(record: Record, case: str, name: str) -> str:
    """What was chosen on the tuning window; threads are no choice."""
    systems = record["machine"].get("systems", {}).get(case, {})
    if OURS + name not in systems:
        return "-"
    chosen = systems[OURS + name]["settings"].items()
    return ", ".join(f"`{option}={value}`" for option, value in chosen if option != "threads") or "defaults"


def _linked(system: str) -> str:
    return f"[{system}]({system.removeprefix(OURS)}.md)" if system.startswith(OURS) else system


def _table(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    lines = [titles, ["---", *["--:" for _ in titles[1:]]], *rows]
    return ["| " + " | ".join(cells) + " |" for cells in lines]
