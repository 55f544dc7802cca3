"""`offerloop codes`: codes on the screen or in a new file."""

import json

from offerloop.offers import code_guess_probability, is_valid_code


def test_the_command_prints_codes(command):
    status, shown, _ = command("codes", "--count", 3, "--prefix", "vip-")
    assert (status, len(set(shown.split()))) == (0, 3)
    assert all(is_valid_code(code) and code.startswith("VIP") for code in shown.split())
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
