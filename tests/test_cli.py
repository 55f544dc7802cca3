"""The command line: quick help, one sentence and exit code 2 for bad input, JSON on demand."""

import json
import os
import pty
import re
import subprocess
import sys

import pytest
from typed_command import offerloop
from typer.main import get_command
from typer.testing import CliRunner

from offerloop.cli import PANELS, app, main
from offerloop.commands.terminal.help import SHARED, help_text

HEAVY = ("numpy", "polars", "duckdb", "scipy", "lightgbm", "implicit", "pydantic", "narwhals")


def test_help_imports_nothing_heavy():
    code = f"import sys; import offerloop.cli; print([m for m in {HEAVY!r} if m in sys.modules])"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"


def test_help_names_every_command():
    shown = CliRunner().invoke(app, ["--help"]).output
    for command in app.registered_commands:
        assert command.callback.__name__.replace("_", "-") in shown


def on_terminal(*arguments, **environment):
    """What a terminal of 100 columns shows, without colours."""
    leader, follower = pty.openpty()
    typed = [sys.executable, "-c", "from offerloop.cli import main; main()", *arguments]
    shown = {**os.environ, "COLUMNS": "100", "TERM": "xterm", **environment}
    with subprocess.Popen(typed, stdin=follower, stdout=follower, stderr=follower, env=shown) as program:
        os.close(follower)
        parts = []
        while True:
            try:
                part = os.read(leader, 65536)
            except OSError:
                break
            if not part:
                break
            parts.append(part)
        os.close(leader)
    text = b"".join(parts).decode("utf-8", "replace")
    return program.returncode, re.sub(r"\x1b\[[0-9;]*m", "", text).replace("\r\n", "\n")


def test_a_pipe_gets_the_help_as_plain_lines():
    shown = CliRunner().invoke(app, ["--help"]).output
    assert not re.search(r"[\x1b─│╭]", shown)
    assert all(f"{panel}:" in shown for panel in PANELS)
    assert "  publish    Send the assignments to your file, database or webhook.\n" in shown


def test_a_terminal_shows_panels():
    code, shown = on_terminal("--help")
    assert code == 0
    assert all(f"─ {panel} ─" in shown for panel in PANELS)


@pytest.mark.parametrize("name", sorted(get_command(app).commands))
def test_each_command_is_told_in_one_line_and_no_text_is_eaten_by_markup(name, monkeypatch):
    command = get_command(app).commands[name]
    first = command.help.splitlines()[0]
    assert len(first) <= 62
    assert first.endswith(".")
    assert {one.name for one in command.params} >= {*SHARED, "language"}
    monkeypatch.setenv("COLUMNS", "250")
    monkeypatch.setattr("typer.rich_utils.MAX_WIDTH", 250)
    monkeypatch.setattr("offerloop.commands.terminal.help._is_plain", lambda: False)
    shown = " ".join(re.sub("[│─╭╮╰╯]", "", CliRunner().invoke(app, [name, "--help"]).output).split())
    for text in (command.help, *(one.help for one in command.params if one.help)):
        assert " ".join(help_text(text, "en").split()) in shown


OTHER_MEANING = {("engine", "experiment"), ("engine", "uplift"), ("language", "parse-offer")}
"""A trial is summed up in this program unless an engine is named; an offer is printed in several languages."""


def test_options_that_may_be_repeated_name_what_they_take():
    options = [
        (name, option)
        for name, command in get_command(app).commands.items()
        for option in command.params
        if getattr(option, "multiple", False)
    ]
    assert len(options) > 10
    assert [(name, option.name) for name, option in options if not option.metavar] == []


def test_options_with_one_meaning_have_one_text():
    texts = {}
    for command in get_command(app).commands.values():
        for one in command.params:
            if one.name in ("config", "run") and one.param_type_name == "argument":
                texts.setdefault(one.name, set()).add(one.help)
            elif (one.name, command.name) in OTHER_MEANING:
                continue
            elif one.name in ("engine", "as_json", "language", *SHARED):
                texts.setdefault(one.name, set()).add((*one.opts, one.help))
            elif one.name == "config":
                pytest.fail("a configuration is an argument")
    assert {name: len(found) for name, found in texts.items()} == dict.fromkeys(texts, 1)


@pytest.mark.parametrize(
    "arguments, said",
    [
        (["readot"], "No such command 'readot'. Did you mean 'readout'? See 'offerloop --help'."),
        (["run", "--engin", "x", "y"], "No such option: --engin. Did you mean '--engine'? See 'offerloop run --help'."),
        (["price"], "Missing argument 'basket'. See 'offerloop price --help'."),
        (["run", "shop", "more"], "Unexpected argument: more. See 'offerloop run --help'."),
        (["run", "shop", "--engine"], "Option '--engine' requires a value. See 'offerloop run --help'."),
        (["run", "shop", "--quiet=1"], "Option '--quiet' takes no value. See 'offerloop run --help'."),
        (
            ["recommend", "shop", "--top", "x"],
            "Invalid value for '--top': 'x' is not a whole number. See 'offerloop recommend --help'.",
        ),
        (["readout", "run", "--from", "2026-13-01"], "'2026-13-01' is no day; write it like 2026-11-25"),
        (["allocate", "t.csv", "--out", "o.csv", "--limits", "no.toml"], "there is no file 'no.toml'; check the path"),
        (["run", "--language", "zh"], "缺少参数 'config'。请查看“offerloop run --help”。"),
        (
            ["run", "--engin", "x", "--language", "zh"],
            "没有 --engin 这个选项。是否指“--engine”？请查看“offerloop run --help”。",
        ),
        (
            ["recommend", "shop", "--top", "x", "--language=zh"],
            "'--top' 的值无效：“x”不是整数。请查看“offerloop recommend --help”。",
        ),
    ],
)
def test_what_is_typed_wrongly_is_one_line(arguments, said):
    assert offerloop(*arguments) == (2, "", f"{said}\n")


