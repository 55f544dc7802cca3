"""What is public is documented, and what README and the tutorial say works."""

import ast
import doctest
import importlib
import inspect
import re
import shlex
import tomllib
from pathlib import Path

import pytest
from sample_part import keep_part
from typer.main import get_command

import offerloop
from offerloop.cli import app
from offerloop.commands.terminal.help import SHARED
from offerloop.offers import OFFER_KINDS
from offerloop.recommenders import RECOMMENDERS
from offerloop.response import ESTIMATORS

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
READMES = ("README.md", "README.zh.md")
TUTORIAL = (DOCS / "tutorial" / "index.md").read_text(encoding="utf-8")
RECOMMENDER_PAGES = sorted(page.name for page in (DOCS / "concepts" / "recommenders").glob("*.md"))


INNER = {"api", "mapping", "publishing", "report", "workspace"}
"""Rooms that are for the package itself; the public functions of `api` are those of `offerloop`, in python.md."""
COMMANDS = sorted(get_command(app).commands)


def blocks(language, text):
    """Return the fenced blocks of a language in a page."""
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def shell_commands(text):
    """Return the words of each offerloop command in the shell blocks of a page."""
    lines = (line for block in blocks("sh", text) for line in block.splitlines())
    return [shlex.split(line) for line in lines if line.startswith("offerloop ")]


@pytest.fixture
def reference(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "scripts")
    return importlib.import_module("reference")


def test_reference_pages_say_what_the_code_says_and_what_was_measured(reference):
    assert len(reference.PAGES) > len(RECOMMENDER_PAGES) + 5
    for page, write in reference.PAGES.items():
        assert (DOCS / page).read_text(encoding="utf-8") == write(), (
            f"{page}: run .venv/bin/python scripts/reference.py"
        )


def test_every_configuration_key_has_a_meaning(reference):
    keys = re.findall(r"^\| `(\w+)` \| .* \| (.*) \|$", reference.PAGES["reference/configuration.md"](), re.MULTILINE)
    assert len(keys) > 25
    assert all(meaning not in ("", "None") for _, meaning in keys)


def test_the_introduction_of_a_configuration_section_is_a_whole_sentence(reference):
    introductions = re.findall(r"^## .*\n\n(\w.*|`.*)$", reference.PAGES["reference/configuration.md"](), re.MULTILINE)
    assert len(introductions) > 20
    assert [text for text in introductions if not text.endswith(".")] == []


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_a_guide(name):
    guide = (DOCS / "how-to" / f"{name}.md").read_text(encoding="utf-8")
    assert f"offerloop {name}" in guide
    assert f"[`offerloop {name}`]({name}.md)" in (DOCS / "how-to" / "index.md").read_text(encoding="utf-8")


def test_both_readmes_have_the_same_parts_and_are_short():
    english, chinese = ((ROOT / page).read_text(encoding="utf-8") for page in READMES)
    assert english.count("\n## ") == chinese.count("\n## ")
    assert blocks("python", english) == blocks("python", chinese)
    assert max(text.count("\n") for text in (english, chinese)) <= 80
    own = {*READMES, "docs/images/report.png", "docs/images/report-zh.png"}
    links = [set(re.findall(r"\]\(([^)]+)\)", text)) - own for text in (english, chinese)]
    assert links[0] == links[1]


@pytest.mark.parametrize("page", READMES)
def test_the_readme_shows_what_its_example_prints(page, capsys):
    text = (ROOT / page).read_text(encoding="utf-8")
    (code,), (output,) = blocks("python", text), blocks("text", text)
    exec(compile(code, page, "exec"), {"__name__": "page"})
    assert capsys.readouterr().out == output


def test_the_commands_of_the_readme_begin_the_tutorial():
    for page in READMES:
        steps = shell_commands((ROOT / page).read_text(encoding="utf-8"))
        assert steps == shell_commands(TUTORIAL)[: len(steps)]


def test_every_offer_kind_is_documented():
    page = (DOCS / "concepts" / "offers.md").read_text(encoding="utf-8")
    for kind in OFFER_KINDS.names():
        assert f"`{kind}`" in page


def test_every_estimator_is_documented():
    page = (DOCS / "concepts" / "estimators.md").read_text(encoding="utf-8")
    for name in ESTIMATORS.names():
        assert f"| `{name}` |" in page


@pytest.mark.parametrize("command, page", [("uplift", "uplift.md"), ("experiment", "experiment.md")])
def test_every_option_of_a_study_is_documented(command, page):
    page = (DOCS / "how-to" / page).read_text(encoding="utf-8")
    (command,) = [one for one in get_command(app).commands.values() if one.name == command]
    own = [one for one in command.params if one.name not in SHARED]
    for option in (name for one in own for name in one.opts if name.startswith("--")):
        assert f"`{option}`" in page, option


