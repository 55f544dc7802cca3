"""What happens to a coupon. Tests named `life_...` are cases of shared/conformance/lifecycle.json."""

from dataclasses import replace

import pytest

from offerloop.errors import InputError
from offerloop.offers import (
    Claim,
    Expire,
    Issue,
    LedgerState,
    Lock,
    Redeem,
    RefusalReason,
    Release,
    Revoke,
    RollBack,
    decide_command,
)
from offerloop.offers.coupons.book import DAY, Balance, Book, CouponTemplate, CouponTerms, coupon_status

DISCOUNT, CART = 1000, 10_000
"""Of all conformance cases with money (Sylius, MIT)."""


class Shop:
    """One template with the code `SALE`, and more codes where asked; keys are numbered."""

    def __init__(self, codes=("SALE",), **terms):
        self.state, self.now, self.entries, self.asked = (
            LedgerState(Book({"t": CouponTemplate(CouponTerms(**terms))})),
            100,
            [],
            0,
        )
        assert self.ask(Issue, "t", codes) is None

    def ask(self, kind, *body, key=None, **more):
        """The reason of a refusal, or None."""
        self.asked += 1
        return self.send(kind(key or f"k{self.asked}", *body, **more)).reason

    def send(self, command):
        done = decide_command(self.state, command, self.now)
        self.state = done.state
        self.entries += done.entries
        return done.answer

    @property
    def balance(self):
        return self.state.book.templates["t"].balance

    def status(self, code="SALE"):
        book = self.state.book
        n_open = sum(place[0] == code and held.expires_at > self.now for place, held in book.locks.items())
        return coupon_status(book.coupons[code], book.templates["t"].terms, self.now, n_open)

    def total(self, customer="c"):
        """Of a cart at which the coupon is applied."""
        return CART - DISCOUNT if self.ask(Redeem, "SALE", customer, DISCOUNT) is None else CART


def test_life_limit_ok():
    assert Shop(limit_total=5).total() == 9000


def test_life_cancel_frees():
    shop = Shop(limit_total=1, reusable_after_cancel=True)
    assert shop.ask(Redeem, "SALE", "c", DISCOUNT, key="order") is None
    assert shop.ask(RollBack, "order") is None
    assert shop.total() == 9000


def test_life_cust_first():
    assert Shop(limit_per_customer=2).total() == 9000


def test_life_cust_reached():
    shop = Shop(limit_per_customer=1, limit_per_code=None)
    assert shop.ask(Redeem, "SALE", "c", DISCOUNT) is None
    assert shop.total() == 10_000
    assert shop.total("another") == 9000


def test_life_cust_cancel_keeps():
    shop = Shop(limit_per_customer=1, limit_per_code=None, reusable_after_cancel=False)
    assert shop.ask(Redeem, "SALE", "c", DISCOUNT, key="order") is None
    assert shop.ask(RollBack, "order") is None
    assert shop.total() == 10_000
    assert shop.balance == Balance(n_issued=1, n_used=1, n_rolled_back=1, released_minor=DISCOUNT)


def test_life_lock_sessions():
    shop = Shop(limit_total=4, limit_per_code=None)
    assert [shop.ask(Lock, "SALE", "c", f"session {number}") for number in range(5)] == [None] * 4 + [
        "quantity_exceeded"
    ]
    assert shop.ask(Lock, "SALE", "c", "session 1") is None
    assert shop.balance.n_locked == 4
    shop.now += 7 * DAY - 1
    assert shop.ask(Lock, "SALE", "c", "session 5") == "quantity_exceeded"
    shop.now += 1
    assert shop.ask(Lock, "SALE", "c", "session 6") is None
    assert shop.ask(Release, "SALE", "session 6") is None
    assert shop.ask(Redeem, "SALE", "c", 0, "session 6") is None
    assert (shop.balance.n_locked, shop.balance.n_used) == (0, 1)


def test_life_race_shared_cap():
    codes = tuple(f"C{number}" for number in range(9))
    shop = Shop(codes, limit_total=4)
    reasons = [shop.ask(Redeem, code, f"customer of {code}") for code in codes]
    assert reasons == [None] * 4 + [RefusalReason.TOTAL_LIMIT] * 5


def test_life_retry_idempotent():
    shop = Shop(limit_total=2, limit_per_code=None, budget_minor=5000)
    checkout = Redeem("checkout", "SALE", "c", DISCOUNT)
    first = shop.send(checkout)
    before = shop.balance
    shop.now += 60
    assert shop.send(checkout) == first
    assert shop.balance == before == Balance(n_issued=1, n_used=1, spent_minor=DISCOUNT)
    assert shop.send(replace(checkout, amount_minor=1)).reason == RefusalReason.KEY_CONFLICT
    assert shop.send(Lock("checkout", "SALE", "c", "x")).reason == RefusalReason.KEY_CONFLICT
    assert shop.balance == before


