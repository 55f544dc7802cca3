"""From a file to a configuration, or one sentence for each thing that is wrong with it."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from offerloop.config.experiment import BusinessAsUsual
from offerloop.config.model import Config, Privacy, Source
from offerloop.config.paths import StrPath, as_path, config_file
from offerloop.errors import ConfigError, near_miss

Where = tuple[str | int, ...]
"""The keys and places in lists that lead to a value."""
_TRIED = {"str": "string", "int": "int", "float": "float", "bool": "bool"}
"""Where several types are allowed, a location ends with the one that was tried; how its problems begin."""
_NAMES = r"'(\w+)'"
_WANTED = {
    "finite": "a number, neither nan nor inf", "bool": "true or false",
    "int": "a whole number", "float": "a number", "date": "a day such as 2024-01-31",
    "tuple": "a list in square brackets", "list": "a list in square brackets",
    "dict": "a table", "model": "a table", "string": "text in quotes", "path": "text in quotes",
}  # fmt: skip
"""What must stand there, by how pydantic's names of problems begin."""
_BOUNDS = {
    "greater_than": ("gt", "be more than {}"), "greater_than_equal": ("ge", "be {} or more"),
    "less_than_equal": ("le", "be {} or less"), "less_than": ("lt", "be less than {}"),
    "too_short": ("min_length", "hold {} or more"), "too_long": ("max_length", "hold {} or fewer"),
}  # fmt: skip
"""Limits: where pydantic names one, and how a sentence does."""


M = TypeVar("M", bound=BaseModel)


def load_config(path: StrPath) -> Config:
    """Read and validate a configuration, by its path or its folder; source paths become relative to that folder.

    Raises ConfigError with one line for each problem.
    """
    path = config_file(path)
    return beside(load_file(path, Config), path.parent)


def load_file(path: Path, model: type[M]) -> M:
    """A file of some other sections. Raises ConfigError with one line for each problem."""
    text = _text(path, model)
    try:
        written = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        _check_suffix(path, model)
        raise ConfigError(f"'{path}' is not TOML: {error}{_quotes_hint(text, str(error))}") from None
    try:
        return model.model_validate(written)
    except ValidationError as error:
        lines = _sentences(error, tomllib.loads(text, parse_float=str), model)
        raise ConfigError("\n".join(f"{path}: {line}" for line in lines)) from None


