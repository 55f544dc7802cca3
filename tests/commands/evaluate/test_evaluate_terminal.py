from dataclasses import replace
from pathlib import Path

import pytest
from evaluation_case import REFUSALS, findings, full, policy
from terminal_texts import check_plain, right_edges

from offerloop.commands.evaluate.findings import SHOWN, EvaluationNote, EvaluationResult
from offerloop.commands.evaluate.terminal_text import screen
from offerloop.locale import languages

REPORT = Path("evaluations/one/report.html")


def text_of(found, language="en"):
    return screen(EvaluationResult(REPORT.parent, REPORT, {}, found, language))


@pytest.mark.parametrize("language", languages())
def test_the_columns_line_up_and_the_report_comes_last(language):
    text = text_of(full(), language)
    check_plain(text)
    names, rows = right_edges(text, language)
    assert len(rows) == SHOWN - 1  # the row of giving nothing has no difference
    assert all(row == names for row in rows)
    assert text.splitlines()[-1] == str(REPORT)


def test_it_is_short():
    text = text_of(findings(policy("run", "one", 820.0, 30.0)))
    assert text.splitlines() == [
        "The plan of run “one” is the best: $0.30 [0.20, 0.40] more profit a decision than giving nothing.",
        "Every policy by the recommended method, a decision",
        "policy         profit [95 % interval]  less giving nothing [95 % interval]  decisions that speak",
        "plan one           $8.22 [8.12, 8.32]                   $0.30 [0.20, 0.40]                 5,000",
        "the log's own      $7.92 [7.82, 8.02]                  $0.01 [−0.09, 0.11]                 5,000",
        "nothing            $7.91 [7.81, 8.01]                                                      5,000",
        "(12,000 decisions of 2,000 customers, of which 5,000 speak about this policy; 95 % interval.)",
        str(REPORT),
    ]


def test_a_policy_without_a_value_says_why():
    text = text_of(findings(refused=REFUSALS[:1]))
    assert text.startswith("No policy can be valued")
    assert str(REFUSALS[0]) in text


def test_a_plan_that_has_seen_the_outcomes_is_named_beside_its_figures():
    plan = findings(policy("run", "one", 820.0, 30.0))
    text = text_of(replace(plan, notes=(EvaluationNote("same_orders", {"policy": "one"}), EvaluationNote("later"))))
    *_, basis, seen, report = text.splitlines()
    assert (basis[0], report) == ("(", str(REPORT))
    assert seen == (
        "The plan of “one” was made after some of these exposures: it has seen their outcomes, and so looks better "
        "here than it is. Value it on later exposures."
    )