@pytest.mark.parametrize("name", list(RECOMMENDERS.builtin))
def test_every_recommender_has_its_page_and_shows_its_figures(name):
    folder = DOCS / "concepts" / "recommenders"
    page = (folder / f"{name}.md").read_text(encoding="utf-8")
    assert page.startswith(f"# `{name}`")
    assert f"<!-- measured: {name} -->\n" in page
    assert f"[`{name}`]({name}.md)" in (folder / "index.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("page", RECOMMENDER_PAGES)
def test_every_marker_of_figures_asks_for_something(page):
    text = (DOCS / "concepts" / "recommenders" / page).read_text(encoding="utf-8")
    asked = re.findall(r"<!-- measured: (.*?) -->", text)
    assert set(asked) <= {"recommenders", "claims", "topk", *RECOMMENDERS.builtin}
    assert text.count("<!-- end -->") == len(asked)


def test_every_public_name_exists_and_is_documented():
    page = (DOCS / "reference" / "python.md").read_text(encoding="utf-8")
    for name in offerloop.__all__:
        assert getattr(offerloop, name) is not None
        assert re.search(rf"`(offerloop\.)?{name}\b", page)


def test_links_between_pages_lead_somewhere():
    for page in [*ROOT.glob("*.md"), *DOCS.rglob("*.md"), *(ROOT / "examples").glob("*.md")]:
        for target in re.findall(r"\]\((?!http)([^)#]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def anchors(page):
    """Return the anchors of the headings of a page: with signs left out, as repositories make them, or as hyphens."""
    titles = re.findall(r"^#+ (.*)$", re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL), re.M)
    titles = [re.sub(r"\[(.*?)\]\(.*?\)", r"\1", title).strip().lower() for title in titles]
    return {re.sub(r"[^\w-]", "", title.replace(" ", "-")) for title in titles} | {
        re.sub(r"\W+", "-", title).strip("-") for title in titles
    }


def test_links_to_headings_lead_to_one():
    for page in [*ROOT.glob("*.md"), *DOCS.rglob("*.md"), *(ROOT / "examples").glob("*.md")]:
        for target, anchor in re.findall(r"\]\((?!http)([^)#]*)#([^)]+)\)", page.read_text(encoding="utf-8")):
            assert anchor in anchors(page.parent / target if target else page), f"{page.name}: {target}#{anchor}"


@pytest.mark.sample
def test_the_steps_of_the_tutorial_run(tmp_path, monkeypatch, command, capsys):
    """The steps as written, but for the size of the shop: one in twenty of the sample's households."""
    monkeypatch.chdir(tmp_path)
    shell = shell_commands(TUTORIAL)
    assert [words[1] for words in shell] == ["init", "run", "explain"]
    printed = {}
    for words in shell:
        code, printed[words[1]], said = command(*words[1:])
        assert code == 0, said
        if words[1] == "init":
            keep_part(tmp_path / "demo", 20)
    assert "You can switch off personalised offers" in printed["explain"]
    report = printed["run"].strip().splitlines()[-1]
    assert (tmp_path / report).name == "report.html"
    assert (tmp_path / report).exists()
    (code,) = blocks("python", (DOCS / "how-to" / "run.md").read_text(encoding="utf-8"))
    exec(compile(code, "run.md", "exec"), {"__name__": "page"})
    assert "holdout" in capsys.readouterr().out


PAGES = {
    str(page.relative_to(ROOT)): page.read_text(encoding="utf-8")
    for page in sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md"), *(ROOT / "examples").rglob("*.md")])
}
CODE = {page: found for page, text in PAGES.items() if (found := blocks("python", text))}


@pytest.mark.parametrize("page", CODE)
def test_the_code_of_a_page_runs(page, tmp_path, monkeypatch, small_run):
    """Beside a folder `demo` as README makes it, with a shop and its run."""
    (tmp_path / "demo").symlink_to(small_run.parent.parent)
    monkeypatch.chdir(tmp_path)
    for code in CODE[page]:
        exec(compile(code, page, "exec"), {"__name__": "page"})


def test_examples_in_docstrings_give_what_they_say():
    sources = {path: path.read_text(encoding="utf-8") for path in (ROOT / "src").rglob("*.py")}
    with_examples = [path for path, text in sources.items() if ">>> " in text]
    assert with_examples
    for path in with_examples:
        name = ".".join(path.relative_to(ROOT / "src").with_suffix("").parts)
        assert doctest.testmod(importlib.import_module(name)).failed == 0, name


def test_calls_in_the_text_have_arguments_that_exist():
    """`offerloop.run(path)` in a sentence or a table must be a call that its function takes."""
    calls = {call for text in PAGES.values() for call in re.findall(r"`(offerloop\.\w+\([^`]*\))`", text)}
    assert len(calls) > 10
    for call in calls:
        node = ast.parse(call, mode="eval").body
        function = getattr(offerloop, node.func.attr)
        inspect.signature(function).bind(*node.args, **{one.arg: one.value for one in node.keywords})


def test_every_room_with_a_face_is_in_the_reference():
    page = (DOCS / "reference" / "rooms.md").read_text(encoding="utf-8")
    faces = [
        face.parent.name for face in (ROOT / "src" / "offerloop").glob("*/__init__.py") if "__all__" in face.read_text()
    ]
    assert faces
    for room in sorted({*faces} - INNER):
        assert f"automodule:: offerloop.{room}\n" in page, room


def test_the_design_has_the_layers_that_the_linter_checks():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    layers = "\n".join(f"    {layer}" for layer in contracts[0]["layers"])
    assert f"\n\n{layers}\n\n" in (ROOT / "DESIGN.md").read_text(encoding="utf-8")


def test_the_glossary_explains_each_term_once(reference):
    rows = re.findall(r"^\| (.+?) \|", reference.PAGES["reference/glossary.md"](), re.MULTILINE)
    terms = [term for term in rows if term != "term"]
    assert len(terms) > 80
    assert len(terms) == len(set(terms))


def test_the_list_of_guides_has_the_first_line_of_each_help(reference):
    page = reference.PAGES["how-to/index.md"]()
    assert "| [`offerloop score`](score.md) | Recommend offers for new customers, by an earlier trial |\n" in page