def test_a_refusal_is_an_answer_too():
    shop = Shop(limit_total=1)
    assert shop.ask(Redeem, "SALE", "a", key="winner") is None
    loser = Redeem("loser", "SALE", "b")
    first = shop.send(loser)
    assert first.reason == RefusalReason.CODE_LIMIT
    assert shop.ask(RollBack, "winner") is None
    assert shop.send(loser) == first
    assert shop.ask(Redeem, "SALE", "b") is None


def test_a_coupon_goes_through_its_life():
    shop = Shop(ends_at=1000)
    seen = [shop.status()]
    for command in (
        Claim("1", "SALE", "c"),
        Lock("2", "SALE", "c", "cart", 500),
        Redeem("3", "SALE", "c", 400, "cart"),
        RollBack("4", "3", 100),
        RollBack("5", "3"),
    ):
        assert shop.send(command).reason is None
        seen.append(shop.status())
    shop.now = 1000
    assert [*seen, shop.status()] == [
        "issued", "claimed", "locked", "redeemed", "redeemed", "rolled_back", "expired"
    ]  # fmt: skip
    assert shop.ask(Revoke, "SALE") is None
    assert shop.status() == "revoked"


def test_a_use_that_may_not_be_made_again_is_shown_as_rolled_back():
    shop = Shop(reusable_after_cancel=False)
    shop.send(Redeem("order", "SALE", "c"))
    shop.send(RollBack("cancel", "order"))
    assert shop.status() == "rolled_back"
    assert shop.ask(Redeem, "SALE", "c") == RefusalReason.CODE_LIMIT


def test_money_is_reserved_spent_and_released():
    shop = Shop(limit_per_code=None, budget_minor=1000)
    assert shop.ask(Lock, "SALE", "a", "cart", 700) is None
    assert shop.balance.reserved_minor == 700
    assert shop.ask(Redeem, "SALE", "b", 301) == RefusalReason.BUDGET
    assert shop.ask(Redeem, "SALE", "b", 300) is None
    assert shop.ask(Redeem, "SALE", "a", 701, "cart") == RefusalReason.BUDGET
    assert shop.ask(Redeem, "SALE", "a", 500, "cart", key="order") is None
    assert shop.balance == Balance(n_issued=1, n_used=2, spent_minor=800, released_minor=200)
    assert shop.ask(RollBack, "order", 501) == RefusalReason.MORE_THAN_REDEEMED
    assert shop.ask(RollBack, "order", 400) is None
    assert shop.balance == Balance(n_issued=1, n_used=2, spent_minor=400, released_minor=600)
    assert shop.ask(RollBack, "order") is None
    assert shop.balance == Balance(n_issued=1, n_used=1, n_rolled_back=1, spent_minor=300, released_minor=700)
    assert shop.ask(RollBack, "order") == RefusalReason.ALREADY_ROLLED_BACK


def test_the_same_lock_key_overrides():
    shop = Shop(limit_total=1, limit_per_customer=1, budget_minor=1000)
    assert shop.send(Lock("1", "SALE", "c", "cart", 900)).expires_at == 100 + 7 * DAY
    shop.now = 200
    assert shop.send(Lock("2", "SALE", "c", "cart", 1000, seconds=60)).expires_at == 260
    assert shop.balance == Balance(n_issued=1, n_locked=1, reserved_minor=1000, released_minor=900)
    assert shop.ask(Lock, "SALE", "c", "cart", 1001) == RefusalReason.BUDGET
    assert shop.ask(Lock, "SALE", "b", "cart") == RefusalReason.OF_ANOTHER_CUSTOMER
    assert shop.ask(Redeem, "SALE", "b", 0, "cart") == RefusalReason.OF_ANOTHER_CUSTOMER
    assert shop.balance.reserved_minor == 1000


def test_what_another_lock_holds_is_not_used_up():
    shop = Shop()
    assert shop.ask(Lock, "SALE", "a", "cart") is None
    assert shop.ask(Lock, "SALE", "b", "other") == RefusalReason.LOCKED
    assert shop.ask(Redeem, "SALE", "b") == RefusalReason.LOCKED
    assert shop.ask(Redeem, "SALE", "a", 0, "cart") is None
    assert shop.ask(Redeem, "SALE", "b") == RefusalReason.CODE_LIMIT


def test_locks_that_run_out_are_let_go_by_whatever_comes_next():
    shop = Shop(lock_seconds=10, budget_minor=100, limit_per_code=None)
    for number in range(4):
        assert shop.ask(Lock, "SALE", "c", f"{number}", 25) is None
    shop.now = 110
    assert shop.ask(Expire, "t") is None
    assert shop.balance == Balance(n_issued=1, released_minor=100)
    assert [entry.event for entry in shop.entries[-4:]] == ["lock_expired"] * 4
    assert shop.ask(Release, "SALE", "1") == RefusalReason.UNKNOWN_LOCK


def test_a_lock_does_not_outlive_the_window():
    shop = Shop(starts_at=100, ends_at=150)
    assert shop.send(Lock("1", "SALE", "c", "cart")).expires_at == 150


