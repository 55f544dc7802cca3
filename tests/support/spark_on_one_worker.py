"""Files of tests, one for each worker at a time, and all that use Spark on the same worker, which starts it once."""

from xdist.scheduler import LoadFileScheduling

SPARK_FILES = (
    "tests/engine/test_spark.py",
    "tests/engine/test_engines.py",
    "tests/commands/experiment/test_experiment_command.py",
    "tests/commands/uplift/shards/test_whole_table.py",
)


class SparkOnOneWorker(LoadFileScheduling):
    """Files of tests are handed out whole, and those of Spark as if they were one."""

    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        return "spark" if file in SPARK_FILES else file
