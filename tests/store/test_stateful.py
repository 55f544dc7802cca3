"""The store against the rules alone: the same commands, the same answers, the same balances, whatever the order."""

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from offerloop.offers import (
    Book,
    Claim,
    CouponTemplate,
    CouponTerms,
    Expire,
    Issue,
    LedgerState,
    Lock,
    Redeem,
    Release,
    Revoke,
    RollBack,
    decide_command,
)
from offerloop.store import Ledger, audit
from offerloop.store.connect import open_engine

KEYS = st.sampled_from([f"k{number}" for number in range(60)])
CODES, CUSTOMERS, LOCK_KEYS = st.sampled_from("ABCD"), st.sampled_from(["anna", "bob"]), st.sampled_from("xyz")
AMOUNTS = st.integers(0, 60)
LIMITS = st.none() | st.integers(0, 4)
SOME = st.none() | st.integers(1, 40)

COMMANDS = st.one_of(
    st.builds(
        Issue, KEYS, st.sampled_from(["t", "u", "no"]), st.lists(CODES, min_size=1, max_size=3).map(tuple),
        st.none() | CUSTOMERS,
    ),
    st.builds(Claim, KEYS, CODES, CUSTOMERS),
    st.builds(Lock, KEYS, CODES, CUSTOMERS, LOCK_KEYS, AMOUNTS, SOME),
    st.builds(Release, KEYS, CODES, LOCK_KEYS),
    st.builds(Redeem, KEYS, CODES, CUSTOMERS, AMOUNTS, st.none() | LOCK_KEYS),
    st.builds(RollBack, KEYS, KEYS, st.none() | AMOUNTS),
    st.builds(Expire, KEYS, st.sampled_from(["t", "u"])),
    st.builds(Revoke, KEYS, CODES),
)  # fmt: skip
TERMS = st.builds(
    CouponTerms, LIMITS, LIMITS, st.none() | st.integers(1, 3), LIMITS, st.none() | st.integers(0, 150),
    st.none() | st.integers(0, 20), st.none() | st.integers(21, 90), st.integers(1, 30), st.booleans(),
)  # fmt: skip


class Twin(RuleBasedStateMachine):
    """A book in memory and one in SQLite."""

    @initialize(terms=TERMS)
    def open(self, terms):
        self.now = 0
        self.ledger = Ledger(open_engine("sqlite://"), clock=lambda _: self.now)
        self.state = LedgerState(
            Book({"t": CouponTemplate(terms), "u": CouponTemplate(CouponTerms(limit_per_code=None))})
        )
        for name, template in self.state.book.templates.items():
            self.ledger.add_template(name, template.terms)
        self.ask([Issue("first", "t", ("A", "B")), Issue("second", "u", ("C",))])

    @rule(seconds=st.integers(1, 25))
    def wait(self, seconds):
        self.now += seconds

    @rule(commands=st.lists(COMMANDS, min_size=1, max_size=6))
    def ask(self, commands):
        said = self.ledger.carry_out_all(commands)
        for command, answer in zip(commands, said, strict=True):
            outcome = decide_command(self.state, command, self.now)
            self.state = outcome.state
            assert answer == outcome.answer

    @invariant()
    def the_books_are_equal(self):
        book = self.state.book
        for name, template in book.templates.items():
            assert self.ledger.template(name) == template
        for code in "ABCD":
            assert self.ledger.coupon(code) == book.coupons.get(code)
        for place, balance in book.customers.items():
            assert self.ledger.customer(*place) == balance

    def teardown(self):
        if hasattr(self, "ledger"):
            assert audit(self.ledger.engine) == []
            self.ledger.engine.dispose()


TestTwin = Twin.TestCase
TestTwin.settings = settings(
    max_examples=20, stateful_step_count=25, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
