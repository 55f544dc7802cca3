"""Load configurations from files, or say in one sentence for each thing that is wrong with it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from offerloop.config.model import Config
from offerloop.config.paths import StrPath, as_path, config_file
from offerloop.config.sections.campaign import Campaign, CampaignFault
from offerloop.config.sections.experiment import BusinessAsUsual
from offerloop.config.sections.privacy import Privacy
from offerloop.config.sections.source import Source
from offerloop.errors import ConfigError, near_miss, nearest
from offerloop.message import Message, Value, joined

Where = tuple[str | int, ...]
"""The keys and places in lists that lead to a value."""
_TRIED = {"str": "string", "int": "int", "float": "float", "bool": "bool"}
"""Where several types are allowed, a location ends with the one that was tried; how its problems begin."""
_NAMES = r"'(\w+)'"
_LIST = Message("must be a list in square brackets, not {shown}")
_TABLE = Message("must be a table, not {shown}")
_TEXT = Message("must be text in quotes, not {shown}")
_WANTED = {
    "finite": Message("must be a number, neither nan nor inf, not {shown}"),
    "bool": Message("must be true or false, not {shown}"),
    "int": Message("must be a whole number, not {shown}"),
    "float": Message("must be a number, not {shown}"),
    "date": Message("must be a day such as 2024-01-31, not {shown}"),
    "tuple": _LIST, "list": _LIST, "dict": _TABLE, "model": _TABLE, "string": _TEXT, "path": _TEXT,
}  # fmt: skip
"""What must stand there, by how pydantic's names of problems begin."""
_BOUNDS = {
    "greater_than": ("gt", Message("must be more than {bound}, not {shown}")),
    "greater_than_equal": ("ge", Message("must be {bound} or more, not {shown}")),
    "less_than_equal": ("le", Message("must be {bound} or less, not {shown}")),
    "less_than": ("lt", Message("must be less than {bound}, not {shown}")),
    "too_short": ("min_length", Message("must hold {bound} or more, not {shown}")),
    "too_long": ("max_length", Message("must hold {bound} or fewer, not {shown}")),
}
_ORDINALS = {
    1: Message("the {number}st", context="place in a list"),
    2: Message("the {number}nd", context="place in a list"),
    3: Message("the {number}rd", context="place in a list"),
}
"""Limits: where pydantic names one, and how a sentence does."""


M = TypeVar("M", bound=BaseModel)


def load_config(path: StrPath) -> Config:
    """Read and validate a configuration, by its path or its folder; source paths become relative to that folder.

    Raises ConfigError with one line for each problem.
    """
    path = config_file(path)
    text = _text(path, Config)
    return beside(_read(path, text, Config).with_text(text), path.parent)


def load_file(path: Path, model: type[M]) -> M:
    """A file of some other sections. Raises ConfigError with one line for each problem."""
    return _read(path, _text(path, model), model)


def _read(path: Path, text: str, model: type[M]) -> M:
    try:
        written = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        _check_suffix(path, model)
        raise ConfigError(
            Message(
                "'{path}' is not TOML: {error}{hint}",
                context="error",
                path=str(path),
                error=str(error),
                hint=_quotes_hint(text, str(error)),
            )
        ) from None
    try:
        return model.model_validate(written)
    except ValidationError as error:
        problems = _problems(error, tomllib.loads(text, parse_float=str), model)
        raise ConfigError(problems_of(path, problems)) from None


def read_campaign(written: dict[str, Any]) -> Campaign | list[CampaignFault]:
    """Read a campaign as `[[campaigns]]` has it, or return what is wrong with each of its keys."""
    try:
        return Campaign.model_validate(written)
    except ValidationError as error:
        return [CampaignFault(".".join(map(str, one["loc"])), _wrong(one, written)) for one in _causes(error)]


def _wrong(problem: Any, written: dict[str, Any]) -> Message:  # noqa: ANN401 - pydantic's ErrorDetails
    is_unknown = problem["type"] == "extra_forbidden"
    return _unknown(problem["loc"], set(), Campaign)[0] if is_unknown else _what(problem, written)


def problems_of(path: Path, problems: Iterable[Message]) -> Message:
    """Return one line for each problem of a file."""
    lines = [Message("{path}: {problem}", context="problem of a file", path=str(path), problem=one) for one in problems]
    return joined(lines, "\n")


def _text(path: Path, model: type[BaseModel]) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        if model is not Config:
            raise ConfigError(Message("there is no file '{path}'; check the path", path=str(path))) from None
        raise ConfigError(
            Message("there is no configuration '{path}'; write one with 'offerloop init'", path=str(path))
        ) from None
    except OSError as error:
        raise ConfigError(
            Message(
                "'{path}' cannot be read: {reason}",
                context="error",
                path=str(path),
                reason=error.strerror or str(error),
            )
        ) from None
    except UnicodeDecodeError:
        _check_suffix(path, model)
        raise ConfigError(
            Message("'{path}' is not TOML, which is UTF-8 text; save it as UTF-8", path=str(path))
        ) from None


