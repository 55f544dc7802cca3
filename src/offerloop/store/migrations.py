"""The shape of the database, step by step. Steps that are in use are never changed; a change is a new step."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import DatabaseError

from offerloop.errors import InputError
from offerloop.message import Message
from offerloop.store.connect import place_of, reading, writing

_COUNTERS = """
  n_issued bigint not null, n_claimed bigint not null, n_locked bigint not null, n_used bigint not null,
  n_rolled_back bigint not null, reserved_minor bigint not null, spent_minor bigint not null,
  released_minor bigint not null"""

_TABLES = (
    f"""create table templates (template_id text primary key, limit_total bigint, limit_per_customer bigint,
  limit_per_code bigint, limit_issued bigint, budget_minor bigint, starts_at bigint, ends_at bigint,
  lock_seconds bigint not null, reusable_after_cancel boolean not null, {_COUNTERS})""",
    f"""create table coupons (code text primary key, template_id text not null, customer_id text,
  revoked boolean not null, version bigint not null, limit_uses bigint, {_COUNTERS})""",
    f"""create table customers (template_id text not null, customer_id text not null, limit_uses bigint, {_COUNTERS},
  primary key (template_id, customer_id))""",
    """create table locks (code text not null, lock_key text not null, template_id text not null,
  customer_id text not null, amount_minor bigint not null, expires_at bigint not null,
  primary key (code, lock_key))""",
    "create index locks_by_end on locks (template_id, expires_at)",
    """create table redemptions (redemption_id text primary key, template_id text not null, code text not null,
  customer_id text not null, amount_minor bigint not null, rolled_back_minor bigint not null,
  whole boolean not null)""",
    """create table requests (key text primary key, fingerprint text not null, at bigint not null, reason text,
  expires_at bigint)""",
    f"""create table history (history_id {{serial}}, request_key text not null, at bigint not null,
  event text not null, template_id text not null, code text not null, customer_id text, lock_key text,
  redemption_id text, expires_at bigint, {_COUNTERS})""",
    "create index history_by_code on history (code)",
)

_STEPS = """create table steps (name text not null, period bigint not null, step text not null, at bigint not null,
  body text not null, primary key (name, period, step))"""

_SERVICE = (
    """create table tokens (token_id text primary key, name text not null, hash text not null unique,
  roles text not null, made_at bigint not null, made_by text not null, ends_at bigint, revoked_at bigint)""",
    """create table people (person_id text primary key, name text not null unique, roles text not null,
  password text, invitation text unique, invited_until bigint, made_at bigint not null, revoked_at bigint)""",
    "create table sessions (hash text primary key, person_id text not null, ends_at bigint not null)",
    """create table trail (entry_id {serial}, at bigint not null, actor text not null, action text not null,
  subject text, body text not null)""",
    """create table request_answers (owner text not null, key text not null, fingerprint text not null,
  status bigint not null, body text not null, made_at bigint not null, kept_until bigint not null,
  primary key (owner, key))""",
    "create index request_answers_by_end on request_answers (kept_until)",
    "create table promotions (promotion_id {serial}, at bigint not null, actor text not null, version text)",
    """create table switches (name text primary key, is_on boolean not null, at bigint not null,
  actor text not null)""",
    "create table customer_keys (customer_id text primary key, customer_key text not null unique)",
    """create table decisions (decision_id text primary key, at_ms bigint not null, customer_key text not null,
  version text, arm text, campaign_id text, offer_id text not null, propensity {double}, leased_minor bigint not null,
  failure text, request text not null, input_hash text not null, answer text not null)""",
    "create index decisions_by_customer on decisions (customer_key, at_ms)",
    """create table budgets (version text not null, campaign_id text not null, budget_minor bigint not null,
  leased_minor bigint not null, primary key (version, campaign_id))""",
    """create table leases (lease_id text primary key, version text not null, campaign_id text not null,
  amount_minor bigint not null, expires_at bigint not null, used_minor bigint)""",
    "create index coupons_by_customer on coupons (customer_id)",
)
"""Tokens, people, audits, answers to requests, policies, decisions, and leases of budgets."""

_EVENTS = (
    """create table events (event_id text primary key, kind text not null, customer_id text, at bigint not null,
  received_at bigint not null, body text not null)""",
    "create index events_by_kind on events (kind, at, event_id)",
    "create index events_by_customer on events (customer_id)",
    """create table choices (customer_id text primary key, opt_out boolean not null, test_arm text,
  changed_at bigint not null)""",
    "create table erased (digest text primary key, at bigint not null)",
    "create table secrets (name text primary key, value {bytes} not null)",
)
"""What shops report, customers' choices, and who was erased."""

