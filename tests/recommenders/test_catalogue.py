import pytest

from offerloop.errors import ConfigError
from offerloop.recommenders import RECOMMENDERS


@pytest.mark.parametrize("name", list(RECOMMENDERS.builtin))
def test_each_recommender_is_made_without_arguments_and_knows_its_name(name):
    assert RECOMMENDERS.load(name)().name == name


def test_a_misspelling_is_answered_with_the_nearest_name():
    with pytest.raises(ConfigError, match="did you mean 'popularity'"):
        RECOMMENDERS.load("popularty")
