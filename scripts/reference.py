"""Write the reference pages of docs/ from the declarations in the code, and measured figures where pages show them.

A test checks that they are up to date.
"""

from __future__ import annotations

import ast
import inspect
import re
import sys
from collections.abc import Iterator
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import get_args

from click import Command, Parameter
from glossary import glossary_page
from http_reference import http_reference
from measured_pages import filled
from pydantic import BaseModel
from typer.main import get_command

from offerloop.cli import PANELS, app
from offerloop.commands.terminal.help import SHARED, help_text
from offerloop.config import Config, Oidc, Serve, SourceName
from offerloop.config.limits import Band, LimitRule, Limits
from offerloop.config.sections.experiment import BusinessAsUsual, UsualRule
from offerloop.events import CONTRACTS
from offerloop.locale import ENGLISH
from offerloop.profiles import FEATURES, TAGS
from offerloop.report import Localizer
from offerloop.tables import OUTCOMES, OVERLAP, POLICY_VALUES, READOUT_EFFECTS, STAGE_TABLES, TableContract

DOCS = Path(__file__).parent.parent / "docs"
NOTE = "<!-- Written by scripts/reference.py; change the code instead. -->\n"
_PANEL = re.compile(r"(<!-- commands: (.+?) -->\n).*?(<!-- end -->)", re.DOTALL)


def configuration() -> str:
    """Every key of offerloop.toml."""
    lines = ["# Configuration", NOTE, "Every key of `offerloop.toml`. Unknown keys are errors.", ""]
    for title, model in _sections():
        lines += _keys(title, model)
    lines += ["## Columns of the sources", "", "| source | required | optional |", "|---|---|---|"]
    for name in get_args(SourceName):
        contract = CONTRACTS[name]
        lines.append(f"| `{name}` | {', '.join(contract.required)} | {', '.join(contract.optional) or '-'} |")
    return "\n".join(lines) + "\n"


def _keys(title: str, model: type[BaseModel]) -> list[str]:
    lines = [f"## {title}", "", _first_paragraph(model), "", "| key | default | meaning |", "|---|---|---|"]
    rows = (f"| `{name}` | {_default(field)} | {meaning} |" for name, field, meaning in _plain(model))
    return [*lines, *rows, ""]


def limits() -> str:
    """Every key of a file of limits."""
    lines = ["# Limits of an allocation", NOTE, "Every key of the file that `offerloop allocate --limits` reads.", ""]
    for title, model in (("Top level", Limits), ("[[limits]]", LimitRule), ("[[bands]]", Band)):
        lines += _keys(title, model)
    return "\n".join(lines[:-1]) + "\n"


def tables() -> str:
    """Every table of a run."""
    lines = ["# Tables", NOTE, "## Tables of a run", "", "Each is a Parquet file in `runs/<id>/`.", ""]
    for table in STAGE_TABLES.values():
        lines += _table(table)
    lines += ["## Tables of a read-out", "", "Each is a Parquet file in `runs/<id>/readout-<from>-<until>/`.", ""]
    for table in (OUTCOMES, READOUT_EFFECTS):
        lines += _table(table)
    lines += ["## Tables of an evaluation", "", "Each is a Parquet file in `evaluations/<time>/`.", ""]
    for table in (POLICY_VALUES, OVERLAP):
        lines += _table(table)
    return "\n".join(lines)


def _table(table: TableContract) -> list[str]:
    key = ", ".join(table.key) or "none"
    lines = [
        f"### {table.name}",
        "",
        f"{table.meaning} Key: {key}.",
        "",
        "| column | type | meaning |",
        "|---|---|---|",
    ]
    for column in table.columns:
        dtype = "id" if isinstance(column.dtype, tuple) else str(column.dtype)
        empty = ", may be empty" if column.optional else ""
        lines.append(f"| `{column.name}` | {dtype}{empty} | {column.meaning} |")
    return [*lines, ""]


def profiles() -> str:
    """Every feature and every tag."""
    lines = ["# Profiles", NOTE, "## Features", "", "| feature | meaning | where not defined |", "|---|---|---|"]
    lines += [f"| `{one.name}` | {one.meaning} | {one.missing} |" for one in FEATURES]
    lines += ["", "## Tags", "", "| tag | 标签 | rule |", "|---|---|---|"]
    chinese = Localizer("zh")
    lines += [f"| {tag.name} | {chinese(tag.label)} | {tag.rule} |" for tag in TAGS]
    return "\n".join(lines) + "\n"


def with_figures(page: str) -> str:
    """A page as it stands, with what was measured."""
    return filled((DOCS / page).read_text(encoding="utf-8"), DOCS / "figures")


