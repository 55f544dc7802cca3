"""`offerloop parse-offer`: terms to paste, and the short form in both languages."""

import json
import os
import subprocess
import sys
import tomllib

import pytest

TIERS_OF_TWO = {"kind": "spend_and_save", "tiers": [{"spend": "100", "save": "10"}, {"spend": "200", "save": "30"}]}


def test_it_prints_the_language_that_has_a_short_form(command):
    code, said, _ = command("parse-offer", "95% off")
    assert code == 0
    assert "# en: 95% off" in said
    assert "# zh" not in said


def test_it_prints_terms_to_paste_and_both_short_forms(command):
    code, said, _ = command("parse-offer", "满100减10满200减30")
    assert code == 0
    assert tomllib.loads(f"[[offers]]\n{said}")["offers"] == [TIERS_OF_TWO]
    assert said.splitlines()[-3:] == [
        "# in CNY",
        "# en: ¥10 off over ¥100, ¥30 off over ¥200",
        "# zh: 满100减10，满200减30",
    ]


def test_as_json(command):
    code, said, _ = command("parse-offer", "20% off over $50, max $15", "--json")
    assert (code, json.loads(said)) == (0, {
        "terms": {"kind": "spend_and_save", "percent": 20, "spend": "50", "max_discount": "15"}, "currency": "USD",
        "en": "20% off over $50, max $15", "zh": "满$50打8折，最高减$15",
    })  # fmt: skip


def test_in_a_currency_and_a_language(command):
    code, said, _ = command("parse-offer", "200:20", "--currency", "EUR", "--language", "en")
    assert (code, said.splitlines()[-2:]) == (0, ["# in EUR", "# en: €20 off over €200"])


@pytest.mark.parametrize("arguments", [("hello",), ("$5 off", "--currency", "EUR"), ("5% off", "--language", "fr")])
def test_what_is_wrong_is_one_sentence_and_exit_code_2(command, arguments):
    code, said, error = command("parse-offer", *arguments)
    assert (code, said) == (2, "")
    assert len(error.splitlines()) == 1


def test_a_text_with_two_readings_shows_both_and_the_option_picks_one(command):
    code, said, error = command("parse-offer", "买三免一")
    assert (code, said) == (2, "")
    assert "1) '买2送1', 2) '买3送1'" in error
    assert len(error.splitlines()) == 1
    for reading, units in ((1, 2), (2, 3)):
        code, said, _ = command("parse-offer", "买三免一", "--reading", reading)
        assert (code, tomllib.loads(said)["buy"]) == (0, units)
    assert command("parse-offer", "买三免一", "--reading", 3)[0] == 2


@pytest.mark.parametrize("encoding", ["ascii", "gbk", "latin-1"])
def test_terms_can_be_pasted_from_any_terminal(encoding):
    program = "from offerloop.cli import main; main()"
    typed = [sys.executable, "-c", program, "parse-offer", "满100送「“茶”杯😀」"]
    done = subprocess.run(typed, capture_output=True, env={**os.environ, "PYTHONIOENCODING": encoding}, check=True)
    terms = tomllib.loads(done.stdout.decode(encoding))
    assert terms == {"kind": "gift", "product": "“茶”杯😀", "min_spend": "100"}


def test_bytes_that_are_no_text_are_refused_in_one_sentence():
    typed = [sys.executable, "-c", "from offerloop.cli import main; main()", "parse-offer", b"20% off \xed\xa0\x80"]
    done = subprocess.run(typed, capture_output=True, env={**os.environ, "PYTHONIOENCODING": "ascii"}, check=False)
    assert done.returncode == 2
    assert b"no UTF-8" in done.stderr
    assert len(done.stderr.splitlines()) == 1
