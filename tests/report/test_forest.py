"""A forest plot names its rows and groups whole, whatever signs and letters their names have."""

import pytest

from offerloop.evaluation import Estimate
from offerloop.report import PLAIN_LABELS, Dot, forest
from offerloop.report.charts.drawing import broken, width_of


def test_a_name_with_a_bar_stays_whole():
    dots = [Dot("a | b", "c | d\n1.0", Estimate(1.0, 0.5, 1.5)), Dot("e", "f\n2.0", Estimate(2.0, 1.0, 3.0))]
    drawn = forest(dots, PLAIN_LABELS, lines_per_row=2)(330).drawn()
    assert all(f">{line}<" in drawn for line in ("a | b", "c | d", "1.0", "e", "f"))


@pytest.mark.parametrize(
    "heading",
    [
        "customers with a long heading of words",
        "提升效果最大的用户组（按预测分组），共十组",
        "a_column_without_any_space_in_it",
        "",
        " a",
    ],
)
def test_no_line_of_a_heading_is_wider_than_its_room(heading):
    lines = broken(heading, 120, 7)
    assert all(width_of(line, 7) <= 120 for line in lines)
    assert "".join(lines).replace(" ", "") == heading.replace(" ", "")
