"""What is said of an address, a session or a Java that is no Spark, in one sentence and in time."""

import os
import re
import socket
import sys
from subprocess import run

import pytest

from offerloop.engine import engine_of, spark_session
from offerloop.engine.spark_session import local_server
from offerloop.errors import InputError


def test_an_address_where_nobody_answers_is_named():
    with pytest.raises(InputError, match="no Spark Connect server answers at 'sc://localhost:1'"):
        engine_of("sc://localhost:1/;token=secret")


def test_what_listens_there_and_says_nothing_is_not_waited_for(monkeypatch):
    monkeypatch.setattr(spark_session, "ANSWER_SECONDS", 0.5)
    why = r"no Spark Connect server answers .*\(no answer of Spark within 0.5 s\)"
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(InputError, match=why):
        engine_of(f"sc://127.0.0.1:{silent.getsockname()[1]}")


def test_what_spark_connect_lacks_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "grpc", None)
    for name in [name for name in sys.modules if name.startswith("pyspark.sql.connect")]:
        monkeypatch.delitem(sys.modules, name)
    why = r"needs more than PySpark itself \(.*grpc.*\); install it with"
    with socket.create_server(("127.0.0.1", 0)) as server, pytest.raises(InputError, match=why):
        engine_of(f"sc://127.0.0.1:{server.getsockname()[1]}")


@pytest.mark.parametrize("address", ["spark://host:7077", "local[2]", "yarn", "k8s://https://host"])
def test_the_address_of_a_master_says_what_to_do_with_it(address):
    with pytest.raises(InputError, match="is the address of a Spark master; run the program by spark-submit --master"):
        engine_of(address)


def test_what_is_no_session_is_named():
    with pytest.raises(InputError, match=r"'spark' must be a live Spark session such as .*, and is a object"):
        engine_of(object())


@pytest.mark.parametrize(("usable", "asked_for"), [(40.0, "10000m"), (1.0, "1000m")])
def test_spark_on_this_machine_takes_a_quarter_of_the_usable_memory_and_a_gigabyte_at_least(
    monkeypatch, usable, asked_for
):
    monkeypatch.setattr(spark_session, "usable_memory", lambda: usable)
    assert spark_session._usual_memory() == asked_for


def test_a_missing_java_is_named(monkeypatch):
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with pytest.raises(InputError, match="needs Java 17 or newer"):
        local_server.__wrapped__()


def test_a_java_that_does_not_start_spark_is_named(tmp_path):
    """In a process of its own: where a Java machine already runs, Spark starts no other."""
    (tmp_path / "bin").mkdir()
    java = tmp_path / "bin" / "java"
    java.write_text("#!/bin/sh\nexit 1\n")
    java.chmod(0o755)
    code = "from offerloop.engine.spark_session import local_server; local_server()"
    started = [sys.executable, "-c", code]
    ended = run(started, env={**os.environ, "JAVA_HOME": str(tmp_path)}, capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert re.search(r"InputError: .* needs Java 17 or newer, and what .* did not start it; correct", ended.stderr)
