"""The language of what a terminal shows beside results: its help, remarks and errors."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from offerloop.errors import OfferloopError
from offerloop.locale import ENGLISH, known_language, languages
from offerloop.message import Message

OPTION = "--language"
HELP = {"--help", "-h"}
VARIABLES = ("OFFERLOOP_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
"""Environment variables that name a language; the first that is set counts."""


@dataclass
class _Typed:
    """What the command line names."""

    language: str | None = None
    config: Path | None = None
    """The configuration of a shop."""
    run: Path | None = None
    """A run, or the folder of a shop."""


_typed = _Typed()


def note_language(arguments: Sequence[str]) -> list[str]:
    """Keep the language that is typed anywhere on the command line, if there is a catalogue of it.

    Returns the arguments: without the language where only help is asked for, which no other part of them answers.
    """
    rest, named = _apart(arguments)
    _typed.language = next((one for one in reversed(named) if one in languages()), None)
    return rest if not rest or HELP & set(rest) else list(arguments)


def _apart(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the arguments without the option, and its values."""
    rest: list[str] = []
    values: list[str] = []
    parts = iter(arguments)
    for part in parts:
        name, equals, value = part.partition("=")
        if name == OPTION:
            values.append(value if equals else next(parts, ""))
        else:
            rest.append(part)
    return rest, values


def terminal_language(environment: Mapping[str, str] = os.environ) -> str:
    """Return the language of the help: as typed, else of OFFERLOOP_LANGUAGE, else of the locale, else English."""
    return _typed.language or _of_environment(environment)


def note_shop(config: Path | None, run: Path | None) -> None:
    """Keep the shop that a command is about."""
    _typed.config, _typed.run = config, run


def reader_language(chosen: str | None = None) -> str:
    """Return the chosen language, else the one that is typed, else that of the shop's reports, else that of the help.

    Raises InputError for a chosen one that has no catalogue.
    """
    return known_language(chosen) if chosen is not None else _typed.language or _of_shop() or terminal_language()


def error_text(error: OfferloopError) -> str:
    """Return an error in the language of the reader."""
    return localized(error.message)


def localized(message: Message) -> str:
    """Return a message in the language of the reader."""
    language = reader_language()
    if language == ENGLISH:
        return str(message)
    from offerloop.report import Localizer

    return Localizer(language)(message)


def _of_shop() -> str | None:
    """Return the language of a configuration or of a run, where one can be read; a shop may have no run yet."""
    from offerloop.config import config_file, load_config
    from offerloop.workspace import find_run, open_run

    if _typed.config is None and _typed.run is not None:
        with suppress(OfferloopError):
            language = open_run(find_run(_typed.run)).summary.get("language")
            return language if language in languages() else None
    shop = _typed.config or _typed.run
    with suppress(OfferloopError):
        return None if shop is None else load_config(config_file(shop)).language()
    return None


def _of_environment(environment: Mapping[str, str]) -> str:
    """``"zh_CN.UTF-8"`` names the language ``"zh"``."""
    named = next(filter(None, (environment.get(name, "") for name in VARIABLES)), "")
    language = named.partition(".")[0].partition("@")[0].replace("-", "_")
    return next((one for one in (language, language.partition("_")[0].lower()) if one in languages()), ENGLISH)
