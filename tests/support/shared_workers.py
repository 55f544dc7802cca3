"""Files of tests, each run whole by one worker, and those that share a costly fixture by the same worker."""

from xdist.scheduler import LoadFileScheduling
from xdist.workermanage import WorkerController

FILES_OF = {
    "spark_server": (
        "tests/commands/evaluate/test_evaluate_shards.py",
        "tests/commands/experiment/test_clusters_and_segments.py",
        "tests/commands/readout/shards/test_readout_on_spark.py",
        "tests/commands/uplift/shards/test_other_designs.py",
        "tests/commands/uplift/shards/test_whole_table.py",
        "tests/engine/test_engines.py",
        "tests/engine/test_parquet_folders.py",
        "tests/engine/test_spark.py",
    ),
    "sample_events": (
        "tests/events/cleaning/test_cleaning_rules.py",
        "tests/events/columns/test_calendar.py",
        "tests/events/test_preparation.py",
        "tests/profiles/test_build.py",
        "tests/test_flow.py",
    ),
}
"""The files that use a fixture which is made once for each worker."""
LONG = (
    "spark_server",
    "tests/web/test_service_storms.py",
    "tests/browser/test_console_paths.py",
    "tests/examples/test_case.py",
    "tests/end_to_end/test_large_shop.py",
    "tests/browser/test_console_setup.py",
    "tests/end_to_end/test_shop_over_http.py",
    "tests/response/trial/test_worlds.py",
    "tests/store/test_storms.py",
)
"""What takes longest, and begins first so that no worker is left alone with it at the end."""
_FIXTURE_OF = {file: fixture for fixture, files in FILES_OF.items() for file in files}


class SharedWorkers(LoadFileScheduling):
    """Files of tests are handed out whole, and those of one costly fixture as if they were one file."""

    def _assign_work_unit(self, node: WorkerController) -> None:
        for scope in reversed(LONG):
            if scope in self.workqueue:
                self.workqueue.move_to_end(scope, last=False)
        super()._assign_work_unit(node)

    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        return _FIXTURE_OF.get(file, file)
