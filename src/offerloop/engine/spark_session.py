"""The Spark session that an engine works in: one that lives, one of a server, or one on this machine."""

from __future__ import annotations

import logging
import os
import shutil
import socket
import sys
from functools import cache
from threading import Thread, current_thread, main_thread
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from uuid import uuid4

from offerloop.engine.duckdb import usable_memory
from offerloop.errors import InputError
from offerloop.message import Message

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_OF_A_PLATFORM = ("PYSPARK_GATEWAY_PORT", "SPARK_REMOTE", "SPARK_API_MODE", "DATABRICKS_RUNTIME_VERSION")
"""Variables by which spark-submit and managed platforms say that a session is theirs to give."""
_PORT, _SECONDS = 15002, 10
"""Where a Spark Connect server listens by default, and how long it may take to open a connection."""
ANSWER_SECONDS = 30.0
"""How long it may take to greet; Spark's own client asks what does not greet for ten minutes."""
_TOKEN = "SPARK_CONNECT_AUTHENTICATE_TOKEN"


def given_session() -> SparkSession | None:
    """The live session of a notebook, or that of spark-submit or of a platform. Raises InputError without PySpark."""
    session: Any = _pyspark().sql.SparkSession
    if local_server.cache_info().currsize:
        return None
    if any(name in os.environ for name in _OF_A_PLATFORM):
        return session.builder.getOrCreate()
    return session.getActiveSession()


def connected(address: str) -> SparkSession:
    """A session of a Spark Connect server. Raises InputError when nobody answers there."""
    _pyspark()
    from pyspark.errors import PySparkException

    place = urlsplit(address)
    try:
        endpoint = place.hostname or "", place.port or _PORT
        socket.create_connection(endpoint, _SECONDS).close()  # Spark itself would ask for minutes
        session = _answering(address)
    except ImportError as error:
        reason = str(error).strip().splitlines()[0]
        raise InputError(
            Message(
                "the engine spark needs more than PySpark itself ({reason}); install it with: "
                "pip install 'offerloop[spark]'",
                reason=reason,
            )
        ) from None
    except (PySparkException, OSError, ValueError) as error:
        raise InputError(
            Message(
                "no Spark Connect server answers at '{address}' ({reason}); start one, or correct the address",
                address=address.partition("/;")[0],
                reason=str(error).strip().splitlines()[0],
            )
        ) from None
    logging.getLogger("SQLQueryContextLogger").setLevel(logging.CRITICAL)  # it repeats errors, which we report
    return session


def _answering(address: str) -> SparkSession:
    """A session of a server. Raises OSError when what listens there does not speak as Spark Connect does."""
    import grpc  # type: ignore[import-untyped]
    from pyspark.sql.connect.client import DefaultChannelBuilder
    from pyspark.sql.connect.session import SparkSession as ConnectSession

    with DefaultChannelBuilder(address).toChannel() as channel:
        try:
            grpc.channel_ready_future(channel).result(ANSWER_SECONDS)
        except grpc.FutureTimeoutError:
            raise OSError(f"no answer of Spark within {ANSWER_SECONDS} s") from None
    session: Any = ConnectSession.builder.remote(address).create()
    session.version  # noqa: B018 - asks the server
    return session


@cache
def local_server() -> str:
    """The address of a Spark Connect server for this process alone, which ends with it.

    It works on all processors, or where the variable MASTER says, in the memory that SPARK_DRIVER_MEMORY says (see
    `_usual_memory`). Raises InputError when Java is missing.
    """
    pyspark = _pyspark()
    session: Any = pyspark.sql.SparkSession
    if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
        raise InputError(
            Message(
                "Spark on this machine needs Java 17 or newer, and there is none; install it, such as with "
                "'apt-get install default-jre-headless'"
            )
        )
    os.environ.setdefault(_TOKEN, str(uuid4()))
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    port = _free_port()
    try:
        session.builder.config(map=_server_settings(port)).getOrCreate()
    except pyspark.errors.PySparkRuntimeError as error:
        if "JAVA_GATEWAY_EXITED" not in str(error):
            raise
        raise InputError(
            Message(
                "Spark on this machine needs Java 17 or newer, and what '{place}' names did not start it; correct the "
                "variable JAVA_HOME, or install such a Java",
                place=os.environ.get("JAVA_HOME") or shutil.which("java") or "java",
            )
        ) from None
    return f"sc://localhost:{port}"


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("localhost", 0))
        return int(free.getsockname()[1])


def _server_settings(port: int) -> dict[str, str]:
    """Return Spark's settings for a server that only this machine can reach."""
    return {
        "spark.master": os.environ.get("MASTER", "local[*]"),
        "spark.plugins": "org.apache.spark.sql.connect.SparkConnectPlugin",
        "spark.connect.grpc.binding.address": "localhost",
        "spark.connect.grpc.binding.port": str(port),
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.memory": os.environ.get("SPARK_DRIVER_MEMORY") or _usual_memory(),
        "spark.log.level": "FATAL",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.shuffle.partitions": str(os.cpu_count() or 1),
    }


def _usual_memory() -> str:
    """Return a quarter of the usable memory, and at least the gigabyte that Spark takes by itself.

    A gigabyte does not hold the results of a million order lines, and Spark then waits for them for ever.
    """
    return f"{max(round(1_000 * usable_memory() / 4), 1_000)}m"


def _pyspark() -> Any:  # noqa: ANN401 - the package
    try:
        import pyspark.errors
        import pyspark.sql
    except ModuleNotFoundError:
        raise InputError(
            Message("the engine spark needs PySpark; install it with: pip install 'offerloop[spark]'")
        ) from None
    return pyspark


def stop_session(session: SparkSession) -> None:
    """Stop a session. A thread of its own, in which its engine may be collected, would wait for itself."""
    if current_thread() is main_thread():
        session.stop()
    else:
        Thread(target=session.stop, daemon=True).start()
