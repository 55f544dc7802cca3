"""Shops of Offerloop 0.1 with the program of today: read, gone on with, or refused in one sentence."""

import json
import zipfile
from contextlib import chdir
from pathlib import Path

import pytest
from typed_command import offerloop

from offerloop.commands.loop.task import BEGINNING, FORMAT
from offerloop.commands.simulate.shop_files import write_shop
from offerloop.market.preset import load_preset
from offerloop.market.simulation import Market
from offerloop.offers import Redeem, RollBack
from offerloop.store import Ledger
from offerloop.store.auditing import audit
from offerloop.store.journal import Journal
from offerloop.workspace import RUN_FORMAT

PACKED = Path(__file__).parents[1] / "fixtures" / "shop_0_1.zip"
RUN = Path("runs") / "20261126-200101"


@pytest.fixture
def old(tmp_path):
    """A copy of the shop."""
    with zipfile.ZipFile(PACKED) as packed:
        packed.extractall(tmp_path)
    return tmp_path / "shop_0_1"


def contents(folder):
    """Every file below a folder with its bytes; of a database its rows, for opening one rewrites its header."""
    return {str(one.relative_to(folder)): one.read_bytes() for one in folder.rglob("*")
            if one.is_file() and one.suffix not in (".db", ".db-wal", ".db-shm")}  # fmt: skip


def refused(*arguments):
    """The one sentence of a refusal."""
    code, printed, said = offerloop(*arguments)
    assert (code, printed) == (2, "")
    assert len(said.strip().splitlines()) == 1
    return said


def test_the_fixture_names_no_place_of_the_machine_that_made_it():
    assert PACKED.stat().st_size < 300_000
    with zipfile.ZipFile(PACKED) as packed:
        for name in packed.namelist():
            assert not any(place in packed.read(name) for place in (b"/tmp/", b"/home/", b"/work/", b"/root/")), name


# Runs.


def test_an_old_run_is_explained(old):
    code, printed, said = offerloop("explain", old / RUN, "c001")
    assert (code, said) == (0, "")
    assert "“First offers”" in printed


@pytest.mark.parametrize("customer", ["c025", "c028"])
@pytest.mark.parametrize(
    ("audience", "why"),
    [
        ("customer", "to learn w"),
        ("support", "at random, so that we can see which offers work"),
        ("marketer", "drawn to explore: a few get at random what may be given, or nothing"),
    ],
)
def test_what_an_old_run_explored_is_explained(old, customer, audience, why):
    """Nothing and an offer; the code of this reason had another name."""
    code, printed, said = offerloop("explain", old / RUN, customer, "--audience", audience)
    assert (code, said) == (0, "")
    assert why in printed


def test_an_old_run_is_published_once(old):
    before = contents(old)
    code, printed, said = offerloop("publish", old / RUN)
    assert (code, said) == (0, "")
    assert "already published, 39 rows" in printed
    assert contents(old) == before
    (old / RUN / "published.json").unlink()
    (place,) = old.glob("crm-*.csv")
    sent = place.read_bytes()
    place.unlink()
    assert offerloop("publish", old / RUN)[0] == 0
    assert place.read_bytes() == sent


def test_a_column_that_had_another_name_is_published_under_both(old):
    (old / RUN / "published.json").unlink()
    (place,) = old.glob("crm-*.csv")
    place.unlink()
    manifest, mapped = old / RUN / "manifest.json", 'kind = "csv"\ncolumns = { who = "customer_id", next = "%s" }'
    written = json.loads(manifest.read_text())
    text, published = written["config"]["text"], []
    for name in ("rank_of_alternative", "best_alternative"):
        written["config"]["text"] = text.replace('kind = "csv"', mapped % name)
        manifest.write_text(json.dumps(written))
        assert offerloop("publish", old / RUN)[0] == 0
        published.append(place.read_text())
        place.unlink()
        (old / RUN / "published.json").unlink()
    assert published[0] == published[1]
    assert published[0].startswith("who,next\n")
    assert " behind" in published[0]


def test_an_old_run_is_read_out_on_the_arms_that_it_drew(old):
    code, printed, _ = offerloop("readout", old / RUN, "--orders", old / "lines.csv", "--json")
    found = json.loads(printed)
    assert code == 1  # too few customers to say anything, which it says
    assert "37 got it and 9 were held back" in found["sentence"]


def test_an_old_run_is_valued_as_a_policy(old):
    code, printed, said = offerloop("evaluate", old, "--run", old / RUN, "--json")
    assert (code, said) == (0, "")
    (plan,) = [one for one in json.loads(printed)["policies"] if one["kind"] == "run"]
    assert plan["policy"] == RUN.name
    assert plan["refusal"].startswith("The policy chooses 'spend-and-save'")


def test_an_old_shop_runs_again_beside_what_it_had(old):
    before = contents(old / RUN)
    code, _, _ = offerloop("run", old)
    assert code == 0
    assert contents(old / RUN) == before
    new = max(one for one in (old / "runs").iterdir() if one.name != ".stages")
    assert new.name != RUN.name
    assert json.loads((new / "manifest.json").read_text())["format"] == RUN_FORMAT


