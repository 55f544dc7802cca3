"""Whether the workers of Spark have what tasks need: this program's Python and its version of this package."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from offerloop.engine.base import stoppable
from offerloop.errors import InputError
from offerloop.message import Message

if TYPE_CHECKING:
    import pyarrow as pa

PACKAGE = "offerloop"


def check_workers(session: Any) -> None:  # noqa: ANN401 - classic or Connect
    """Ask one worker what it has. Raises InputError where tasks would fail there."""
    from pyspark.errors import PySparkException

    ours = [f"{sys.version_info.major}.{sys.version_info.minor}", version(PACKAGE)]
    try:
        answer = stoppable(lambda: session.range(1).mapInArrow(_question(PACKAGE), "answer string").toArrow())
    except PySparkException as error:
        reason = re.search(r"PYTHON_VERSION_MISMATCH\] ([^\n]+)|ModuleNotFoundError: [^\n]+", str(error))
        if reason is None:
            raise
        raise _unfit(ours, reason.group(1) or reason.group(0)) from None
    theirs = json.loads(answer["answer"][0].as_py())
    if theirs != ours:
        raise _unfit(ours, f"Python {theirs[0]}, {PACKAGE} {theirs[1] or '-'}")


def _question(package: str) -> Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    """A task that needs nothing of this package where it runs: Spark sends a function within a function as it is."""

    def answer(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        import json
        import sys
        from importlib.metadata import PackageNotFoundError, version

        import pyarrow as pa

        for _ in batches:
            try:
                there = version(package)
            except PackageNotFoundError:
                there = None
            python = f"{sys.version_info.major}.{sys.version_info.minor}"
            yield pa.RecordBatch.from_pydict({"answer": [json.dumps([python, there])]})

    return answer


def _unfit(ours: list[str], reason: str) -> InputError:
    return InputError(
        Message(
            "Spark's workers need Python {python} and offerloop {version} as this program has them, and one has not "
            "({reason}); install them on every worker with: pip install 'offerloop[spark]=={version}'",
            python=ours[0],
            version=ours[1],
            reason=reason,
        )
    )
