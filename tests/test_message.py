"""A message is a template with typed values, and English until somebody translates it."""

import pickle
from datetime import date
from decimal import Decimal

import pytest

from offerloop.errors import InputError
from offerloop.message import Amount, Message, Share, both, either, joined, packed, unpacked


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1234567, "1,234,567"),
        (-3, "−3"),
        (0.25, "0.25"),
        (1234567.0, "1,234,570"),
        (float("nan"), "nan"),
        (date(2018, 1, 2), "2 January 2018"),
        (Share(0.125), "12 %"),
        (Share(-0.021), "−2.1 %"),
        (Amount(Decimal("1250.50"), "EUR"), "1,250.50 EUR"),
        (["a", 2, Message("{x} of them", x=3)], "a, 2, 3 of them"),
        ("{as it is}", "{as it is}"),
    ],
)
def test_text_is_english_with_values_as_english_writes_them(value, text):
    assert str(Message("found {value} here", value=value)) == f"found {text} here"


@pytest.mark.parametrize(("n", "text"), [(0, "0 customers"), (1, "1 customer"), (1000, "1,000 customers")])
def test_the_plural_is_chosen_by_n(n, text):
    assert str(Message("{n} customer", plural="{n} customers", n=n)) == text


def test_a_plural_needs_a_whole_number():
    with pytest.raises(TypeError, match="needs a whole number n, not '3'"):
        str(Message("{n} customer", plural="{n} customers", n="3"))


def test_equal_messages_are_one_in_a_set_also_after_pickling():
    def made():
        return Message("{a} and {names}", a=Message("all", context="whom"), names=["x", "y"])

    assert len({made(), made(), pickle.loads(pickle.dumps(made()))}) == 1
    assert made() != Message("{a} and {names}", a=Message("all"), names=["x", "y"])
    with pytest.raises(AttributeError):
        made().template = "other"


def test_values_complete_a_message():
    offer = Message("Give {offer} to {whom}", whom="all")
    assert str(offer.with_values(offer="10 off")) == "Give 10 off to all"


def test_an_error_carries_its_message_and_says_it_in_english():
    error = pickle.loads(pickle.dumps(InputError(Message("'{path}' has no rows", path="a.csv"))))
    assert str(error) == "'a.csv' has no rows"
    assert error.message == Message("'{path}' has no rows", path="a.csv")


def test_messages_are_kept_as_text_with_the_types_of_their_values():
    inner = Message("{n} day", context="length", plural="{n} days", n=3)
    values = [1, 0.5, Decimal("1.50"), date(2018, 1, 2), Share(0.1), Amount(Decimal("2.5"), "EUR"), "“x”", inner]
    messages = Message("found {values} here", values=values), Message("nothing else was found")
    assert unpacked(packed(*messages)) == messages
    assert unpacked(packed()) == ()


def test_messages_are_put_together_without_being_finished():
    lines = joined([Message("{n} left", context="rest", n=1000), "x"], "\n")
    assert str(lines) == "1,000 left\nx"
    assert str(both(["a", "b", "c"])) == "a and b and c"
    assert str(either(["a"])) == "a"


def test_texts_among_values_are_found_and_changed_at_any_depth():
    message = Message(
        "{path}: {why}", context="error", path="orders.csv", why=Message("{names} fit", names=["orders.csv", "y"])
    )
    assert list(message.texts()) == ["orders.csv", "orders.csv", "y"]
    assert str(message.with_texts(lambda text: text.removesuffix(".csv"))) == "orders: orders, y fit"
