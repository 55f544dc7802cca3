"""From a file to a configuration, or one sentence for each thing that is wrong with it."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from offerloop.config.audience import Rule
from offerloop.config.model import Campaign, Config, Publish, Source
from offerloop.errors import ConfigError, near_miss


def load_config(path: Path) -> Config:
    """Read and validate a configuration; source paths become relative to its folder.

    Raises ConfigError with one line for each problem.
    """
    try:
        written = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError(f"there is no configuration '{path}'; write one with 'offerloop init'") from None
    except OSError as error:
        raise ConfigError(f"'{path}' cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"'{path}' is not TOML: {error}") from None
    try:
        config = Config.model_validate(written)
    except ValidationError as error:
        raise ConfigError("\n".join(_sentence(path, problem) for problem in _causes(error))) from None
    return beside(config, path.parent)


def beside(config: Config, folder: Path) -> Config:
    """The configuration with every path relative to a folder."""
    sources = {name: _source_beside(source, folder) for name, source in config.sources.items()}
    privacy = config.privacy.model_copy(
        update={
            name: folder / path
            for name in ("key_file", "suppress")
            if (path := getattr(config.privacy, name)) is not None
        }
    )
    publish = tuple(
        one if one.path is None else one.model_copy(update={"path": folder / one.path}) for one in config.publish
    )
    outcomes = tuple(folder / path for path in config.experiment.outcomes)
    experiment = config.experiment.model_copy(update={"outcomes": outcomes})
    return config.model_copy(
        update={"sources": sources, "privacy": privacy, "publish": publish, "experiment": experiment}
    )


def _source_beside(source: Source, folder: Path) -> Source:
    if source.path is not None:
        return source.model_copy(update={"path": folder / source.path})
    return source.model_copy(update={"url": sqlite_beside(source.url or "", folder)})


def sqlite_beside(url: str, folder: Path) -> str:
    """An SQLite file by a relative path lies beside the configuration; any other URL stays."""
    return re.sub(r"^(sqlite(?:\+\w+)?:///)(?=[^/$:])(?!file:)", lambda found: f"{found[1]}{folder}/", url)


def _causes(error: ValidationError) -> list[Any]:
    """Problems, without complaints that a list is too short because its members are wrong."""
    problems = error.errors()
    sections = {problem["loc"][:1] for problem in problems if len(problem["loc"]) > 1}
    return [problem for problem in problems if problem["type"] != "too_short" or problem["loc"] not in sections]


def _sentence(path: Path, problem: Any) -> str:  # noqa: ANN401 - pydantic's ErrorDetails
    where = ".".join(str(part) for part in problem["loc"]) or "the whole file"
    what = str(problem["msg"]).removeprefix("Value error, ")
    if problem["type"] == "extra_forbidden":
        what = f"unknown key{near_miss(str(problem['loc'][-1]), _keys_at(problem['loc'][:-1]))}"
    return f"{path}: {where}: {what}"


def _keys_at(where: tuple[str | int, ...]) -> list[str]:
    """Names of the keys allowed in the section that an error's location leads to."""
    sections: dict[str, type[BaseModel]] = {
        "sources": Source, "campaigns": Campaign, "audiences": Rule, "publish": Publish,
    }  # fmt: skip
    for name, field in Config.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            sections[name] = field.annotation
    fields = (sections[str(where[0])] if where else Config).model_fields
    return [field.alias or name for name, field in fields.items()]
