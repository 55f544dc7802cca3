"""Assignments go where `[[publish]]` says, each customer once, however often and with whatever interruption."""

import csv
import hashlib
import io
import json
import time
from collections import Counter
from uuid import uuid4

import polars as pl
import pytest
from publish_places import CSV, SQL, Database, record, said_by
from rich.console import Console
from small_shop import write_small_shop

from offerloop.commands.publish.task import publish
from offerloop.commands.run.task import run
from offerloop.config.sections.publish import PUBLISHABLE, PUBLISHED
from offerloop.publishing.record import lock_publishing
from offerloop.workspace import erase_from_folder


def test_a_csv_file_holds_whoever_has_an_offer_and_no_arm(publishable, offered, monkeypatch):
    monkeypatch.setattr("offerloop.publishing.rows._PART", 2)
    folder = publishable(CSV)
    done = publish(folder)
    path = folder.parent.parent / f"crm-{folder.name}.csv"
    rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))
    assert list(rows[0]) == list(PUBLISHED)
    assert [row["customer_id"] for row in rows] == offered["customer_id"].to_list()
    assert {row["run"] for row in rows} == {folder.name}
    assert {row["label"] for row in rows} == {"10 % off kind 0", "2.00 off from 20.00 EUR"}
    assert {row["cost_liability"] for row in rows} == {"2.00"}
    assert done.lines == [f"crm-{folder.name}.csv: {offered.height} rows"]
    (entry,) = record(folder)
    assert entry["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert (entry["publish"], entry["kind"], entry["rows"]) == (1, "csv", offered.height)


def test_labels_are_in_the_language_of_the_reports(publishable):
    folder = publishable(CSV)
    path = folder / "summary.json"
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | {"language": "zh"}), encoding="utf-8")
    publish(folder)
    labels = pl.read_csv(folder.parent.parent / f"crm-{folder.name}.csv")["label"]
    assert set(labels) == {"kind 0 9 折", "满 20.00 EUR 减 2.00"}


def test_publishing_a_csv_again_changes_nothing_and_says_so(publishable, offered):
    folder = publishable(CSV)
    publish(folder)
    path = folder.parent.parent / f"crm-{folder.name}.csv"
    before = (path.stat().st_mtime_ns, path.stat().st_ino, (folder / "published.json").read_bytes())
    done = publish(folder)
    assert done.lines == [f"{path.name}: already published, {offered.height} rows"]
    assert done.facts["published"][0]["already"] is True
    assert (path.stat().st_mtime_ns, path.stat().st_ino, (folder / "published.json").read_bytes()) == before
    written = path.read_bytes()
    path.unlink()
    publish(folder)
    assert path.read_bytes() == written


def test_columns_have_their_names_and_their_order(publishable, small_run):
    folder = publishable(
        CSV.replace("crm-{run}", "all") + 'columns = { Arm = "arm", "Wer" = "customer_id" }\nholdout = true\n'
    )
    publish(folder)
    found = pl.read_csv(folder.parent.parent / "all.csv")
    everyone = pl.read_csv(small_run / "assignments.csv").select(Arm="arm", Wer="customer_id")
    assert found.equals(everyone)
    assert "holdout" in found["Arm"].to_list()


def test_money_has_the_digits_of_the_currency(publishable):
    folder = publishable(
        CSV.replace("crm-{run}", "m") + 'columns = { a = "cost_liability", b = "contact_cost", c = "value" }\n'
    )
    publish(folder)
    assert (folder.parent.parent / "m.csv").read_text().splitlines()[:2] == ["a,b,c", "2.00,0.00,0.36"]


def test_every_column_that_may_be_published_can_be_in_a_folder_that_is_made(publishable):
    columns = ", ".join(f'{name} = "{name}"' for name in PUBLISHABLE)
    folder = publishable(CSV.replace("crm-{run}", "crm/all") + f"columns = {{ {columns} }}\n")
    publish(folder)
    assert tuple(pl.read_csv(folder.parent.parent / "crm" / "all.csv").columns) == PUBLISHABLE