def _text(path: Path, model: type[BaseModel]) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ConfigError(f"there is no configuration '{path}'; write one with 'offerloop init'") from None
    except OSError as error:
        raise ConfigError(f"'{path}' cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        _check_suffix(path, model)
        raise ConfigError(f"'{path}' is not TOML, which is UTF-8 text; save it as UTF-8") from None


def _check_suffix(path: Path, model: type[BaseModel]) -> None:
    """Say which kind of file is wanted where another one is given, such as the order lines."""
    if path.suffix.lower() == ".toml":
        return
    if model is not Config:
        raise ConfigError(f"'{path}' is no TOML file, and one is wanted here")
    raise ConfigError(
        f"'{path}' is no TOML file, and a configuration such as offerloop.toml is wanted here; 'offerloop init DIR "
        f"--orders {path}' writes one for a file of order lines"
    )


def beside(config: Config, folder: Path) -> Config:
    """The configuration with every path relative to a folder."""
    sources = {name: _source_beside(source, folder) for name, source in config.sources.items()}
    publish = tuple(
        target if target.path is None else target.model_copy(update={"path": folder / as_path(target.path)})
        for target in config.publish
    )
    outcomes = tuple(folder / as_path(path) for path in config.experiment.outcomes)
    experiment = config.experiment.model_copy(update={"outcomes": outcomes})
    return config.model_copy(
        update={
            "sources": sources, "privacy": privacy_beside(config.privacy, folder), "publish": publish,
            "data": config.data.model_copy(update={"store": sqlite_beside(config.data.store, folder)}),
            "experiment": experiment, "business_as_usual": _usual_beside(config.business_as_usual, folder),
        }
    )  # fmt: skip


def _usual_beside(usual: BusinessAsUsual | None, folder: Path) -> BusinessAsUsual | None:
    if usual is None or usual.path is None:
        return usual
    return usual.model_copy(update={"path": folder / as_path(usual.path)})


def privacy_beside(privacy: Privacy, folder: Path) -> Privacy:
    """The section with its files relative to a folder."""
    files = {name: getattr(privacy, name) for name in ("key_file", "suppress")}
    return privacy.model_copy(update={name: folder / as_path(path) for name, path in files.items() if path is not None})


def _source_beside(source: Source, folder: Path) -> Source:
    if source.path is not None:
        return source.model_copy(update={"path": folder / as_path(source.path)})
    return source.model_copy(update={"url": sqlite_beside(source.url or "", folder)})


def sqlite_beside(url: str, folder: Path) -> str:
    """An SQLite file by a relative path lies beside the configuration; any other URL stays."""
    return re.sub(r"^(sqlite(?:\+\w+)?:///)(?=[^/$:])(?!file:)", lambda match: f"{match[1]}{folder}/", url)


def _quotes_hint(text: str, error: str) -> str:
    """What to do where a bare word stands in place of a value, by the message of the TOML reader; else nothing."""
    place = re.search(r"at line (\d+), column (\d+)", error)
    if place is None:
        return ""
    line, column = text.splitlines()[int(place[1]) - 1 : int(place[1])], int(place[2]) - 1
    word = re.match(r"[^\W\d][^,#\]}\"']*", line[0][column:]) if line else None
    if word is None or not re.search(r"[=\[,]\s*$", line[0][:column]):
        return ""
    key = re.search(r"[\w.-]+\s*=\s*$", line[0][:column])
    return f'; text needs quotes, {key[0] if key else ""}"{word[0].strip()}"'


def _sentences(error: ValidationError, as_written: dict[str, Any], model: type[BaseModel]) -> list[str]:
    """One line for each problem; `as_written` is the file with its decimal numbers as texts."""
    problems = _causes(error)
    missing = {problem["loc"] for problem in problems if problem["type"] == "missing"}
    lines, answered = [], set()
    for problem in problems:
        if problem["type"] == "extra_forbidden":
            what, meant = _unknown(problem["loc"], missing, model)
            answered.add(meant)
        else:
            what = _what(problem, as_written)
        lines.append((problem["loc"], f"{_place(_of_value(problem), as_written)}{what}"))
    return list(dict.fromkeys(line for where, line in lines if where not in answered))


def _causes(error: ValidationError) -> list[Any]:
    """Problems, without complaints that a list is too short because its members are wrong."""
    problems = error.errors()
    sections = {problem["loc"][:1] for problem in problems if len(problem["loc"]) > 1}
    return [problem for problem in problems if problem["type"] != "too_short" or problem["loc"] not in sections]


def _unknown(where: Where, missing: set[Where], model: type[BaseModel]) -> tuple[str, Where]:
    """What is wrong with a key, and the missing one that it must be a slip for (empty when it is for none)."""
    hint = near_miss(str(where[-1]), _keys_at(where[:-1], model))
    for place in missing:
        if place[:-1] == where[:-1] and f"'{place[-1]}'" in hint:
            return f"unknown key{hint.removesuffix('?')}, which is required?", place
    return f"unknown key{hint}", ()


def _keys_at(where: Where, model: type[BaseModel]) -> list[str]:
    """Names of the keys allowed in the section that an error's location leads to."""
    if where:
        annotation = next(one.annotation for name, one in model.model_fields.items() if where[0] in (name, one.alias))
        model = _section_of(annotation) or model
    return [field.alias or name for name, field in model.model_fields.items()]


def _section_of(annotation: object) -> type[BaseModel] | None:
    """The section that a field holds, one or many of."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next(filter(None, map(_section_of, get_args(annotation))), None)


def _of_value(problem: Any) -> Where:  # noqa: ANN401 - pydantic's ErrorDetails
    """The location of a problem, without the type that was tried and without a place that a list does not have."""
    where: Where = problem["loc"]
    tried = where[:1] == ("audiences",) and where[-1] in _TRIED and problem["type"].startswith(_TRIED[str(where[-1])])
    return where[:-1] if tried or (problem["type"] == "missing" and isinstance(where[-1], int)) else where


def _place(where: Where, as_written: dict[str, Any]) -> str:
    """``"campaign 'spring', budget: "``, ``"the 1st [[publish]], path: "``, ``"audiences.loyal.all, the 2nd: "``."""
    said = [""]
    for part in where:
        if isinstance(part, int):
            said += [f"the {_ordinal(part + 1)}", ""]
        else:
            said[-1] = f"{said[-1]}.{part}".lstrip(".")
    if said[0] in ("campaigns", "publish") and len(said) > 1:
        named = _at(as_written, where[:2])
        has_id = isinstance(named, dict) and isinstance(named.get("id"), str)
        said[:2] = [f"campaign '{named['id']}'" if has_id else f"{said[1]} [[{said[0]}]]"]
    return ", ".join(filter(None, said)) + (": " if where else "")


def _ordinal(number: int) -> str:
    last = 0 if 10 < number % 100 < 20 else number % 10
    return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(last, 'th') }"


def _what(problem: Any, as_written: dict[str, Any]) -> str:  # noqa: ANN401
    """What is wrong with a value and what to write instead."""
    kind, context, value = str(problem["type"]), problem.get("ctx", {}), problem["input"]
    shown = _shown(value, _at(as_written, problem["loc"]))
    if kind == "value_error":
        return str(context["error"])
    if kind == "missing":
        where = _of_value(problem)
        return "is required and missing" if where == problem["loc"] else f"needs more than {shown}"
    if kind == "literal_error":
        return f"must be {context['expected']}, not {shown}{near_miss(str(value), re.findall(_NAMES, str(context)))}"
    if kind in _BOUNDS:
        return _out_of_bounds(kind, context, value, shown)
    if problem["loc"] != _of_value(problem):
        return f"must be one text, number, or true or false, not {shown}"
    if kind.startswith("tuple") and isinstance(value, dict):
        header = ".".join(part for part in problem["loc"] if isinstance(part, str))
        return f"must be a list, so write its header in double brackets, [[{header}]]"
    if kind.startswith(("string", "path")) and not isinstance(value, dict | list | bool):
        key = problem["loc"][-1]
        return f'write it in quotes, {"" if isinstance(key, int) else f"{key} = "}"{shown}"'
    wanted = next((said for begin, said in _WANTED.items() if kind.startswith(begin)), "written in another way")
    return f"must be {wanted}, not {shown}"


def _out_of_bounds(kind: str, context: dict[str, Any], value: Any, shown: str) -> str:  # noqa: ANN401
    if 1 in (context.get("le"), context.get("lt")):
        example = f"{value / 100:.2f} for {value:g} %" if 1 < value <= 100 else "0.30 for 30 %"
        bounds = "between 0 and 1" if "le" in context else "from 0 to less than 1"
        return f"must be a share {bounds}, such as {example}, not {shown}"
    name, said = _BOUNDS[kind]
    return f"must {said.format(f'{context[name]:g}')}, not {shown}"


def _shown(value: object, as_written: object) -> str:
    """A value as it stands in the file."""
    if isinstance(value, list | dict):
        return f"a list of {len(value)}" if isinstance(value, list) else "a table"
    if isinstance(value, float):
        return str(as_written)
    return f'"{value}"' if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)


def _at(written: Any, where: Where) -> Any:  # noqa: ANN401 - what TOML holds
    """What stands at a location; None where nothing does."""
    for part in where:
        is_key = isinstance(written, dict) and part in written
        listed = isinstance(written, list) and isinstance(part, int) and part < len(written)
        if not is_key and not listed:
            return None
        written = written[part]
    return written
