import pytest
from hypothesis import given
from hypothesis import strategies as st

from offerloop.errors import EvidenceError
from offerloop.response.shelf.windows import FEWEST_SHELF_WEEKS, Windows


@given(st.integers(1, 60), st.integers(FEWEST_SHELF_WEEKS, 300))
def test_features_end_before_outcomes_begin(first, n):
    weeks = range(first, first + n)
    windows = Windows.divide(weeks)
    assert set(windows.features).isdisjoint(windows.later)
    assert set(windows.features) | set(windows.later) == set(weeks)
    assert windows.outcomes.start == windows.features.stop + 1
    assert windows.outcomes.stop == weeks.stop - 1
    assert len(windows.outcomes) >= 4
    assert len(windows.recent) == len(windows.features)
    assert windows.recent.stop == weeks.stop


@given(st.integers(0, FEWEST_SHELF_WEEKS - 1))
def test_too_few_weeks_are_refused(n):
    with pytest.raises(EvidenceError, match=f"hold {n} full weeks?.*add older order lines"):
        Windows.divide(range(2, 2 + n))


def test_a_year_is_divided_as_in_the_published_study():
    windows = Windows.divide(range(2, 54))
    assert (windows.features, windows.outcomes, windows.later) == (range(2, 27), range(28, 53), range(27, 54))
