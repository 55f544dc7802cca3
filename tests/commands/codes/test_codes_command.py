"""`offerloop codes`: codes on the screen or in a new file."""

import json

import pytest

from offerloop.offers import CouponTerms, code_guess_probability, is_valid_code
from offerloop.store import Ledger


def test_the_command_prints_codes(command):
    status, shown, _ = command("codes", "--count", 3, "--prefix", "tea-")
    assert (status, len(set(shown.split()))) == (0, 3)
    assert all(is_valid_code(code) and code.startswith("TEA") for code in shown.split())
    found = json.loads(command("codes", "--count", 2, "--length", 14, "--json")[1])
    assert [len(code) for code in found["codes"]] == [14, 14]
    assert found["p_guess"] == code_guess_probability(2, 14)


def test_the_command_writes_a_new_file_and_overwrites_none(command, tmp_path):
    path = tmp_path / "codes.txt"
    status, shown, _ = command("codes", "--count", 5, "--out", path)
    codes = path.read_text().splitlines()
    assert (status, len(codes)) == (0, 5)
    assert "5 codes" in shown
    assert not any(code in shown for code in codes)
    status, _, said = command("codes", "--count", 5, "--out", path)
    assert status == 2
    assert "is there already" in said
    assert path.read_text().splitlines() == codes


def test_the_command_refuses_in_one_sentence(command):
    status, _, said = command("codes", "--count", 1_000_000, "--length", 6)
    assert status == 2
    assert len(said.splitlines()) == 1


@pytest.fixture
def spring(tmp_path):
    """The URL of a ledger with one template."""
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    ledger = Ledger.open(url)
    ledger.add_template("spring", CouponTerms())
    ledger.engine.dispose()
    return url


def test_a_list_of_codes_in_use_becomes_coupons(command, tmp_path, spring):
    path = tmp_path / "codes.csv"
    path.write_text("code;customer_id\nwelcome-10;anna\nSAVE-20;\n")
    code, said, _ = command("codes", "--from", path)
    assert (code, said.strip()) == (0, "2 codes, 1 of them for one customer")
    asked = ("codes", "--from", path, "--template", "spring", "--store", spring)
    assert json.loads(command(*asked, "--json")[1])["n_issued"] == 2
    code, said, _ = command(*asked)
    assert (code, said.strip()) == (0, "2 codes, 1 of them for one customer; 0 new coupons of 'spring'")


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--count", 1, "--from", "codes.txt"),
        ("--count", 1, "--template", "spring"),
        ("--from", "nowhere.txt"),
        ("--from", "codes.txt", "--template", "spring"),
        ("--from", "codes.json"),
        ("--from", "codes.txt", "--out", "new.txt"),
        ("--from", "codes.txt", "--prefix", "TEA"),
        ("--from", "codes.txt", "--length", 10),
    ],
)
def test_what_does_not_go_together_is_refused(command, tmp_path, monkeypatch, arguments):
    monkeypatch.chdir(tmp_path)
    for name in ("codes.txt", "codes.json"):
        (tmp_path / name).write_text("A\n")
    code, said, error = command("codes", *arguments)
    assert (code, said, len(error.splitlines())) == (2, "", 1)
