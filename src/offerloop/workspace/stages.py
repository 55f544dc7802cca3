"""Wraps the stages of a run from outside: progress on a terminal, seconds and memory for the manifest, and resuming."""

from __future__ import annotations

import ctypes
import logging
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ParamSpec, TypeVar

from offerloop.message import Message
from offerloop.report import QUIET, ProgressDisplay
from offerloop.workspace.stage_store import StageStore

_LOG = logging.getLogger(__name__)
Result = TypeVar("Result")
Inputs = ParamSpec("Inputs")
STAGE_NAMES = {
    "events": Message("events", context="stage of a run"),
    "profiles": Message("profiles", context="stage of a run"),
    "audiences": Message("audiences", context="stage of a run"),
    "interactions": Message("interactions", context="stage of a run"),
    "recommenders": Message("recommenders", context="stage of a run"),
    "past campaigns": Message("past campaigns", context="stage of a run"),
    "shelf prices": Message("shelf prices", context="stage of a run"),
    "response": Message("response", context="stage of a run"),
    "shown offers": Message("shown offers", context="stage of a run"),
    "effects": Message("effects", context="stage of a run"),
    "allocation": Message("allocation", context="stage of a run"),
    "business as usual": Message("business as usual", context="stage of a run"),
    "assignments": Message("assignments", context="stage of a run"),
    "suggestions": Message("suggestions", context="stage of a run"),
    "sample": Message("sample of customers", context="stage of a run"),
    "other customers": Message("other customers", context="stage of a run"),
    "coming test": Message("coming test", context="stage of a run"),
    "report": Message("report", context="stage of a run"),
    "recommendations": Message("recommendations", context="stage of a run"),
    "similar products": Message("similar products", context="stage of a run"),
}
"""The words for each stage of a run, and for what other commands compute as one."""
_WORKING = Message("{stage} ...", context="stage that runs")
_KEPT = Message("kept from before", context="stage of a run")
_NAME_WIDTH = 16
"""Columns of a terminal for the name of a stage."""


@dataclass
class Recorder:
    """Called by the flow as `stage(name, work, *inputs)`."""

    display: ProgressDisplay = QUIET
    """Where progress is shown."""
    store: StageStore | None = None
    """Results of finished stages; None computes everything anew."""
    begin: str | None = None
    """From this stage on nothing is taken from the store."""
    records: list[dict[str, Any]] = field(default_factory=list)

    def __call__(
        self, name: str, work: Callable[Inputs, Result], *inputs: Inputs.args, **named: Inputs.kwargs
    ) -> Result:
        """Run one stage, or take its result from the store."""
        return self._watched(name, lambda: self._result(name, work, *inputs, **named))

    def always(self, name: str, work: Callable[[], Result]) -> Result:
        """Run a step whose result is not kept."""
        return self._watched(name, lambda: (work(), False))

    def _watched(self, name: str, work: Callable[[], tuple[Result, bool]]) -> Result:
        """Record seconds, CPU seconds and peak memory so far, and whether the result was there before."""
        _LOG.debug("%s begins", name)
        begin, cpu = time.perf_counter(), time.process_time()
        title = STAGE_NAMES[name]
        with self.display.working(_WORKING.with_values(stage=title)):
            result, kept = work()
        _return_memory()
        record = {
            "stage": name,
            "kept": kept,
            "seconds": round(time.perf_counter() - begin, 3),
            "cpu_seconds": round(time.process_time() - cpu, 3),
            "peak_memory_mb": round(peak_memory_mb()),
        }
        remark = None if self.store is None else self.store.remarks.get(name)
        self.records.append(record if remark is None else {**record, "remark": str(remark)})
        note = _KEPT if kept else remark
        seconds, memory = record["seconds"], record["peak_memory_mb"]
        _LOG.info("%s: %.1f s, %d MB%s", name, seconds, memory, "" if note is None else f"  {note}")
        self.display.done(title, f"{seconds:6.1f} s  {memory:5d} MB", note, _NAME_WIDTH)
        return result

    def _result(
        self, name: str, work: Callable[Inputs, Result], *inputs: Inputs.args, **named: Inputs.kwargs
    ) -> tuple[Result, bool]:
        """The result, and whether it was there already."""
        if name == self.begin:
            self.begin = None
            if self.store is not None:
                self.store.anew = True
        if self.store is None:
            return work(*inputs, **named), False
        return self.store.get(name, work, *inputs, **named)


def _return_memory() -> None:
    """Give what a stage has freed back to the system where the C library is glibc, which keeps it otherwise."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


def peak_memory_mb() -> float:
    """The most memory that this process has held so far."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1024 / (1024 if sys.platform == "darwin" else 1)