def test_a_path_may_begin_with_the_home_folder(publishable, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    publish(publishable(CSV.replace("crm-{run}", "~/m")))
    assert (tmp_path / "home" / "m.csv").is_file()


def test_a_preview_is_not_sent(publishable):
    folder = publishable(CSV)
    preview = folder.rename(folder.with_name("spring@3"))
    assert said_by(preview) == (
        f"'{preview}' is a preview of a campaign, and nothing of it is sent; start the campaign, run again and publish "
        "that run"
    )


def test_offers_that_have_ended_are_published_no_more(publishable):
    folder, is_coupon = publishable(CSV), pl.col("kind") == "coupon"
    path = folder / "offers.parquet"
    offers = pl.read_parquet(path).with_columns(starts_at=pl.lit(int(time.time()) + 9_000))
    offers.write_parquet(path)
    assert not publish(folder).facts["published"][0]["already"]
    offers.with_columns(ends_at=pl.when(is_coupon).then(1_700_000_000)).write_parquet(path)
    assert publish(folder).facts["published"][0]["already"]
    (folder / "published.json").unlink()
    assert said_by(folder) == (
        "offer 'coupon-10 kind 0' of campaign 'first' ended on 14 November 2023, so that the plan of "
        f"'{folder}' is out of date; run again with newer orders, or without the offer"
    )


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        ("", 'has no [[publish]]; add one to its offerloop.toml, such as kind = "csv"'),
        (CSV.replace("crm-", "../nowhere/crm-"), "cannot be written (No such file or directory); make its folder"),
        (CSV.replace("crm-{run}.csv", "runs"), "runs' is a folder; [[publish]] 1 needs the path of a file"),
        (SQL.replace("crm.db", "nowhere/crm.db"), "the database refuses the rows for offerloop_assignments of sqlite"),
        (SQL.replace("sqlite:///crm.db", "postgresql://u:***@h/d"), "keeps ('postgresql://u:***@h/d'); write ${NAME}"),
        (SQL.replace("sqlite:///crm.db", "duckdb:///x"), "is not a database that can be reached"),
        (SQL.replace("crm.db", "${NOWHERE}.db"), "'NOWHERE', which the url of [[publish]] 1 names, is not set"),
        ('[[publish]]\nkind = "webhook"\nurl = "ftp://h/x"\n', "must begin with https:// or http://"),
        ('[[publish]]\nkind = "webhook"\nurl = "http:///x"\n', "is no address; write it like https://"),
        ('[[publish]]\nkind = "webhook"\nurl = "http://h:port/x"\n', "is no address; write it like https://"),
        ('[[publish]]\nkind = "webhook"\nurl = "http://h/a b"\n', "is no address; write it like https://"),
        ('[[publish]]\nkind = "webhook"\nurl = "http://h/"\ntoken_env = "NOWHERE"\n', "'NOWHERE', which [[publish]] 1"),
        ('[[publish]]\nkind = "csv"\npath = "x"\ncolumns = { a = "labl" }\n', "did you mean 'label'?"),
    ],
)  # fmt: skip
def test_what_cannot_be_published_is_said_in_one_sentence(publishable, toml, said):
    assert said in said_by(publishable(toml))


def test_a_section_that_is_added_later_needs_no_stage_again(tmp_path):
    config = write_small_shop(tmp_path)
    run(config, "duckdb", None)
    config.write_text(config.read_text() + CSV)
    folder = run(config, "duckdb", None).folder
    stages = json.loads((folder / "manifest.json").read_text())["stages"]
    assert [one["stage"] for one in stages if not one["kept"]] == ["report"]
    publish(folder)
    assert (tmp_path / f"crm-{folder.name}.csv").is_file()


def test_a_folder_that_is_no_run_is_refused(tmp_path):
    assert "there is no run folder" in said_by(tmp_path / "nothing")
    assert "is not a finished run" in said_by(tmp_path)


def test_a_record_that_was_changed_is_refused(publishable):
    folder = publishable(CSV)
    (folder / "published.json").write_text("{")
    assert "published.json' cannot be read" in said_by(folder)


def test_two_at_once_are_refused(publishable):
    folder = publishable(CSV)
    with lock_publishing(folder):
        assert "another process is publishing" in said_by(folder)
    publish(folder)


def test_a_place_that_refuses_leaves_those_before_it_done(publishable):
    folder = publishable(CSV + CSV.replace("crm-", "no/where/crm-"))
    said_by(folder)
    assert [one["publish"] for one in record(folder)] == [1]
    (folder.parent.parent / "no" / "where").mkdir(parents=True)
    assert [one["already"] for one in publish(folder).facts["published"]] == [True, False]
    assert not list(folder.parent.parent.glob("**/.*partial"))


