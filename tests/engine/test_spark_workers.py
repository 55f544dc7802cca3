"""Workers without this package, or with another Python, are named before they get work."""

import subprocess
import sys

import pyarrow as pa
import pytest
from pyspark.cloudpickle import dumps
from pyspark.errors import PySparkException

from offerloop.engine.spark_workers import check_workers
from offerloop.errors import InputError

WORKER = """
import collections, importlib.metadata, json, pickle, sys
import pyarrow as pa
sys.modules["offerloop"] = None  # a worker that has not the package cannot import it
def version(name, real=importlib.metadata.version):
    {version}
importlib.metadata.version = version
sys.version_info = collections.namedtuple("Version", "major minor")(3, {minor})
(batch,) = pickle.load(sys.stdin.buffer)(iter([None]))
print(batch["answer"][0])
"""
MISSING, OLD, SAME = "raise importlib.metadata.PackageNotFoundError(name)", "return '0.0.1'", "return real(name)"
OURS = sys.version_info.minor


class OneWorker:
    """A session whose only worker is a process of its own."""

    def __init__(self, version, minor=OURS):
        self.code = WORKER.format(version=version, minor=minor)

    def range(self, _):
        return self

    def mapInArrow(self, function, _):  # noqa: N802 - Spark's name
        self.pickled = dumps(function)
        return self

    def toArrow(self):  # noqa: N802 - Spark's name
        done = subprocess.run([sys.executable, "-c", self.code], input=self.pickled, capture_output=True, check=True)
        return pa.table({"answer": [done.stdout.decode().strip()]})


def test_a_worker_like_this_program_is_fit():
    check_workers(OneWorker(SAME))


@pytest.mark.parametrize(
    ("worker", "why"),
    [
        (OneWorker(MISSING), r"\(Python 3.\d+, offerloop -\); install them on every worker"),
        (OneWorker(OLD), r"offerloop 0\.0\.1\); install"),
        (OneWorker(SAME, minor=9), r"\(Python 3\.9, offerloop"),
    ],
)
def test_a_worker_without_what_tasks_need_is_named(worker, why):
    with pytest.raises(InputError, match=why):
        check_workers(worker)


def test_what_sparks_own_check_says_is_one_sentence():
    worker = OneWorker(SAME)
    said = "Job aborted\nPySparkRuntimeError: [PYTHON_VERSION_MISMATCH] Python in worker has 3.9\n\tat scala"

    def refuse():
        raise PySparkException(said)

    worker.toArrow = refuse
    with pytest.raises(InputError, match=r"and one has not .Python in worker has 3\.9.; install"):
        check_workers(worker)
