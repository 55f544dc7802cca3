"""Databases as files: a run sees one state of each, and an unchanged one is recognised by its bytes."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

from offerloop.config import Config, Source
from offerloop.events import snapshot


def with_snapshots(config: Config, folder: Path) -> Config:
    """The configuration with every source that is a database read once into `folder`, as Parquet."""
    forget_snapshots(folder)  # of a run that was killed
    sources = {name: _local(name, source, folder) for name, source in config.sources.items()}
    return config.model_copy(update={"sources": sources})


def forget_snapshots(folder: Path) -> None:
    """Remove the rows as they were read: they hold what privacy keeps out of everything else."""
    for rows in folder.glob("source-*.parquet"):
        rows.unlink(missing_ok=True)


def _local(name: str, source: Source, folder: Path) -> Source:
    if source.url is None:
        return source
    with tempfile.TemporaryDirectory(dir=folder) as place:
        _, rows = snapshot(source, Path(place))
        path = folder / f"source-{name}.parquet"
        rows.replace(path)
    return source.model_copy(update={"path": path, "url": None, "table": None, "query": None})


def without_passwords(text: str) -> str:
    """The text of a configuration as a run keeps it."""
    text = re.sub(r"(://[^:/@\s\"']*:)(?!\$\{\w+\}@)[^\"'\n]*@", r"\1***@", text)
    return re.sub(r"(?i)([?&][^=&\s\"']+=)(?!\$\{)[^&\s\"']*", r"\1***", text)
