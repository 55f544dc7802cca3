"""Words of the former dialect do not come back: code, pages and documents use the field's terms."""

import ast
import re
from collections import defaultdict
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from babel.messages.pofile import read_po

ROOT = Path(__file__).parent.parent
SUFFIXES = {".py", ".j2", ".md", ".toml"}
OLD = {
    r"\bby lot\b": "at random",
    r"\bdraws? lots\b": "at random",
    r"\bdearest\b": "most expensive",
    r"\bdearer (one|offer)\b": "more expensive",
    r"\bendless interval": "unbounded interval",
    r"\bgoes out\b": "is sent",
    r"\bsimple rules\b": "reference policies",
    r"\bodd group": "outlier group",
    r"\bclass (Sight|Menu|Belief|Voice|Told|Lot|CurveLearner)\b": "a name of what it holds",
    r"\b_?teller\.say\b|\btell\.say\b": "_()",
    r"\bheld back by lot\b|\bdrawn by lot\b": "held back at random",
    r"\b(own|lot)_chances\b": "propensities",
    r"\bcheapest liability\b": "least liability",
    r"\bbe dearer\b|\bdearer than\b": "more expensive",
    r"\breads out\b": "measures",
    r"\boffers told lately\b": "recent exposures",
    r"\bladders?\b|\bfamily of depths\b": "dose-response",
    r"\b(re)?tired (of|customers?)\b|\btiredness\b": "fatigue",
    r"\bcontests?\b": "model selection",
    r"\bworkplaces?\b": "workspace",
    r"\bbeside simple rules\b": "reference policies",
    r"\bclass (Undecided|ClashError|Contest|Turns|Futures|Lessons|Peek|Teller)\b": "a term of the field",
    r"allocation[./](undecided|clash|hull|choose)\b": "near_ties, infeasibility, frontier, argmax",
    r"recommenders[./](lessons|futures|moments|shelf|rules)\b": "a term of the field",
    r"\bhulls?\b": "frontier",
}
"""Patterns, and the terms that stand for them."""
CHINESE = {
    "购物篮": "购物车",
    "顾客": "用户",
    "客户": "用户",
    "商店": "商家",
    "券码": "优惠码",
    "订单明细": "订单行",
    "方案": "策略、计划",
}
"""Words of which the Chinese catalogue has another one for the same thing."""
KEPT = {
    "docs/decisions/words.md", "docs/reference/glossary.md", "CHANGELOG.md",
}  # fmt: skip
"""Files that speak of the words themselves, or of the past."""


def files():
    for folder in ("src", "docs", "examples"):
        yield from (one for one in (ROOT / folder).rglob("*") if one.suffix in SUFFIXES and one.is_file())
    yield from (ROOT / name for name in ("README.md", "CONTRIBUTING.md", "DESIGN.md"))


@pytest.fixture(scope="module")
def texts():
    return {
        name: one.read_text(encoding="utf-8") for one in files() if (name := str(one.relative_to(ROOT))) not in KEPT
    }


@pytest.mark.parametrize("pattern", OLD)
def test_the_old_word_is_nowhere(pattern, texts):
    found = [
        f"{name}:{text.count(chr(10), 0, hit.start()) + 1}: '{hit.group()}', write {OLD[pattern]}"
        for name, text in texts.items()
        for hit in re.finditer(pattern, text)
    ]
    assert found == []


VAGUE = {"told", "tell", "tells", "found", "asked", "given", "known", "seen", "mine"}
"""Names that do not say what they hold."""
NOT_YET = ("offers/pricing/priced.py",)
"""Where variables may still have such names: `given` is a key of the JSON of a priced basket."""
PUBLIC = ("client", "web/api")
"""Where classes have the names of the HTTP API, whose things may be called as those of a room are."""


@cache
def modules():
    source = ROOT / "src" / "offerloop"
    return [(str(one.relative_to(source)), ast.parse(one.read_text(encoding="utf-8"))) for one in source.rglob("*.py")]


def bound_names(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id, node.lineno
        elif isinstance(node, ast.arg):
            yield node.arg, node.lineno
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name, node.lineno


def test_names_say_what_they_hold():
    vague = [
        f"{name}:{line}: {word}"
        for name, tree in modules()
        if not name.startswith(NOT_YET)
        for word, line in bound_names(tree)
        if word in VAGUE
    ]
    assert vague == []


_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def _called_one(node):
    """Yield the lines that bind `one`, but for comprehensions of one line and lambdas."""
    short = isinstance(node, _COMPREHENSIONS) and node.lineno == node.end_lineno
    if short or isinstance(node, ast.Lambda):
        return
    if (isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.id == "one") or (
        isinstance(node, ast.arg) and node.arg == "one"
    ):
        yield node.lineno
    for child in ast.iter_child_nodes(node):
        yield from _called_one(child)


def test_a_thing_is_called_one_only_within_a_line():
    ones = [f"{name}:{line}" for name, tree in modules() for line in _called_one(tree)]
    assert ones == []


def test_a_class_has_its_name_for_itself():
    rooms = defaultdict(set)
    for name, tree in modules():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_") and not name.startswith(PUBLIC):
                rooms[node.name].add(name)
    assert {name: files for name, files in rooms.items() if len(files) > 1} == {}


def test_docstrings_are_sentences_or_phrases_with_an_article():
    bare = [
        f"{name}:{node.body[0].lineno}: {text}"
        for name, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and (text := ast.get_docstring(node))
        if re.match("(Of|By|For|In|From|With|At|On) ", text)
    ]
    assert bare == []


def test_the_chinese_catalogue_has_one_word_for_each_thing():
    with (ROOT / "src/offerloop/locale/zh/LC_MESSAGES/offerloop.po").open("rb") as file:
        texts = [str(text) for one in read_po(file) if one.id for text in np.atleast_1d(one.string)]
    assert [(word, text) for word in CHINESE for text in texts if word in text] == []
