import pytest
from terminal_texts import check_plain, right_edges
from uplift_case import CASES

from offerloop.commands.uplift.terminal_text import screen
from offerloop.locale import languages

PLACES = [(name, language) for name in CASES for language in languages()]


@pytest.mark.parametrize(("name", "language"), PLACES)
def test_the_verdict_stands_above_a_table_whose_columns_line_up(name, language):
    found = CASES[name]()
    text = screen(found, language)
    check_plain(text)
    names, rows = right_edges(text, language)
    assert len(rows) >= len(found.policies)
    assert all(row == names for row in rows)
    assert len(text.splitlines()[0]) < 100


def test_a_table_that_is_no_trial_is_doubted_before_and_after_the_figures():
    text = screen(CASES["nothing"](), "en")
    first, doubt, *_ = text.splitlines()
    assert first == "No verdict yet: something in the table cannot be right."
    assert doubt.startswith("An effect is seen on “past_orders”, which no offer can have changed")
    assert "Who was treated was not drawn at random" in text


def test_it_is_short():
    assert screen(CASES["targeted"](), "en").splitlines() == [
        "Choose whom to treat: it brings clearly more than “10 off” for everybody.",
        "An offer for 43 % of the customers is forecast to bring 1.32 [1.01, 1.63] more profit per customer; each of "
        "them gets whichever of the 2 offers is predicted to bring most. The best single offer, “10 off” for "
        "everybody, brings 0.61 [0.30, 0.92].",
        "What each policy brings compared with no offers",
        "policy                treated  profit per customer [95 % interval]",
        "10 off                  100 %                    0.61 [0.30, 0.92]",
        "20 off                  100 %                 −0.34 [−0.65, −0.03]",
        "chosen by DR-learner     43 %                    1.44 [1.13, 1.75]",
        "forecast                 41 %                    1.32 [1.01, 1.63]",
        "These figures come from 64,000 customers (a randomised trial with known probabilities). The range in brackets "
        "holds the true figure in 95 of 100 such studies.",
    ]
