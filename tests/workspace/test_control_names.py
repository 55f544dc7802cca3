"""Names of arms that get nothing, in the languages of those who run trials."""

from pathlib import Path

import pytest

from offerloop.errors import InputError
from offerloop.workspace import control_among


@pytest.mark.parametrize(
    "name",
    [
        "Control group",
        "Kontrolle",
        "no e-mail",
        "Keine Aktion",
        "ohne Gutschein",
        "Sans remise",
        "sin cupones",
        "témoin",
        "groupe témoin",
        "grupo de control",
        "对照组",
        "0.0",
    ],
)
def test_an_arm_that_gets_nothing_is_known_by_its_name(name):
    assert control_among([name, "Rabatt 10%"], None, "arm", Path("t.csv")) == name


def test_names_of_offers_and_two_controls_are_not_taken_for_one():
    free = [["ohne Versandkosten", "Rabatt"], ["sans frais", "mail"], ["sin gastos de envío", "mail"],
            ["no shipping costs", "mail"], ["keine Versandkosten", "mail"]]  # fmt: skip
    for names in (["mail", "nobel"], ["control", "ohne Mail"], *free):
        with pytest.raises(InputError, match="name it with --control"):
            control_among(names, None, "arm", Path("t.csv"))