@pytest.mark.parametrize("command", [("explain", "c001"), ("publish",), ("readout", "--orders", "lines.csv")])
def test_a_run_of_a_newer_program_is_refused(old, command):
    manifest = old / RUN / "manifest.json"
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"format": RUN_FORMAT + 1}))
    said = refused(command[0], old / RUN, *command[1:])
    assert f"manifest.json' says that the run is of format {RUN_FORMAT + 1}" in said
    assert "run again with this one" in said


@pytest.mark.parametrize("command", [("explain", "c001"), ("publish",), ("readout", "--orders", "lines.csv")])
def test_a_table_whose_rows_are_damaged_is_named(old, command):
    (old / RUN / "published.json").unlink()
    file = old / RUN / "assignments.parquet"
    rows = bytearray(file.read_bytes())
    rows[4 : len(rows) // 2] = bytes(len(rows) // 2 - 4)
    file.write_bytes(rows)
    with chdir(old):
        said = refused(command[0], RUN, *command[1:])
    assert "assignments.parquet' cannot be read as .parquet: it is damaged" in said


def test_a_manifest_that_is_none_is_refused(old):
    (old / RUN / "manifest.json").write_text("{")
    assert "cannot be read as a run's manifest" in refused("explain", old / RUN, "c001")


# Journals of loops.


@pytest.mark.parametrize("more", [(), ("--once",)])
def test_an_old_journal_is_refused_by_name_and_nothing_of_it_is_lost(old, more):
    journal = Journal.open(f"sqlite:///{old / 'loop' / 'journal.db'}", "first")
    before, files = journal.recorded(), contents(old)
    said = refused("loop", old, *more)
    assert "loop/journal.db' is of format 1, which an early version wrote" in said
    assert "move the journal and its period files away to begin anew" in said
    assert (journal.recorded(), contents(old)) == (before, files)
    journal.engine.dispose()


def test_with_the_old_journal_away_the_loop_begins_anew(old):
    (old / "loop").rename(old / "loop-0.1")
    code, printed, said = offerloop("loop", old, "--once", "--json")
    assert (code, said) == (0, "")
    assert [one["period"] for one in json.loads(printed)["periods"]] == [0]
    assert len(list((old / "loop-0.1").glob("period-*.csv"))) == 2


@pytest.fixture(scope="module")
def begun(tmp_path_factory):
    """A loop of today after its first step: its shop and what its journal holds."""
    folder = tmp_path_factory.mktemp("begun") / "shop"
    write_shop(Market(load_preset("grocery"), 150, 60, 1, 8), folder)
    assert offerloop("loop", folder, "--once")[0] == 0
    name = next(line for line in (folder / "offerloop.toml").read_text().splitlines() if line.startswith("id = "))
    journal = Journal.open(f"sqlite:///{folder / 'loop' / 'journal.db'}", name.split('"')[1])
    recorded = [(BEGINNING, "begin", journal.result_of(BEGINNING, "begin")), *journal.recorded()]
    journal.engine.dispose()
    return folder, journal.name, recorded


def rewritten(begun, change):
    """The URL of a journal with the same steps, where `change` was made to how the loop began."""
    folder, name, recorded = begun
    file = folder / "other.db"
    file.unlink(missing_ok=True)
    journal = Journal.open(f"sqlite:///{file}", name)
    for period, step, body in recorded:
        journal.once(period, step, lambda body=body, step=step: change(body) if step == "begin" else body)
    journal.engine.dispose()
    return f"sqlite:///{file}"


def test_a_journal_says_its_format_and_one_that_does_not_is_refused(begun):
    assert begun[2][0][2]["format"] == FORMAT
    url = rewritten(begun, lambda body: {name: one for name, one in body.items() if name != "format"})
    assert "other.db' is of format 1, which an early version wrote" in refused("loop", begun[0], "--store", url)


def test_a_journal_of_a_newer_program_is_refused(begun):
    url = rewritten(begun, lambda body: body | {"format": FORMAT + 1})
    said = refused("loop", begun[0], "--store", url)
    assert f"other.db' is of format {FORMAT + 1} and this program knows {FORMAT}; use the newer program" in said


def test_a_journal_that_is_no_database_is_refused(old):
    (old / "loop" / "journal.db").write_bytes(b"no database, whatever it is called" * 9)
    assert "journal.db' is no database of SQLite" in refused("loop", old)


# Ledgers.


def test_an_old_ledger_goes_on(old):
    ledger = Ledger.open(f"sqlite:///{old / 'ledger.db'}")
    before = ledger.template("spring").balance
    assert (before.n_issued, before.n_claimed, before.n_locked, before.n_used) == (5, 4, 1, 1)
    assert (before.spent_minor, before.reserved_minor, before.released_minor) == (300, 200, 150)
    again = ledger.carry_out(Redeem("use 1", "SPRING1", "c000", 300))
    assert again.reason is None
    assert ledger.template("spring").balance == before  # the request of then was answered then
    assert ledger.carry_out(Redeem("use 2", "SPRING2", "c001", 200, "basket 7")).reason is None
    assert ledger.carry_out(Redeem("use 4", "SPRING4", "c003", 100)).reason is None
    assert ledger.carry_out(RollBack("back 1", "use 1")).reason is None
    after = ledger.template("spring").balance
    assert (after.n_used, after.n_locked, after.n_rolled_back) == (2, 0, 2)
    assert (after.spent_minor, after.reserved_minor, after.released_minor) == (300, 0, 450)
    assert len(ledger.history("SPRING3")) == 4
    assert audit(ledger.engine) == []
    ledger.engine.dispose()
