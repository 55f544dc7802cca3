"""What is said of scores of other customers than those that were learned from."""

import pytest

from offerloop.report import Localizer, scored_table


@pytest.mark.parametrize(
    ("budget", "language", "shown"),
    [
        (1_234_567.4, "en", "1,234,567"),
        (12.5, "en", "12.5"),
        (1_234_567.4, "zh", "1,234,567"),
    ],
)
def test_a_budget_is_written_out(budget, language, shown):
    (sentence,) = scored_table({}, budget, 3, Localizer(language, "USD"))
    assert shown in sentence