def _check_suffix(path: Path, model: type[BaseModel]) -> None:
    """Say which kind of file is wanted where another one is given, such as the order lines."""
    if path.suffix.lower() == ".toml":
        return
    if model is not Config:
        raise ConfigError(Message("'{path}' is no TOML file, and one is wanted here", path=str(path)))
    raise ConfigError(
        Message(
            "'{path}' is no TOML file, and a configuration such as offerloop.toml is wanted here; "
            "'offerloop init DIR --orders {path}' writes one for a file of order lines",
            path=str(path),
        )
    )


def beside(config: Config, folder: Path) -> Config:
    """The configuration with every path of what is read relative to a folder; what is published names its own place."""
    sources = {name: _source_beside(source, folder) for name, source in config.sources.items()}
    outcomes = tuple(folder / as_path(path) for path in config.experiment.outcomes)
    experiment = config.experiment.model_copy(update={"outcomes": outcomes})
    return config.model_copy(
        update={
            "sources": sources, "privacy": privacy_beside(config.privacy, folder),
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
        join = tuple(one.model_copy(update={"path": folder / as_path(one.path)}) for one in source.join)
        return source.model_copy(update={"path": folder / as_path(source.path), "join": join})
    return source if source.url is None else source.model_copy(update={"url": sqlite_beside(source.url, folder)})


def sqlite_beside(url: str, folder: Path) -> str:
    """An SQLite file by a relative path lies beside the configuration; any other URL stays."""
    return re.sub(r"^(sqlite(?:\+\w+)?:///)(?=[^/$:])(?!file:)", lambda match: f"{match[1]}{folder}/", url)


def _quotes_hint(text: str, error: str) -> Message | str:
    """What to do where a bare word stands in place of a value, by the message of the TOML reader; else nothing."""
    place = re.search(r"at line (\d+), column (\d+)", error)
    if place is None:
        return ""
    line, column = text.splitlines()[int(place[1]) - 1 : int(place[1])], int(place[2]) - 1
    if name := _bare_name(line[0], column) if line else "":
        return Message(
            "; a name with other letters than A to Z needs quotes, {quoted}", context="behind an error", quoted=name
        )
    word = re.match(r"[^\W\d][^,#\]}\"']*", line[0][column:]) if line else None
    if word is None or not re.search(r"[=\[,]\s*$", line[0][:column]):
        return ""
    key = re.search(r"[\w.-]+\s*=\s*$", line[0][:column])
    quoted = f'{key[0] if key else ""}"{word[0].strip()}"'
    return Message("; text needs quotes, {quoted}", context="behind an error", quoted=quoted)


def _bare_name(line: str, column: int) -> str:
    """Return the name of a table or a key as it must be quoted, if TOML stopped at a letter of it beyond ASCII."""
    word = next((one for one in re.finditer(r"[\w-]+", line) if one.start() <= column < one.end()), None)
    if word is None or line[column].isascii():
        return ""
    if line.lstrip().startswith("["):
        return f'{line[: word.start()].strip()}"{word[0]}"{line[word.end() :].split("#")[0].rstrip()}'
    return f'"{word[0]}"' if re.match(r"\s*[=.]", line[word.end() :]) else ""


def _problems(error: ValidationError, as_written: dict[str, Any], model: type[BaseModel]) -> list[Message]:
    """One message for each problem; `as_written` is the file with its decimal numbers as texts."""
    problems = _causes(error)
    missing = {problem["loc"] for problem in problems if problem["type"] == "missing"}
    lines, answered = [], set()
    for problem in problems:
        if problem["type"] == "extra_forbidden":
            what, meant = _unknown(problem["loc"], missing, model)
            answered.add(meant)
        else:
            what = _what(problem, as_written)
        lines.append((problem["loc"], _placed(_place(_of_value(problem), as_written), what)))
    return list(dict.fromkeys(line for where, line in lines if where not in answered))


def _causes(error: ValidationError) -> list[Any]:
    """Problems, without complaints that a list is too short because its members are wrong."""
    problems = error.errors()
    sections = {problem["loc"][:1] for problem in problems if len(problem["loc"]) > 1}
    return [problem for problem in problems if problem["type"] != "too_short" or problem["loc"] not in sections]


def _unknown(where: Where, missing: set[Where], model: type[BaseModel]) -> tuple[Message, Where]:
    """What is wrong with a key, and the missing one that it must be a slip for (empty when it is for none)."""
    keys = _keys_at(where[:-1], model)
    meant = (*where[:-1], nearest(str(where[-1]), keys) or "")
    if meant in missing:
        return Message("unknown key, did you mean '{name}', which is required?", name=str(meant[-1])), meant
    return Message("unknown key{near}", context="error", near=near_miss(str(where[-1]), keys)), ()


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


def _place(where: Where, as_written: dict[str, Any]) -> list[Message | str]:
    """``"campaign 'spring', budget"``, ``"the 1st [[publish]], path"``, ``"audiences.loyal.all, the 2nd"``."""
    parts: list[Message | str] = [""]
    for part in where:
        if isinstance(part, int):
            parts += [_ordinal(part + 1), ""]
        else:
            parts[-1] = f"{parts[-1]}.{part}".lstrip(".")
    if parts[0] in ("campaigns", "publish") and len(parts) > 1:
        named = _at(as_written, where[:2])
        if isinstance(named, dict) and isinstance(named.get("id"), str):
            parts[:2] = [Message("campaign '{id}'", context="place in a configuration", id=named["id"])]
        else:
            section = f"[[{parts[0]}]]"
            parts[:2] = [Message("{place} {section}", context="place in a list", place=parts[1], section=section)]
    return [part for part in parts if part]


def _placed(place: list[Message | str], problem: Message) -> Message:
    """Say where a problem is, if it is at one place."""
    if not place:
        return problem
    return Message("{place}: {problem}", context="problem of a file", place=joined(place, ", "), problem=problem)


def _ordinal(number: int) -> Message:
    last = 0 if 10 < number % 100 < 20 else number % 10
    rest = Message("the {number}th", context="place in a list")
    return _ORDINALS.get(last, rest).with_values(number=str(number))


def _what(problem: Any, as_written: dict[str, Any]) -> Message:  # noqa: ANN401
    """What is wrong with a value and what to write instead."""
    kind, context, value = str(problem["type"]), problem.get("ctx", {}), problem["input"]
    shown = _shown(value, _at(as_written, problem["loc"]))
    if kind == "value_error":
        return message_of(problem)
    if kind == "missing":
        if _of_value(problem) == problem["loc"]:
            return Message("is required and missing")
        return Message("needs more than {shown}", context="problem of a file", shown=shown)
    if kind == "literal_error":
        near = near_miss(str(value), re.findall(_NAMES, str(context)))
        return Message(
            "must be {expected}, not {shown}{near}", context="problem of a file", expected=context["expected"],
            shown=shown, near=near,
        )  # fmt: skip
    if kind in _BOUNDS:
        return _out_of_bounds(kind, context, value, shown)
    if problem["loc"] != _of_value(problem):
        return Message("must be one text, number, or true or false, not {shown}", shown=shown)
    if kind.startswith("tuple") and isinstance(value, dict):
        header = ".".join(part for part in problem["loc"] if isinstance(part, str))
        return Message("must be a list, so write its header in double brackets, {header}", header=f"[[{header}]]")
    if kind.startswith(("string", "path")) and not isinstance(value, dict | list | bool):
        key = problem["loc"][-1]
        quoted = f'{"" if isinstance(key, int) else f"{key} = "}"{shown}"'
        return Message("write it in quotes, {quoted}", quoted=quoted)
    other = Message("must be written in another way, not {shown}")
    return next((text for begin, text in _WANTED.items() if kind.startswith(begin)), other).with_values(shown=shown)


def message_of(problem: Any) -> Message:  # noqa: ANN401 - pydantic's ErrorDetails
    """Return the message that a validator of ours raised, or what pydantic says in English."""
    raised = problem.get("ctx", {}).get("error")
    if isinstance(raised, ValueError) and raised.args and isinstance(raised.args[0], Message):
        return raised.args[0]
    return Message("{text}", context="pattern", text=str(raised or problem["msg"]))


def _out_of_bounds(kind: str, context: dict[str, Any], value: Any, shown: Value) -> Message:  # noqa: ANN401
    if 1 in (context.get("le"), context.get("lt")):
        share, percent = (f"{value / 100:.2f}", f"{value:g} %") if 1 < value <= 100 else ("0.30", "30 %")
        outside = (
            Message("must be a share between 0 and 1, such as {share} for {percent}, not {shown}")
            if "le" in context
            else Message("must be a share from 0 to less than 1, such as {share} for {percent}, not {shown}")
        )
        return outside.with_values(share=share, percent=percent, shown=shown)
    name, outside = _BOUNDS[kind]
    return outside.with_values(bound=f"{context[name]:g}", shown=shown)


def _shown(value: object, as_written: object) -> Message | str:
    """A value as it stands in the file."""
    if isinstance(value, list):
        return Message("a list of {n}", context="value in a configuration", n=len(value))
    if isinstance(value, dict):
        return Message("a table", context="value in a configuration")
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
