"""The engine uses nothing that Spark Connect lacks, so that managed and serverless platforms run it."""

import ast
from pathlib import Path

import pytest

from offerloop import engine

FORBIDDEN = {
    "sparkContext", "_sc", "_jvm", "_jsc", "_jdf", "_jsparkSession", "rdd", "toDF", "parallelize", "broadcast", "cache",
    "persist", "unpersist", "checkpoint", "localCheckpoint", "addJar", "addFile", "addArtifact", "registerJavaFunction",
    "hadoopFile", "foreachPartition", "mapPartitions", "accumulator",
}  # fmt: skip
FORBIDDEN_TEXTS = ("spark.jars", "spark.driver.extraClassPath", "spark.executor.extraClassPath")
SOURCES = sorted(Path(engine.__file__).parent.glob("spark*.py"))


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_nothing_is_used_that_spark_connect_lacks(path):
    tree = ast.parse(path.read_text())
    assert not FORBIDDEN & {one.attr for one in ast.walk(tree) if isinstance(one, ast.Attribute)}
    texts = [one.value for one in ast.walk(tree) if isinstance(one, ast.Constant) and isinstance(one.value, str)]
    assert not [text for text in texts if any(part in text for part in FORBIDDEN_TEXTS)]


def test_there_are_files_to_look_at():
    assert {path.name for path in SOURCES} >= {"spark.py", "spark_session.py"}