@pytest.mark.parametrize(
    ("now", "reason"), [(99, RefusalReason.NOT_STARTED), (100, None), (149, None), (150, RefusalReason.ENDED)]
)
def test_coupons_are_used_within_the_window(now, reason):
    shop = Shop(starts_at=100, ends_at=150, limit_per_code=None)
    shop.now = now
    assert shop.ask(Redeem, "SALE", "c") == reason
    assert shop.ask(Lock, "SALE", "c", "cart") == reason
    assert shop.ask(Claim, "SALE", "c") == (RefusalReason.ENDED if now == 150 else None)
    assert shop.ask(Issue, "t", ("MORE",)) == (RefusalReason.ENDED if now == 150 else None)


def test_a_claimed_coupon_is_its_customers():
    shop = Shop(("A", "B", "C"), limit_per_customer=1)
    assert shop.ask(Claim, "A", "anna") is None
    assert shop.ask(Claim, "A", "anna") == RefusalReason.ALREADY_CLAIMED
    assert shop.ask(Claim, "A", "bob") == RefusalReason.OF_ANOTHER_CUSTOMER
    assert shop.ask(Redeem, "A", "bob") == RefusalReason.OF_ANOTHER_CUSTOMER
    assert shop.ask(Claim, "B", "anna") == RefusalReason.CUSTOMER_LIMIT
    assert shop.ask(Issue, "t", ("D",), "anna") == RefusalReason.CUSTOMER_LIMIT
    assert shop.ask(Issue, "t", ("D",), "bob") is None
    assert (shop.balance.n_issued, shop.balance.n_claimed) == (4, 2)


def test_codes_are_issued_once_all_or_none_and_up_to_the_limit():
    shop = Shop(("A",), limit_issued=3)
    assert shop.ask(Issue, "t", ("B", "A")) == RefusalReason.CODE_TAKEN
    assert shop.ask(Issue, "t", ("B", "B")) == RefusalReason.CODE_TAKEN
    assert shop.ask(Issue, "t", ("B", "C", "D")) == RefusalReason.ISSUE_LIMIT
    assert shop.ask(Issue, "t", ("B", "C")) is None
    assert set(shop.state.book.coupons) == {"A", "B", "C"}


def test_a_revoked_coupon_is_over_but_what_was_redeemed_can_be_rolled_back():
    shop = Shop(limit_per_code=None)
    shop.send(Redeem("order", "SALE", "c", 500))
    shop.send(Lock("lock", "SALE", "c", "cart", 300))
    assert shop.ask(Revoke, "SALE") is None
    assert shop.balance == Balance(n_issued=1, n_used=1, spent_minor=500, released_minor=300)
    for command in (
        Lock("1", "SALE", "c", "x"),
        Redeem("2", "SALE", "c"),
        Claim("3", "SALE", "c"),
        Revoke("4", "SALE"),
    ):
        assert shop.send(command).reason == RefusalReason.REVOKED
    assert shop.ask(RollBack, "order") is None
    assert shop.balance.spent_minor == 0


def test_what_is_not_there_is_refused():
    shop = Shop()
    unknown = {
        RefusalReason.UNKNOWN_TEMPLATE: [Issue("1", "x", ("A",)), Expire("2", "x")],
        RefusalReason.UNKNOWN_CODE: [
            Claim("3", "x", "c"),
            Lock("4", "x", "c", "k"),
            Redeem("5", "x", "c"),
            Revoke("6", "x"),
        ],
        RefusalReason.UNKNOWN_LOCK: [Release("7", "x", "k"), Release("8", "SALE", "k")],
        RefusalReason.UNKNOWN_REDEMPTION: [RollBack("9", "x")],
    }
    for reason, commands in unknown.items():
        assert [shop.send(command).reason for command in commands] == [reason] * len(commands)


def test_every_account_is_the_sum_of_its_entries():
    shop = Shop(limit_per_code=None)
    shop.send(Lock("1", "SALE", "a", "cart", 300))
    shop.send(Redeem("2", "SALE", "a", 200, "cart"))
    shop.send(RollBack("3", "2", 50))
    assert sum((entry.change for entry in shop.entries), Balance()) == shop.balance
    assert shop.state.book.coupons["SALE"].balance == shop.balance
    assert shop.state.book.customers["t", "a"] == Balance(n_used=1, spent_minor=150, released_minor=150)


@pytest.mark.parametrize(
    "terms",
    [{"limit_total": -1}, {"budget_minor": 10**15}, {"lock_seconds": 0}, {"starts_at": 5, "ends_at": 5}],
)
def test_terms_that_cannot_be_are_refused(terms):
    with pytest.raises(InputError, match="coupon template"):
        CouponTerms(**terms)


@pytest.mark.parametrize(
    "body", [("", "SALE", "c"), ("k", "", "c"), ("k", "S\0", "c"), ("k", "S", "\ud800"), ("k", "S", "c", -1)]
)
def test_commands_that_no_store_could_hold_are_refused(body):
    with pytest.raises(InputError, match="must be"):
        Redeem(*body)
    with pytest.raises(InputError, match="must not be empty"):
        Issue("k", "t", ())