_PURCHASES = (
    """create table purchases (order_id text primary key, bought_at bigint not null, version text, campaign_id text,
  offer_id text, offers_hash text not null, basket text not null, total_minor bigint not null, rule text,
  returned text not null, given_back_minor bigint not null)""",
    "create table offer_texts (hash text primary key, body text not null)",
)
"""Orders that can come back, and the offers under which they were priced."""

_WORK = (
    """create table jobs (number {serial}, job_id text not null unique, kind text not null, name text unique,
  request text not null, state text not null, made_at bigint not null, begun_at bigint, ended_at bigint,
  progress text not null, result text, failure text, worker text, lease_until bigint, attempts bigint not null,
  cancel boolean not null)""",
    "create index jobs_by_state on jobs (state, number)",
    """create table notices (notice_id text primary key, topic text not null, place text not null, customer_id text,
  body text not null, made_at bigint not null, next_at bigint, attempts bigint not null, failure text)""",
    "create index notices_by_time on notices (next_at)",
    "create table cursors (name text primary key, position bigint not null)",
)
"""Jobs, and what webhooks and mail are told."""

_SHARED = (
    "create index events_by_arrival on events (received_at)",
    "create table counters (name text primary key, value bigint not null)",
    "alter table choices add column tested_until bigint",
    "alter table choices add column version bigint not null default 0",
    "create index choices_by_version on choices (version)",
    "alter table leases add column declared_minor bigint not null default 0",
    "update leases set declared_minor = amount_minor",
    "create table duties (name text primary key, holder text not null, held_until bigint not null)",
    """create table pacing (version text not null, campaign_id text not null, price {double} not null,
  before_minor bigint not null, spent_minor bigint not null, at bigint not null, primary key (version, campaign_id))""",
)
"""What workers tell each other: changes by number, what they may still spend, who has which duty, and prices."""
_CAMPAIGNS = (
    """create table campaigns (campaign_id text primary key, revision bigint not null, state text not null,
  last_editor text not null, approved_by text not null, starts_at bigint, ends_at bigint, made_at bigint not null,
  changed_at bigint not null)""",
    """create table campaign_revisions (campaign_id text not null, revision bigint not null, at bigint not null,
  actor text not null, person text not null, restored_from bigint, body text not null, starts_at bigint,
  ends_at bigint, primary key (campaign_id, revision))""",
)
"""Campaigns that people write in the service."""
_EXHAUSTED = ("alter table budgets add column exhausted_at bigint",)
_LOOKED_AT = (
    "create index decisions_by_time on decisions (at_ms, decision_id)",
    "create index decisions_by_campaign on decisions (campaign_id, at_ms, customer_key)",
)
"""What people look at: the newest decisions, and who was shown a campaign's offers."""
_BUDGETS = (
    """create table campaign_budgets (proposal_id text primary key, campaign_id text not null, revision bigint not null,
  at bigint not null, budget text not null, person text not null, approved_by text not null, approved_at bigint)""",
)
"""Budgets that change while a campaign runs."""
_HELD = ("alter table budgets add column n_held bigint",)
_STARTED = (
    "alter table campaigns add column started_at bigint",
    """update campaigns set started_at = starts_at
  where state in ('running', 'paused', 'exhausted', 'ended', 'archived') and starts_at <= changed_at""",
)
"""When a campaign first ran, which may be another time than was planned."""
_FURTHER = (
    """create table further_shown (decision_id text not null, campaign_id text not null, customer_key text not null,
  version text, at_ms bigint not null, primary key (decision_id, campaign_id))""",
    "create index further_shown_by_campaign on further_shown (campaign_id, at_ms, customer_key)",
    "create index further_shown_by_version on further_shown (version, campaign_id, customer_key)",
)
"""Campaigns of which decisions gave offers beside the first one."""
_REFUSED = ("alter table requests add column customer_id text",)
_SPENT = ("alter table leases add column spent_minor bigint not null default 0",)
_LOOKED_UP = (
    "create index history_by_customer on history (customer_id) where customer_id is not null",
    "create index redemptions_by_customer on redemptions (customer_id)",
    "create index customers_by_customer on customers (customer_id)",
    "create index requests_by_customer on requests (customer_id) where customer_id is not null",
    "create index decisions_by_version on decisions (version)",
    "create index leases_by_end on leases (expires_at) where used_minor is null",
)
"""What is looked up while others wait to write: a customer who is exported or erased, a policy's decisions by pacing,
and blocks of workers who are gone."""


