"""Rows of a table arrive once, whatever is there already."""

import json
import sqlite3
from collections import Counter
from uuid import uuid4

import polars as pl
import postgres_server
import pytest
from publish_places import SQL, Database, record, said_by
from sqlalchemy.engine import make_url

from offerloop.commands.publish.task import publish
from offerloop.config.sections.publish import PUBLISHED


@pytest.fixture(params=["sqlite", "postgresql"])
def crm(request, tmp_path):
    server = request.getfixturevalue("postgres_url") if request.param == "postgresql" else None
    found = Database(server or f"sqlite:///{tmp_path / 'crm.db'}", f"offers_{uuid4().hex}")
    yield found
    found.call(f"drop table if exists {found.table}")
    found.engine.dispose()


def test_rows_of_a_table_arrive_once(publishable, offered, crm):
    folder = publishable(crm.toml)
    first, again = publish(folder), publish(folder)
    rows = crm.rows()
    assert [row[:4] for row in rows] == [
        (folder.name, *row) for row in offered.select("customer_id", "campaign_id", "offer_id").iter_rows()
    ]
    assert [(one.facts["published"][0]["new"], one.facts["published"][0]["already"]) for one in (first, again)] == [
        (offered.height, False),
        (0, True),
    ]
    assert again.lines[0].endswith(f": already published, {offered.height} rows")
    assert postgres_server.PASSWORD not in json.dumps([first.facts, first.lines, record(folder)])


def test_rows_that_are_there_stay_as_they_are_and_the_others_follow(publishable, offered, crm):
    folder = publishable(crm.toml)
    publish(folder)
    crm.call(f"delete from {crm.table} where customer_id <> 'c000'")
    crm.call(f"update {crm.table} set label = 'theirs'")
    done = publish(folder)
    assert done.lines[0].endswith(f": {offered.height} rows, 1 of them before")
    labels = Counter(row[4] for row in crm.rows())
    assert (labels["theirs"], labels.total()) == (1, offered.height)


def test_runs_lie_beside_each_other(publishable, offered, crm):
    folder = publishable(crm.toml)
    publish(folder)
    other = folder.with_name("20300101-000000")
    folder.rename(other)
    publish(other)
    assert Counter(row[0] for row in crm.rows()) == {folder.name: offered.height, other.name: offered.height}


def test_a_table_of_another_shape_is_refused_and_left_alone(publishable, crm):
    crm.call(f"create table {crm.table} (run text, customer_id text, note text, primary key (run, customer_id))")
    said = said_by(publishable(crm.toml))
    assert "has no column campaign_id, offer_id, label, channel, quiet_hours, product_ids, cost_liability" in said
    assert crm.rows() == []


def test_a_table_that_would_take_a_customer_twice_is_refused(publishable, crm):
    columns = ", ".join(f"{name} text" for name in PUBLISHED)
    crm.call(f"create table {crm.table} ({columns})")
    assert "give it the primary key (run, customer_id)" in said_by(publishable(crm.toml))
    crm.call(f"create unique index one_{crm.table} on {crm.table} (customer_id, run)")
    publish(publishable(crm.toml))
    publish(publishable(crm.toml))
    assert len(set(crm.rows())) == len(crm.rows()) > 0


def test_a_database_that_refuses_one_row_takes_none(publishable, crm):
    columns = ", ".join(f"{name} text" for name in PUBLISHED if name != "customer_id")
    check = "customer_id text check (customer_id < 'c020')"
    crm.call(f"create table {crm.table} ({columns}, {check}, primary key (run, customer_id))")
    assert "the database refuses the rows for" in said_by(publishable(crm.toml))
    assert crm.rows() == []


def test_other_customers_under_the_name_of_the_run_are_refused(publishable, crm):
    folder = publishable(crm.toml)
    publish(folder)
    crm.call(f"update {crm.table} set customer_id = 'of another shop' where customer_id = 'c000'")
    assert "holds 1 more customers of the run" in said_by(folder)
    assert len(crm.rows()) == record(folder)[0]["rows"]


def test_a_schema_and_whole_numbers_as_ids(publishable, postgres_url):
    schema = f"s{uuid4().hex}"
    crm = Database(postgres_url, f"{schema}.offers")
    crm.call(f"create schema {schema}")
    folder = publishable(crm.toml)
    table = pl.read_parquet(folder / "assignments.parquet")
    numbers = pl.col("customer_id").str.slice(1).cast(pl.Int64)
    table.with_columns(numbers).write_parquet(folder / "assignments.parquet")
    publish(folder)
    assert {type(row[1]) for row in crm.rows()} == {int}
    crm.call(f"drop schema {schema} cascade")
    crm.engine.dispose()


def test_a_wrong_password_is_said_without_it(publishable, postgres_url, monkeypatch):
    monkeypatch.setenv("CRM_PASSWORD", "secret")
    url = f"postgresql+psycopg://shop:${{CRM_PASSWORD}}@/postgres?host={make_url(postgres_url).query['host']}"
    said = said_by(publishable(f'[[publish]]\nkind = "sql"\nurl = "{url}"\n'))
    assert "password authentication failed" in said
    assert "secret" not in said


def test_an_sqlite_file_lies_beside_the_configuration(publishable, offered):
    folder = publishable(SQL)
    publish(folder)
    connection = sqlite3.connect(folder.parent.parent / "crm.db")
    assert connection.execute("select count(*) from offerloop_assignments").fetchone() == (offered.height,)
    connection.close()
