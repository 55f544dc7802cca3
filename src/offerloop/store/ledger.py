"""The ledger: the lifecycle of coupons made atomic and durable, for many callers at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import TypeVar

from sqlalchemy import Connection, Engine

from offerloop.errors import InputError, StoreError
from offerloop.message import Message
from offerloop.offers import (
    Balance,
    BookEntry,
    CommandAnswer,
    CouponCommand,
    CouponStatus,
    CouponTemplate,
    CouponTerms,
    IssuedCoupon,
    RefusalReason,
    correct_code,
    decide_command,
)
from offerloop.store.connect import StaleError, inserting, open_engine, persevere, reading, writing
from offerloop.store.connect import clock as database_clock
from offerloop.store.group_commit import GroupCommit
from offerloop.store.migrations import migrate
from offerloop.store.reading import (
    customer_named,
    read_coupons,
    read_customers,
    read_history,
    read_state,
    read_statuses,
    read_templates,
)
from offerloop.store.reported.erased import erased_among, hold_off_erasures
from offerloop.store.schema import templates
from offerloop.store.writing import LedgerChange, write

Seen = TypeVar("Seen")
PATIENCE_SECONDS = 30.0
WITHIN_TRIES = 10
"""Attempts within a transaction of the caller's."""


class Ledger:
    """Coupons of one database. Safe to use from many threads; a process that forks opens one in each child.

    Every method waits up to `patience_seconds` for a database that is busy or away and then raises StoreError: the
    same command can be sent again, whatever had come of it.
    """

    def __init__(
        self,
        engine: Engine,
        patience_seconds: float = PATIENCE_SECONDS,
        clock: Callable[[Connection], int] = database_clock,
    ) -> None:
        self.engine = engine
        self._patience = patience_seconds
        self._clock = clock
        self._group_commit = GroupCommit(self.carry_out_all)
        persevere(lambda: migrate(engine), engine, patience_seconds)

    @classmethod
    def open(cls, url: str, patience_seconds: float = PATIENCE_SECONDS) -> Ledger:
        """The ledger of a database, SQLite or PostgreSQL; its tables are made where they are missing.

        Raises InputError for a URL of another database, and for tables that a newer program made.
        """
        engine = open_engine(url)
        try:
            return cls(engine, patience_seconds)
        except BaseException:
            engine.dispose()
            raise

    def add_template(self, template_id: str, terms: CouponTerms) -> None:
        """Coupons of this template can be issued. Raises InputError when it is there with other terms."""

        def once() -> None:
            with writing(self.engine) as connection:
                self.add_template_within(connection, template_id, terms)

        persevere(once, self.engine, self._patience)

    def add_template_within(self, connection: Connection, template_id: str, terms: CouponTerms) -> bool:
        """Enter a template in a transaction of the caller's, and return whether it was not there before.

        Raises InputError when it is there with other terms.
        """
        row = {"template_id": template_id, **asdict(terms), **asdict(Balance())}
        entered = connection.execute(inserting(connection, templates).values(row).on_conflict_do_nothing())
        if read_templates(connection, [template_id])[template_id].terms != terms:
            raise InputError(
                Message(
                    "the coupon template '{template_id}' is there with other terms; give these another name",
                    template_id=template_id,
                )
            )
        return bool(entered.rowcount)

    def carry_out(self, command: CouponCommand) -> CommandAnswer:
        """The answer to one command, given when what it did is on disk. Commands of several threads share writes."""
        return self._group_commit.carry_out(command)

    def carry_out_all(self, commands: Sequence[CouponCommand]) -> list[CommandAnswer]:
        """Answers to commands in their order, one transaction for all: one write to the disk instead of many.

        A command that is refused does not keep the others from being carried out.
        """
        return persevere(lambda: self._once(commands), self.engine, self._patience)

    def carry_out_within(self, connection: Connection, commands: Sequence[CouponCommand]) -> list[CommandAnswer]:
        """Carry out commands in a transaction of the caller's, with which they are committed or undone.

        So an order of the shop and its redemption are written together. The connection is to the ledger's database, at
        PostgreSQL's default isolation; on SQLite the transaction must have begun with `begin immediate`. Rows of the
        template stay locked until the caller ends it. Raises StoreError when others were faster each time: then the
        caller undoes its transaction and makes it anew.
        """
        for _ in range(WITHIN_TRIES):
            try:
                with connection.begin_nested():
                    hold_off_erasures(connection)
                    change, answers = self._decided(connection, commands)
                    if change.answers:
                        write(connection, change)
                    return answers
            except StaleError:
                continue
        raise StoreError(Message("others changed the same coupons each time; undo the transaction and make it anew"))

    def _once(self, commands: Sequence[CouponCommand]) -> list[CommandAnswer]:
        with reading(self.engine) as connection:
            change, answers = self._decided(connection, commands)
        if change.answers:
            with writing(self.engine) as connection:
                hold_off_erasures(connection)
                _check_none_erased(connection, commands, change, answers)
                write(connection, change)
        return answers

    def _decided(
        self, connection: Connection, commands: Sequence[CouponCommand]
    ) -> tuple[LedgerChange, list[CommandAnswer]]:
        """What the rules make of what is written, and the answers."""
        now = self._clock(connection)
        before = read_state(connection, commands, now)
        gone = erased_among(connection, {name for one in commands if (name := customer_named(one)) is not None})
        state, entries, answers = before, list[tuple[str, BookEntry]](), list[CommandAnswer]()
        refused: dict[str, str] = {}
        for command in commands:
            customer = customer_named(command)
            if customer in gone:
                answers.append(CommandAnswer(command.key, now, RefusalReason.ERASED))
                continue
            outcome = decide_command(state, command, now)
            if customer is not None and outcome.answer.reason is not None and command.key not in state.answered:
                refused[command.key] = customer
            state = outcome.state
            entries += [(command.key, entry) for entry in outcome.entries]
            answers.append(outcome.answer)
        return LedgerChange(before, state, tuple(entries), now, refused), answers

    def template(self, template_id: str) -> CouponTemplate | None:
        """Terms and balance of a template, or None where there is none."""
        return self._read(lambda connection: read_templates(connection, [template_id]).get(template_id))

    def coupon(self, code: str) -> IssuedCoupon | None:
        """A coupon and its balance, or None where there is none."""
        return self._read(lambda connection: read_coupons(connection, [code]).get(code))

    def code_of(self, typed: str) -> str | None:
        """Return the coupon's code that was typed, with a typing error corrected where only one coupon can be meant.

        Coupons are found whose codes are as `normalise_code` gives them, which made and imported codes are.
        """
        return self._read(lambda connection: correct_code(typed, lambda codes: read_coupons(connection, codes).keys()))

    def customer(self, template_id: str, customer_id: str) -> Balance:
        """What a customer has claimed, locked and used of a template."""
        place = (template_id, customer_id)
        return self._read(lambda connection: read_customers(connection, [place]).get(place, Balance()))

    def history(self, code: str) -> list[tuple[int, BookEntry]]:
        """What happened to a coupon, each entry with its epoch second."""
        return self._read(lambda connection: read_history(connection, code))

    def status(self, code: str) -> CouponStatus | None:
        """Where a coupon stands by the database's clock, or None where there is none."""

        def stands(connection: Connection) -> CouponStatus | None:
            return read_statuses(connection, read_coupons(connection, [code]), self._clock(connection)).get(code)

        return self._read(stands)

    def _read(self, what: Callable[[Connection], Seen]) -> Seen:
        def once() -> Seen:
            with reading(self.engine) as connection:
                return what(connection)

        return persevere(once, self.engine, self._patience)


def _check_none_erased(
    connection: Connection, commands: Sequence[CouponCommand], change: LedgerChange, answers: Sequence[CommandAnswer]
) -> None:
    """Raise StaleError where a customer of whom something is to be written was erased since the state was read."""
    written = (one for one, answer in zip(commands, answers, strict=True) if answer.reason != RefusalReason.ERASED)
    names = {customer_named(one) for one in written} | {entry.customer_id for _, entry in change.entries}
    if erased_among(connection, {one for one in names if one is not None}):
        raise StaleError
