"""The list of rules that are broken on purpose keeps up with the code."""

import pytest
from broken_rules import ROOT, RULES


@pytest.mark.parametrize("one", RULES, ids=[one.rule for one in RULES])
def test_each_rule_has_its_line_once(one):
    text = (ROOT / "src" / "offerloop" / "offers" / one.file).read_text(encoding="utf-8")
    assert (text.count(one.line), one.instead == one.line) == (1, False)
