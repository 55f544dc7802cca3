"""Databases as files: a run sees one state of each, and an unchanged one is recognised by its bytes."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from offerloop.config import Config, Source
from offerloop.engine import Engine, temporary_folder
from offerloop.errors import ConfigError
from offerloop.events import masked, open_event_log, open_source, snapshot, store_sources
from offerloop.message import Message


def with_snapshots(config: Config, folder: Path, engine: Engine) -> Config:
    """The configuration with every source that is no file read once into `folder`, as Parquet.

    So a run sees one state of each, and stages that were computed from the same rows are found again.
    """
    forget_snapshots(folder)  # of a run that was killed
    sources = {name: _local(name, source, folder, engine) for name, source in config.sources.items()}
    config = config.model_copy(update={"sources": sources})
    return with_store(config, folder) if config.data.source == "store" else config


def with_store(config: Config, folder: Path) -> Config:
    """The configuration with every source that it does not name taken from the events of the store.

    Raises ConfigError where there are no orders.
    """
    log = open_event_log(config.data.url)
    try:
        sources = {**store_sources(log, folder, config.shop.currency), **config.sources}
    finally:
        log.close()
    if "order_lines" not in sources:
        raise ConfigError(
            Message(
                "the store '{store}' of [data] has no orders yet; report them to POST /v1/events of offerloop serve",
                store=masked(config.data.url),
            )
        )
    config = config.model_copy(update={"sources": sources})
    _check_attributes(config)
    return config


def _check_attributes(config: Config) -> None:
    for setting, name in config.unknown_attributes():
        raise ConfigError(
            Message("profiles.{setting} names '{name}', which no event says of a customer", setting=setting, name=name)
        )


@contextmanager
def stored(config: Config) -> Iterator[tuple[Config, Path]]:
    """The configuration with what it takes from the store as files, which last as long as the context, and their
    folder."""
    with temporary_folder() as folder:
        yield with_store(config, folder) if config.data.source == "store" else config, folder


def forget_snapshots(folder: Path) -> None:
    """Remove the rows as they were read: they hold what privacy keeps out of everything else."""
    for rows in folder.glob("source-*"):
        if rows.is_dir():
            shutil.rmtree(rows, ignore_errors=True)
        else:
            rows.unlink(missing_ok=True)


def _local(name: str, source: Source, folder: Path, engine: Engine) -> Source:
    if source.path is not None:
        return source
    path = folder / f"source-{name}.parquet"
    if source.is_of_platform:
        with open_source(source, engine) as raw:
            engine.write(raw.frame, path)
    else:
        with tempfile.TemporaryDirectory(dir=folder, prefix="source-") as place:
            _, rows = snapshot(source, Path(place))
            rows.replace(path)
    return source.model_copy(update={"path": path, "url": None, "table": None, "query": None})


_PLAIN_OPTIONS = "sslmode|channel_binding|connect_timeout|application_name|target_session_attrs"
"""Options of an address that hold no secret."""


def without_passwords(text: str) -> str:
    """The text of a configuration as a run keeps it."""
    text = re.sub(r"(?i)(https?://)(?!\$\{\w+\}@)[^:/?#@\s\"']+@", r"\1***@", text)
    text = re.sub(r"(://[^:/@\s\"']*:)(?!\$\{\w+\}@)[^\"'\n]*@", r"\1***@", text)
    return re.sub(rf"(?i)([?&](?!(?:{_PLAIN_OPTIONS})=)[^=&\s\"']+=)(?!\$\{{)[^&\s\"']*", r"\1***", text)