def test_without_a_command_it_shows_the_help():
    code, printed, said = offerloop()
    assert (code, said) == (2, "")
    assert "Your shop:" in printed


@pytest.mark.parametrize("encoding", ["latin-1", "gb18030"])
def test_any_encoding_of_a_terminal_can_show_any_text(encoding):
    def typed(*arguments):
        program = [sys.executable, "-c", "from offerloop.cli import main; main()", "parse-offer", *arguments]
        environment = {**os.environ, "PYTHONIOENCODING": encoding}
        return subprocess.run(program, capture_output=True, env=environment, check=True).stdout

    assert json.loads(typed("满200减20", "--json").decode(encoding))["zh"] == "满200减20"
    expected = "满200减20" if encoding == "gb18030" else r"\u6ee1200\u51cf20"
    assert expected in typed("满200减20").decode(encoding)
    assert typed("--help")


def test_signs_that_an_encoding_lacks_are_written_with_others():
    program = "from offerloop.cli import main; main()"
    typed = [sys.executable, "-c", program, "explain", "nowhere “€5” − 满", "7"]
    done = subprocess.run(typed, capture_output=True, env={**os.environ, "PYTHONIOENCODING": "ascii"}, check=False)
    assert done.returncode == 2
    assert r"""'nowhere "EUR 5" - \u6ee1' is no run""" in done.stderr.decode("ascii")


def test_a_quiet_command_prints_errors_and_json_only(tmp_path):
    assert offerloop("codes", "--count", "2", "--quiet") == (0, "", "")
    assert len(json.loads(offerloop("codes", "--count", "2", "-q", "--json")[1])["codes"]) == 2
    assert offerloop("explain", "nowhere", "7", "-q", cwd=tmp_path)[2].count("\n") == 1


def test_a_shell_can_complete_names():
    program = "from offerloop.cli import main; main()"
    asked = {"_OFFERLOOP_COMPLETE": "complete_bash", "COMP_WORDS": "offerloop re", "COMP_CWORD": "1"}
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.argv[0] = 'offerloop'; {program}"], capture_output=True, text=True,
        env={**os.environ, **asked}, check=False,
    )  # fmt: skip
    assert set(done.stdout.split()) == {"recommend", "refund", "replay", "readout"}


@pytest.mark.parametrize(
    "arguments, words",
    [
        (("run", "nowhere.toml"), ["nowhere.toml", "offerloop init"]),
        (("explain", "nowhere", "7"), ["'nowhere' is no run"]),
        (("init", "shop", "--sample", "complete-jorney"), ["complete-jorney", "did you mean 'complete-journey'"]),
    ],
)
def test_bad_input_is_one_sentence_and_exit_code_2(tmp_path, arguments, words):
    code, printed, said = offerloop(*arguments, cwd=tmp_path)
    assert (code, printed) == (2, "")
    assert len(said.strip().splitlines()) == 1
    assert all(word in said for word in words)
    assert list(tmp_path.iterdir()) == []


def test_the_program_ends_as_the_command_does(tmp_path):
    program = "from offerloop.cli import main; main()"
    typed = [sys.executable, "-c", program, "explain", "nowhere", "7"]
    done = subprocess.run(typed, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert "'nowhere' is no run" in done.stderr


@pytest.mark.sample
def test_init_says_what_to_do_next_and_keeps_an_edited_configuration(tmp_path):
    code, printed, _ = offerloop("init", "shop", "--sample", "complete-journey", cwd=tmp_path)
    assert code == 0
    assert "offerloop run" in printed
    config = tmp_path / "shop" / "offerloop.toml"
    config.write_text("# mine\n")
    _, again, _ = offerloop("init", "shop", "--sample", "complete-journey", "--json", cwd=tmp_path)
    assert json.loads(again)["config"].endswith("offerloop.toml")
    assert config.read_text() == "# mine\n"


@pytest.mark.sample
def test_a_failed_run_leaves_nothing_half_written(tmp_path):
    offerloop("init", "shop", "--sample", "complete-journey", cwd=tmp_path)
    (tmp_path / "shop" / "data" / "products.parquet").write_bytes(b"not parquet")
    code, _, said = offerloop("run", "shop/offerloop.toml", cwd=tmp_path)
    assert code == 2
    assert "products.parquet" in said
    assert not list((tmp_path / "shop").glob("runs/2*"))


def test_windows_is_told_what_to_do(monkeypatch):
    monkeypatch.setattr("sys.platform", "win32")
    with pytest.raises(SystemExit) as stopped:
        main()
    assert "on Windows use the Linux of WSL" in str(stopped.value.code)
