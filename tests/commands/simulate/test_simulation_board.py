"""What a terminal shows while a simulation is played."""

import io

import pytest
from rich.console import Console

from offerloop.commands.simulate.levers import _name
from offerloop.commands.simulate.progress import SUMMED, Standing, board, shown_board
from offerloop.market import Combination, Levers
from offerloop.report import Localizer


def week(**own):
    return dict.fromkeys(SUMMED, 0.0) | own


def text(table):
    console = Console(file=io.StringIO(), width=120)
    console.print(table)
    return console.file.getvalue()


def test_a_row_has_what_was_gained_over_the_twin_shop_so_far():
    one = Standing()
    for bought in (12, 10):
        one.add(
            week(cost_minor=500, profit_minor=9_000, plain_profit_minor=4_000, buyers=bought, plain_buyers=10,
                 sales_minor=30_000, plain_sales_minor=40_000)
        )  # fmt: skip
    shown = text(board({"ours": one, "next": Standing()}, 6, Localizer("en", "USD")))
    assert "Synthetic" in shown
    (ours,) = [line for line in shown.splitlines() if "ours" in line]
    cells = [cell.strip() for cell in ours.strip("│").split("│")]
    assert cells == ["ours", "2/6", "$100", "$50", "$10.00", "+10.0 %", "−25.0 %"]
    (other,) = [line for line in shown.splitlines() if "next" in line]
    assert [cell.strip() for cell in other.strip("│").split("│")] == ["next", "0/6", *["–"] * 5]


def test_combinations_that_differ_by_half_a_point_have_rows_of_their_own():
    levers = Levers((0.1,), (0.12, 0.125), ())
    combinations = [Combination("random", 0.1, share, None) for share in levers.supplier_share]
    names = [_name(one, levers, Localizer("en", "USD")) for one in combinations]
    assert names == ["random supplier 12 %", "random supplier 12.5 %"]


def test_a_shop_without_sales_can_be_shown():
    one = Standing()
    one.add(week())
    assert "+0.0 %" in text(board({"nothing": one}, 1, Localizer("en", "EUR")))


@pytest.mark.parametrize("seen", [True, False])
def test_the_table_stays_on_a_terminal_and_nothing_is_shown_elsewhere(seen):
    console = Console(file=io.StringIO(), width=100, force_terminal=True)
    with shown_board(console if seen else None, 2, ("ours",), 2, Localizer("en", "USD")) as told:
        for _ in range(2):
            told.week("ours", week(profit_minor=100, plain_profit_minor=0))
            told.step()
    last = console.file.getvalue().split("weeks")[-1]
    assert ("2/2" in last and "$2.00" in last) == seen
    assert (console.file.getvalue() == "") != seen