def commands() -> str:
    """Every command with its arguments and options."""
    every = sorted(get_command(app).commands.items())  # type: ignore[attr-defined]
    shared = [_parameter(one) for one in every[0][1].params if one.name in SHARED]
    lines = ["# Commands", NOTE, "Every command with its options. Each answers to `--help` as well, and takes:", ""]
    lines += ["| option | meaning |", "|---|---|", *shared, ""]
    for name, command in every:
        lines += [f"## {name}", "", f"[{name}](../how-to/{name}.md): {_in_cell(command.help)}", ""]
        lines += ["| argument or option | meaning |", "|---|---|", *map(_parameter, _own(command)), ""]
    return "\n".join(lines[:-1]) + "\n"


def guides() -> str:
    """The list of guides, with what the help says of each command."""
    page = (DOCS / "how-to/index.md").read_text(encoding="utf-8")
    return _PANEL.sub(lambda part: f"{part[1]}\n{_panel(part[2])}\n\n{part[3]}", page)


def _panel(title: str) -> str:
    """Return the table of the commands of a panel."""
    commands = get_command(app).commands  # type: ignore[attr-defined]
    names = [function.__name__.replace("_", "-") for function in PANELS[title]]
    rows = (
        f"| [`offerloop {name}`]({name}.md) | {_in_cell(commands[name].help.splitlines()[0]).removesuffix('.')} |"
        for name in names
    )
    return "\n".join(["| command | what it does |", "|---|---|", *rows])


def _own(command: Command) -> list[Parameter]:
    """Return what no other command shares."""
    return [one for one in command.params if one.name not in SHARED]


def _parameter(parameter: Parameter) -> str:
    """Return the row of an argument or an option."""
    is_option = parameter.param_type_name == "option"
    names = ", ".join(f"`{name}`" for name in parameter.opts) if is_option else f"`{parameter.name.upper()}`"
    needed = " Required." if is_option and parameter.required else ""
    value = parameter.default
    default = f" Default: `{value}`." if is_option and value not in (None, False, "", (), []) else ""
    return f"| {names} | {_in_cell(parameter.help)}{needed}{default} |"


def _in_cell(text: str | None) -> str:
    return " ".join(help_text(text or "", ENGLISH).split()).replace("|", "\\|")


def _with_figures() -> Iterator[str]:
    """Pages that show measured figures."""
    yield "concepts/estimators.md"
    yield from (f"concepts/recommenders/{path.name}" for path in sorted((DOCS / "concepts/recommenders").glob("*.md")))


PAGES = {
    "how-to/index.md": guides,
    "reference/commands.md": commands,
    "reference/http.md": partial(http_reference, NOTE),
    "reference/configuration.md": configuration,
    "reference/glossary.md": partial(glossary_page, NOTE),
    "reference/limits.md": limits,
    "reference/tables.md": tables,
    "reference/profiles.md": profiles,
    **{page: partial(with_figures, page) for page in _with_figures()},
}


def _sections() -> Iterator[tuple[str, type[BaseModel]]]:
    yield "Top level", Config
    for name, field in Config.model_fields.items():
        inner = [kind for kind in (field.annotation, *get_args(field.annotation)) if isinstance(kind, type)]
        for kind in inner:
            if issubclass(kind, BaseModel):
                brackets = {
                    "sources": "[sources.NAME]", "audiences": "[audiences.NAME]", "campaigns": "[[campaigns]]",
                    "publish": "[[publish]]", "webhooks": "[[webhooks]]",
                }  # fmt: skip
                yield brackets.get(name, f"[{name}]"), kind
                if kind is BusinessAsUsual:
                    yield "[[business_as_usual.rules]]", UsualRule
                if kind is Serve:
                    yield "[serve.oidc]", Oidc


def _plain(model: type[BaseModel]) -> list[tuple[str, object, str]]:
    """Return key, field and meaning of what is no section of its own."""
    meanings = _meanings(model)
    fields = model.model_fields.items()
    return [(field.alias or name, field, meanings[name]) for name, field in fields if name in meanings]


def _meanings(model: type[BaseModel]) -> dict[str, str]:
    """Return by field the text that stands below it in the source of a model or of what it inherits."""
    meanings = {}
    for kind in model.__mro__[model.__mro__.index(BaseModel) - 1 :: -1]:
        (written,) = ast.parse(inspect.getsource(kind)).body
        for field, text in pairwise(written.body):
            if isinstance(field, ast.AnnAssign) and isinstance(text, ast.Expr):
                meanings[field.target.id] = " ".join(ast.literal_eval(text.value).split())
    return meanings


def _default(field: object) -> str:
    if field.is_required():  # type: ignore[attr-defined]
        return "required"
    if field.default_factory is not None:  # type: ignore[attr-defined]
        return f"`{field.default_factory()!r}`"  # type: ignore[attr-defined]
    return f"`{field.default!r}`"  # type: ignore[attr-defined]


def _first_paragraph(model: type[BaseModel]) -> str:
    return " ".join((model.__doc__ or "").split("\n\n")[0].split())


if __name__ == "__main__":
    for page, write in PAGES.items():
        (DOCS / page).write_text(write(), encoding="utf-8")
        sys.stdout.write(f"docs/{page}\n")