def test_progress_is_shown_on_a_terminal(publishable):
    shown = Console(file=io.StringIO(), force_terminal=True)
    publish(publishable(CSV), shown)
    assert "csv 1" in shown.file.getvalue()


def test_a_plan_that_gives_nobody_an_offer_publishes_nobody(publishable, receiver):
    folder = publishable(CSV + SQL + receiver.toml)
    table = pl.read_parquet(folder / "assignments.parquet")
    table.filter(pl.col("offer_id") == "none").write_parquet(folder / "assignments.parquet")
    for _ in range(2):
        done = publish(folder)
        assert [one["rows"] for one in done.facts["published"]] == [0, 0, 0]
    assert receiver.headers == []


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["csv", "sqlite", "postgresql", "webhook"])
def test_forty_thousand_customers_take_few_seconds_of_the_processor(publishable, request, kind):
    crm = Database(request.getfixturevalue("postgres_url"), f"many_{uuid4().hex}") if kind == "postgresql" else None
    toml = {"csv": CSV, "sqlite": SQL, "postgresql": crm and crm.toml}.get(kind)
    folder = publishable(toml or request.getfixturevalue("receiver").toml.replace("batch = 9", "batch = 500"))
    row = pl.read_parquet(folder / "assignments.parquet").filter(pl.col("offer_id") != "none").head(1)
    many = pl.DataFrame({"customer_id": [f"c{number:06}" for number in range(40_000)]})
    many.join(row.drop("customer_id"), how="cross").select(row.columns).write_parquet(folder / "assignments.parquet")
    for already in (False, True):
        begin = time.process_time()
        (found,) = publish(folder).facts["published"]
        assert (found["rows"], found["already"]) == (40_000, already)
        assert time.process_time() - begin < 12, "less than one is usual"
    if crm is not None:
        crm.call(f"drop table {crm.table}")
        crm.engine.dispose()


def test_a_run_is_published_without_who_was_erased_since(publishable, offered, receiver, tmp_path):
    crm = Database(f"sqlite:///{tmp_path / 'crm.db'}", "offers")
    folder = publishable(CSV + crm.toml + receiver.toml)
    csv_file = folder.parent.parent / f"crm-{folder.name}.csv"
    who, others = offered["customer_id"][3], Counter(offered["customer_id"].to_list())
    del others[who]
    publish(folder)
    n_requests = len(receiver.taken)
    erase_from_folder(folder.parent, {who: "erased-1"})
    first, again = publish(folder), publish(folder)
    assert [one["already"] for one in first.facts["published"]] == [False, True, True]
    assert [one["already"] for one in again.facts["published"]] == [True, True, True]
    assert len(receiver.taken) == n_requests
    assert Counter(pl.read_csv(csv_file)["customer_id"].to_list()) == others
    (folder / "published.json").unlink()
    receiver.taken.clear()
    crm.call("delete from offers")
    publish(folder)
    assert receiver.customers == Counter(row[1] for row in crm.rows()) == others
    crm.engine.dispose()


@pytest.mark.parametrize("place", [3, 20])
def test_an_erasure_while_requests_are_left_neither_repeats_nor_skips_a_customer(publishable, offered, receiver, place):
    folder = publishable(receiver.toml)
    receiver.answers = [200, 200, 400]
    said_by(folder)
    who = offered["customer_id"][place]
    erase_from_folder(folder.parent, {who: "erased-1"})
    publish(folder)
    expected = Counter(offered["customer_id"].to_list())
    if place >= 18:
        del expected[who]
    assert receiver.customers == expected


def test_a_receiver_gets_as_many_requests_as_it_is_told_of_when_all_customers_of_one_were_erased(
    publishable, offered, receiver
):
    folder = publishable(receiver.toml)
    requests = -(-offered.height // 9)
    erased = offered["customer_id"][9 * (requests - 1) :].to_list()
    erase_from_folder(folder.parent, {who: f"erased-{who}" for who in erased})
    first, again = publish(folder), publish(folder)
    bodies = [body for _, body in receiver.taken]
    assert [(body["batch"], body["batches"]) for body in bodies] == [(n + 1, requests) for n in range(requests)]
    assert bodies[-1]["assignments"] == []
    assert receiver.customers == Counter(set(offered["customer_id"]) - set(erased))
    assert [one.facts["published"][0]["already"] for one in (first, again)] == [False, True]
