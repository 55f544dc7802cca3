"""The texts of the source that catalogues translate: those in `Message(...)` and `_(...)`, in code and templates.

The help of the command line stands as typer takes it: in `help=` and `rich_help_panel=`, in the docstrings of commands
and in the titles of `PANELS`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Formatter

from jinja2 import nodes

from offerloop.report import template_environment
from offerloop.report.template_texts import braced

SOURCE = Path(__file__).parent.parent / "src" / "offerloop"
CALLS = ("Message", "_", "localizer", "self")
"""Names of what takes a text: messages, and localizers by the names of the parameters and fields that hold them."""
OPTIONS = ("context", "plural")
GETTEXT = {
    "gettext": ("text",), "pgettext": ("context", "text"), "ngettext": ("text", "plural"),
    "npgettext": ("context", "text", "plural"),
}  # fmt: skip
"""The functions that templates call for `{% trans %}`, with what each text is that they take."""
HELP_CONTEXT = "help of the command line"
HELP_KEYWORDS = ("help", "rich_help_panel")
HELP_CALLS = ("Option", "Argument", "Typer")
_MAY_HOLD_TEXT = re.compile(
    rf"\b({'|'.join(CALLS)})\(|\b({'|'.join(HELP_KEYWORDS)}|PANELS)\b|^import typer$", re.MULTILINE
)
"""What stands in every Python file with a text; half of the files have none and need no parser."""
MAIN = "src/offerloop/cli.py"
"""Collects the commands, which stand in other files of that name."""
MOST_SHORT = 3
"""Texts of so many words mean different things in different places, and need a context."""


@dataclass(frozen=True)
class Text:
    """One text of the source."""

    template: str
    context: str | None
    plural: str | None
    place: str
    """The file, from the root of the repository."""
    line: int

    @property
    def key(self) -> tuple[str | None, str]:
        """What a catalogue knows it by."""
        return self.context, self.template

    @property
    def ids(self) -> str | tuple[str, str]:
        """The text as a catalogue has it: singular and plural, or one for all numbers."""
        return self.template if self.plural is None else (self.template, self.plural)


@dataclass(frozen=True)
class Call:
    """A call that takes a text, from Python or from a template."""

    template: object
    """Text, or None where it is no literal."""
    keywords: dict[str, object]
    is_complete: bool
    """True where all values are named in the call itself."""
    place: str
    line: int

    def text(self) -> Text:
        """Return the text of a call whose template is a literal."""
        context, plural = (self.keywords.get(name) for name in OPTIONS)
        return Text(str(self.template), _text(context), _text(plural), self.place, self.line)

    def faults(self) -> Iterator[str]:
        """Say what no catalogue could carry, or no reader fill."""
        if self.keywords.get("context") == HELP_CONTEXT:
            return
        where = f"{self.place}:{self.line}"
        if any(name in self.keywords and not isinstance(self.keywords[name], str) for name in OPTIONS):
            yield f"{where}: context and plural must be literals"
            return
        text = self.text()
        wanted = places(text.template) | places(text.plural or "")
        given = set(self.keywords) - set(OPTIONS)
        if given - wanted or (self.is_complete and wanted - given):
            yield f"{where}: the places are {sorted(wanted)}, the values {sorted(given)}: {text.template}"
        if text.plural is not None and "n" not in wanted:
            yield f"{where}: the plural is chosen by {{n}}, which the text does not have: {text.template}"
        if text.context is None and len(words(text.template)) <= MOST_SHORT:
            yield f"{where}: a text of under four words needs a context: {text.template}"


def places(template: str) -> set[str]:
    """Return the names of a template's places."""
    return {name for _, name, _, _ in Formatter().parse(template) if name}


def words(template: str) -> list[str]:
    """Return the words of a template besides its places."""
    return re.findall(r"[^\W\d_]+", re.sub(r"{\w+}", " ", template))


@cache
def extract(source: Path = SOURCE) -> tuple[list[Text], list[str]]:
    """Return all texts in the order of files and lines, and what is wrong with calls."""
    calls = [call for call in _calls(source) if call.template is not None]
    faults = [fault for call in calls for fault in call.faults()]
    return [call.text() for call in calls], faults


def _calls(source: Path) -> Iterator[Call]:
    for path in sorted(source.rglob("*")):
        place = path.relative_to(source.parent.parent).as_posix()
        if path.suffix == ".py" and _MAY_HOLD_TEXT.search(written := path.read_text(encoding="utf-8")):
            syntax = list(ast.walk(ast.parse(written)))
            texts = [*python_calls(syntax, place), *help_texts(syntax, place)]
            yield from sorted(texts, key=lambda call: call.line)
        elif path.suffix == ".j2" and ".html" in path.suffixes:
            yield from _template_calls(path.read_text(encoding="utf-8"), place)


def python_calls(syntax: Iterable[ast.AST], place: str) -> Iterator[Call]:
    """Yield the calls of Python code in the order of lines."""
    found = [node for node in syntax if isinstance(node, ast.Call) and _name(node.func) in CALLS]
    for node in sorted(found, key=lambda node: (node.lineno, node.col_offset)):
        keywords = {one.arg: _literal(one.value) for one in node.keywords if one.arg is not None}
        is_complete = _name(node.func) != "Message" and all(one.arg is not None for one in node.keywords)
        template = _literal(node.args[0]) if node.args else None
        yield Call(template if isinstance(template, str) else None, keywords, is_complete, place, node.lineno)


def help_texts(syntax: Iterable[ast.AST], place: str) -> Iterator[Call]:
    """Yield the texts of the help of the command line."""
    for node in syntax:
        for text in _help_of(node, place):
            if isinstance(text, str):
                yield Call(text, {"context": HELP_CONTEXT}, is_complete=False, place=place, line=node.lineno)  # type: ignore[attr-defined]


def _help_of(node: ast.AST, place: str) -> list[object]:
    """Return the texts of a parameter, of a command or of the panels of commands."""
    match node:
        case ast.Call() if _name(node.func) in HELP_CALLS:
            return [_literal(one.value) for one in node.keywords if one.arg in HELP_KEYWORDS]
        case ast.FunctionDef() if place.endswith("/cli.py") and place != MAIN and node.name[0] != "_":
            return [ast.get_docstring(node)]
        case ast.Assign(targets=[ast.Name("PANELS")], value=ast.Dict(keys=keys)):
            return [_literal(key) for key in keys if key is not None]
    return []


def _template_calls(template: str, place: str) -> Iterator[Call]:
    """Yield the texts of `{% trans %}` and of calls, which Jinja's i18n extension makes calls of gettext."""
    for node in template_environment().parse(template).find_all(nodes.Call):
        name = node.node.name if isinstance(node.node, nodes.Name) else ""
        keywords = {one.key: one.value.value if isinstance(one.value, nodes.Const) else None for one in node.kwargs}
        if name in CALLS and node.args and isinstance(node.args[0], nodes.Const):
            yield Call(node.args[0].value, keywords, node.dyn_kwargs is None, place, node.lineno)
        elif name in GETTEXT:
            texts = [braced(one.value) for one in node.args if isinstance(one, nodes.Const)]
            options = dict(zip(GETTEXT[name], texts, strict=False))
            yield Call(options.pop("text"), keywords | options, is_complete=True, place=place, line=node.lineno)


def _name(function: ast.expr) -> str:
    """Return the last part of a dotted name."""
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _literal(node: ast.expr) -> object:
    return node.value if isinstance(node, ast.Constant) else None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
