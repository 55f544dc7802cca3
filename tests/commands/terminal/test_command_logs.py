"""The log of a command: where `-v` and OFFERLOOP_LOG send it, and what stands in it."""

import re
import sys

import pytest
from typed_command import offerloop

from offerloop.commands.terminal.logs import logged

LINE = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d{4} (DEBUG|INFO|WARNING|ERROR) offerloop[\w.]*: .+$")


def codes(tmp_path, *options):
    out = tmp_path / "codes.txt"
    out.unlink(missing_ok=True)
    return offerloop("codes", "--count", "2", "--out", out, *options)


def test_nothing_is_logged_unless_asked_for(tmp_path, monkeypatch):
    monkeypatch.delenv("OFFERLOOP_LOG", raising=False)
    assert codes(tmp_path)[2] == ""


@pytest.mark.parametrize("options, level", [(["-v"], ""), ([], "info"), ([], "DEBUG"), (["-v"], "error")])
def test_the_log_goes_to_standard_error_with_the_time(tmp_path, monkeypatch, options, level):
    monkeypatch.setenv("OFFERLOOP_LOG", level)
    code, _, said = codes(tmp_path, *options)
    lines = said.splitlines()
    assert code == 0
    assert all(LINE.match(line) for line in lines)
    assert [line.split(" ", 2)[2] for line in lines[:2]] == [
        "offerloop.codes: begins", f"offerloop.offers.coupons.codes: wrote {tmp_path / 'codes.txt'}",
    ]  # fmt: skip
    assert "offerloop.codes: ended with exit code 0 after" in lines[-1]


def test_a_file_is_added_to_and_holds_errors(tmp_path, monkeypatch):
    monkeypatch.setenv("OFFERLOOP_LOG", str(tmp_path / "cron.log"))
    code, printed, said = offerloop("explain", "nowhere", "7", cwd=tmp_path)
    assert (code, printed, said.count("\n")) == (2, "", 1)
    assert codes(tmp_path)[2] == ""
    text = (tmp_path / "cron.log").read_text(encoding="utf-8")
    assert f"ERROR offerloop.explain: {said}" in text
    assert "offerloop.explain: ended with exit code 2" in text
    assert text.count("begins") == 2


def test_the_exit_code_of_a_server_that_cannot_listen_is_logged(caplog):
    caplog.set_level("INFO", "offerloop.serve")
    with pytest.raises(SystemExit), logged("serve"):
        sys.exit(3)
    assert "ended with exit code 3" in caplog.text


def test_a_log_that_cannot_be_opened_is_one_sentence(tmp_path, monkeypatch):
    monkeypatch.setenv("OFFERLOOP_LOG", str(tmp_path / "nowhere" / "cron.log"))
    code, _, said = codes(tmp_path)
    assert (code, said.count("\n")) == (2, 1)
    assert "cannot be opened" in said
    assert not (tmp_path / "codes.txt").exists()
