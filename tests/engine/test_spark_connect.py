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
CLASSIC = {"SparkContext", "SQLContext", "HiveContext", "StreamingContext"}
"""Names that only a session which is not of Spark Connect has."""


def names_in(tree):
    """Names, attributes, what is imported, and texts, as by `getattr`."""
    for one in ast.walk(tree):
        if isinstance(one, ast.Attribute):
            yield one.attr
        elif isinstance(one, ast.Name):
            yield one.id
        elif isinstance(one, ast.Import | ast.ImportFrom):
            yield from (part for alias in one.names for part in alias.name.split("."))
        elif isinstance(one, ast.Call) and getattr(one.func, "id", "") in ("getattr", "hasattr"):
            yield from (arg.value for arg in one.args if isinstance(arg, ast.Constant))


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_nothing_is_used_that_spark_connect_lacks(path):
    tree = ast.parse(path.read_text())
    attributes = {one.attr for one in ast.walk(tree) if isinstance(one, ast.Attribute)}
    assert not FORBIDDEN & attributes
    assert not (CLASSIC | FORBIDDEN - {"cache", "broadcast"}) & set(names_in(tree))
    texts = [one.value for one in ast.walk(tree) if isinstance(one, ast.Constant) and isinstance(one.value, str)]
    assert not [text for text in texts if any(part in text for part in FORBIDDEN_TEXTS)]


@pytest.mark.parametrize(
    "text",
    ["from pyspark import SparkContext", "SparkContext.getOrCreate()", "getattr(session, 'sparkContext')", "a.rdd"],
)
def test_other_ways_to_what_it_lacks_are_seen(text):
    assert (CLASSIC | FORBIDDEN) & set(names_in(ast.parse(text)))


def test_no_other_room_knows_spark():
    others = [one for one in Path(engine.__file__).parents[1].rglob("*.py") if one not in SOURCES]
    assert len(others) > 500
    for path in others:
        assert not CLASSIC & set(names_in(ast.parse(path.read_text()))), path


def test_there_are_files_to_look_at():
    assert {path.name for path in SOURCES} >= {"spark.py", "spark_session.py"}