_LATE = (
    "alter table pacing add column late_minor bigint not null default 0",
    "alter table pacing add column entry_id bigint",
)


def _append_only(table: str, dialect: str) -> tuple[str, ...]:
    """Triggers that let rows be made, and neither changed nor deleted."""
    if dialect == "sqlite":
        said = f"begin select raise(abort, '{table} is append-only'); end"
        return (
            f"create trigger {table}_stays before update on {table} {said}",
            f"create trigger {table}_is_kept before delete on {table} {said}",
        )
    return (
        f"""create function {table}_stays() returns trigger language plpgsql as
  $$ begin raise exception '{table} is append-only'; end $$""",
        f"""create trigger {table}_stays before update or delete or truncate on {table}
  for each statement execute function {table}_stays()""",
    )


def changeable(table: str, dialect: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Statements that let rows of an append-only table be changed, and those that forbid it again."""
    if dialect == "sqlite":
        names = (f"{table}_stays", f"{table}_is_kept")
        return tuple(f"drop trigger {one}" for one in names), _append_only(table, dialect)
    return (f"alter table {table} disable trigger {table}_stays",), (
        f"alter table {table} enable trigger {table}_stays",
    )


_SERIAL = {
    "sqlite": "integer primary key autoincrement",
    "postgresql": "bigint generated always as identity primary key",
}
_BYTES = {"sqlite": "blob", "postgresql": "bytea"}
_DOUBLE = {"sqlite": "float", "postgresql": "double precision"}

_LOCK = int.from_bytes(b"offer", "big")
"""The advisory lock of PostgreSQL under which steps are carried out."""


def _statements(dialect: str) -> tuple[tuple[str, ...], ...]:
    """All steps in the database's own words; the place of a step is its number, from 1 on."""

    def written(statements: Sequence[str]) -> tuple[str, ...]:
        return tuple(
            statement.format(serial=_SERIAL[dialect], double=_DOUBLE[dialect], bytes=_BYTES[dialect])
            for statement in statements
        )

    return (
        written(_TABLES) + _append_only("history", dialect),
        (_STEPS, *_append_only("steps", dialect)),
        written(_SERVICE) + _append_only("trail", dialect),
        written(_EVENTS),
        _PURCHASES,
        written(_WORK),
        written(_SHARED),
        (*_CAMPAIGNS, *_append_only("campaign_revisions", dialect)),
        _EXHAUSTED,
        _LOOKED_AT,
        _HELD,
        _BUDGETS,
        _STARTED,
        _FURTHER,
        _SPENT,
        _REFUSED,
        _LOOKED_UP,
        _LATE,
    )


def migrate(engine: Engine, steps: Sequence[Sequence[str]] | None = None) -> int:
    """Bring the database to the newest shape and return its number; each step is carried out once, whoever asks.

    Raises InputError for a database that a newer program has changed, and for a file that is no database.
    """
    steps = _statements(engine.dialect.name) if steps is None else steps
    if _number_of(engine) == len(steps):
        return len(steps)
    with writing(engine) as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text(f"select pg_advisory_xact_lock({_LOCK})"))
        done = _number(connection)
        if done > len(steps):
            raise InputError(
                Message(
                    "the database '{database}' is of shape {shape} and this program knows {known}; use the "
                    "newer program",
                    database=place_of(engine),
                    shape=done,
                    known=len(steps),
                )
            )
        for number in range(done + 1, len(steps) + 1):
            _carry_out(connection, number, steps[number - 1])
    return len(steps)


def _number_of(engine: Engine) -> int:
    try:
        with reading(engine) as connection:
            return _number(connection)
    except DatabaseError as error:
        if getattr(error.orig, "sqlite_errorcode", None) != sqlite3.SQLITE_NOTADB:
            raise
        raise InputError(
            Message(
                "'{database}' is no database of SQLite; name the file that was made as one", database=place_of(engine)
            )
        ) from None


def _number(connection: Connection) -> int:
    """The last step that was carried out."""
    if not inspect(connection).has_table("migrations"):
        return 0
    return int(connection.execute(text("select coalesce(max(number), 0) from migrations")).scalar_one())


def _carry_out(connection: Connection, number: int, statements: Sequence[str]) -> None:
    connection.execute(text("create table if not exists migrations (number integer primary key)"))
    for statement in statements:
        connection.exec_driver_sql(statement)
    connection.execute(text("insert into migrations (number) values (:number)"), {"number": number})
