"""Words of the former dialect do not come back: code, pages and documents use the field's terms."""

import re
from pathlib import Path

import pytest

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
}
"""Patterns, and the terms that stand for them."""
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
