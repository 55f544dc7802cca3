"""Budgets that campaigns share bound what they have left together."""

import pytest

from offerloop.config import shared_budgets, within_shared


@pytest.mark.parametrize(
    ("team", "total", "left"),
    [
        (None, None, {"one": 100, "two": 60, "three": 20}),
        (None, "1.60", {"one": 50, "two": 30, "three": 10}),
        ("0.80", None, {"one": 25, "two": 15, "three": 20}),
        ("0.80", "0.90", {"one": 8, "two": 5, "three": 6}),
        ("0.40", "0.10", {"one": 0, "two": 0, "three": 0}),
    ],
)
def test_what_is_left_of_a_shared_budget_is_divided_by_what_each_has_left(team, total, left):
    teams = {"one": "tea", "two": "tea", "three": None}
    budgets = shared_budgets(teams, {} if team is None else {"tea": team}, total, "EUR")
    assert within_shared({"one": 100, "two": 60, "three": 20}, {"one": 40, "three": 30}, budgets) == left
