"""Wraps the stages of a run from outside: progress on a terminal, seconds and memory for the manifest."""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from rich.console import Console

Result = TypeVar("Result")


@dataclass
class Recorder:
    """Called by the flow as `stage(name, work)`."""

    console: Console | None = None
    """Where progress is shown; None is quiet."""
    records: list[dict[str, Any]] = field(default_factory=list)

    def __call__(self, name: str, work: Callable[[], Result]) -> Result:
        """Run one stage and record wall and CPU seconds and the process's peak memory so far."""
        begin, cpu = time.perf_counter(), time.process_time()
        if self.console is not None and self.console.is_terminal:
            with self.console.status(f"{name} ..."):
                result = work()
        else:
            result = work()
        record = {
            "stage": name,
            "seconds": round(time.perf_counter() - begin, 3),
            "cpu_seconds": round(time.process_time() - cpu, 3),
            "peak_memory_mb": round(peak_memory_mb()),
        }
        self.records.append(record)
        if self.console is not None:
            seconds, memory = record["seconds"], record["peak_memory_mb"]
            self.console.print(f"[green]✓[/] {name:<16} {seconds:6.1f} s  {memory:5d} MB")
        return result


def peak_memory_mb() -> float:
    """The most memory that this process has held so far."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1024 / (1024 if sys.platform == "darwin" else 1)
