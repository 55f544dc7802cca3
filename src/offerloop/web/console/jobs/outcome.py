"""What came of a job, in the language of the page: its figures are kept, and put into words when they are shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from offerloop.background import IMPORT_CODES, PREVIEW, REHEARSAL
from offerloop.message import Message, followed, unpacked
from offerloop.report import in_language
from offerloop.store import ERASURE, Job
from offerloop.web.console.blocks import Words
from offerloop.web.console.campaigns_of_run import forecasts
from offerloop.web.console.experiments.view import finding_of
from offerloop.web.console.page_request import PageRequest
from offerloop.workspace import read_readout

Result = Mapping[str, Any]


def outcome_of(request: PageRequest, job: Job) -> Words:
    """Say what a job found or did, or why it failed; nothing where it is not over."""
    if job.failure is not None:
        return job.failure
    if job.result is None:
        return ""
    return OUTCOMES[job.kind](request, in_language(job.result, request.localizer.language))


def _planned(request: PageRequest, result: Result) -> Words:
    run = request.run_named(str(result["run"]))
    return str(result["sentence"] if run is None else run.summary.get("headline", result["sentence"]))


def _previewed(request: PageRequest, result: Result) -> Words:
    run = request.run_named(str(result["run"]))
    campaigns = () if run is None else forecasts(run)
    campaign = next((one for one in campaigns if one.id == result["campaign_id"]), None)
    return str(result["sentence"]) if campaign is None else campaign.sentence


def _read_out(request: PageRequest, result: Result) -> Words:
    run = request.run_named(str(result["run"]))
    path = None if run is None else run.folder / str(result["readout"]) / "readout.json"
    if path is None or not path.is_file():
        return str(result["sentence"])
    return finding_of(read_readout(path, request.localizer.language))


def _advanced(_: PageRequest, result: Result) -> Words:
    awaited = result.get("awaited_message")
    so_far = Message("The loop has taken {n} period so far.", plural="The loop has taken {n} periods so far.",
                     n=int(result["periods"]))  # fmt: skip
    return so_far if awaited is None else followed(so_far, *unpacked(awaited))


def _erased(_: PageRequest, result: Result) -> Words:
    if result["traces"]:
        return Message("Traces are left in the store: {places}.", places=tuple(result["traces"]))
    n = int(result["files"])
    return Message(
        "{n} file was rewritten; no trace is left.", plural="{n} files were rewritten; no trace is left.", n=n
    )


def _imported(_: PageRequest, result: Result) -> Words:
    n, there = int(result["issued"]), int(result["there"])
    return Message("{n} coupon was made; {there} were there before.",
                   plural="{n} coupons were made; {there} were there before.", n=n, there=there)  # fmt: skip


OUTCOMES: dict[str, Callable[[PageRequest, Result], Words]] = {
    "run": _planned, PREVIEW: _previewed, "readout": _read_out, REHEARSAL: _read_out, "loop": _advanced,
    ERASURE: _erased, IMPORT_CODES: _imported,
}  # fmt: skip
"""What puts the result of each kind of job into words."""
