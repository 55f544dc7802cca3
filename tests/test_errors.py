import inspect

import pytest

from offerloop import errors
from offerloop.errors import ContractError, InputError, OfferloopError, StoppedError, near_miss

CLASSES = [found for _, found in inspect.getmembers(errors, inspect.isclass) if issubclass(found, Exception)]


def test_every_error_is_one_of_ours_and_drawn_in_the_tree():
    for error in CLASSES:
        assert issubclass(error, OfferloopError)
        assert f" {error.__name__} " in errors.__doc__ or f" {error.__name__}\n" in errors.__doc__


@pytest.mark.parametrize("error", CLASSES)
def test_bad_input_exits_with_2_faults_of_ours_with_1_and_a_stop_as_shells_do(error):
    stopped = 130 if error is StoppedError else 1
    assert error("said").exit_code == (2 if issubclass(error, InputError) else stopped)


def test_a_broken_contract_is_not_blamed_on_the_input():
    assert not issubclass(ContractError, InputError)


def test_the_nearest_name_is_suggested():
    assert str(near_miss("custmer_id", ["order_id", "customer_id"])) == ", did you mean 'customer_id'?"


def test_nothing_is_suggested_when_nothing_is_near():
    assert near_miss("xyz", ["order_id", "customer_id"]) == ""
    assert near_miss("xyz", []) == ""
