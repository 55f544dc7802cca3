"""Codes that a shop has already become coupons: all or none, again without harm, some for one customer."""

import pytest

from offerloop.errors import InputError
from offerloop.offers import CouponTerms, ListedCode, Redeem, RefusalReason, make_codes
from offerloop.store import audit, import_codes

CODES = [ListedCode("SAVE10"), ListedCode("GIFT1", customer_id="anna"), ListedCode("GIFT2", customer_id="bob")]


@pytest.fixture
def shop(ledger):
    ledger.add_template("t", CouponTerms(limit_issued=4))
    ledger.add_template("other", CouponTerms())
    ledger.add_template("ended", CouponTerms(ends_at=1_000))
    return ledger


def test_codes_become_coupons_of_anybody_or_of_one_customer(shop):
    done = import_codes(shop, "t", CODES)
    assert (done.n_issued, done.n_there, done.n_of_customers) == (3, 0, 2)
    assert shop.carry_out(Redeem("1", "GIFT1", "bob")).reason is RefusalReason.OF_ANOTHER_CUSTOMER
    assert shop.carry_out(Redeem("2", "GIFT1", "anna")).reason is None
    assert shop.carry_out(Redeem("3", "SAVE10", "bob")).reason is None
    assert audit(shop.engine) == []


def test_a_list_can_be_imported_again(shop):
    import_codes(shop, "t", CODES[:2])
    done = import_codes(shop, "t", CODES)
    assert (done.n_issued, done.n_there) == (1, 2)
    assert shop.template("t").balance.n_issued == 3


@pytest.mark.parametrize(
    ("template", "codes", "said"),
    [
        ("nowhere", CODES, "no coupon template 'nowhere'"),
        ("other", CODES, "the code 'SAVE10' is a coupon of 't' already"),
        ("t", [ListedCode("SAVE10", customer_id="anna")], "the code 'SAVE10' is in the ledger as a coupon that nobody"),
        (
            "t",
            [ListedCode("GIFT0", customer_id="bob")],
            "the code 'GIFT0' is another customer's in the ledger; nothing",
        ),
        ("t", [ListedCode("A", "t"), ListedCode("B", "vip")], "the list has the code 'B' for 'vip', not for 't'"),
        ("ended", [ListedCode("A")], "the coupon template 'ended' has ended; import its codes into one that goes on"),
        ("t", [ListedCode("A"), ListedCode("B"), ListedCode("C"), ListedCode("D")], "leaves no room for 4 more"),
    ],
)
def test_nothing_is_imported_where_a_code_does_not_fit(shop, template, codes, said):
    import_codes(shop, "t", [*CODES[:1], ListedCode("GIFT0", customer_id="anna")])
    with pytest.raises(InputError, match=said):
        import_codes(shop, template, codes)
    assert shop.template("t").balance.n_issued == 2
    assert shop.template("other").balance.n_issued == 0


@pytest.mark.parametrize("column", [None, "spring/tea", "spring", "tea"])
def test_a_list_may_name_the_template_its_campaign_or_its_offer(ledger, column):
    ledger.add_template("spring/tea", CouponTerms())
    assert import_codes(ledger, "spring/tea", [ListedCode("A", column)]).n_issued == 1
    with pytest.raises(InputError, match="or leave the column of offers out if all are for 'spring/tea'"):
        import_codes(ledger, "spring/tea", [ListedCode("B", column), ListedCode("C", "10 % off tea")])
    assert ledger.template("spring/tea").balance.n_issued == 1


@pytest.mark.parametrize("other", ["bob", None])
@pytest.mark.parametrize("n_between", [0, 3])
def test_a_code_with_different_customers_is_refused_and_one_that_is_only_there_twice_counts_once(
    shop, monkeypatch, other, n_between
):
    monkeypatch.setattr("offerloop.store.importing._IN_ONE", 2)
    between = [ListedCode(f"X{number}") for number in range(n_between)]
    first = ListedCode("GIFT1", customer_id="anna")
    with pytest.raises(InputError, match="the list has the code 'GIFT1' with different customers; keep one"):
        import_codes(shop, "t", [first, *between, ListedCode("GIFT1", customer_id=other)])
    assert shop.template("t").balance.n_issued == 0
    done = import_codes(shop, "t", [first, *between, first])
    assert (done.n_issued, shop.coupon("GIFT1").customer_id) == (1 + n_between, "anna")


def test_the_ledger_knows_a_code_by_what_was_typed(shop):
    (made,) = make_codes(1, prefix="TEA")
    import_codes(shop, "t", [ListedCode(made), ListedCode("SAVE10")])
    assert shop.code_of(f"{made[:3]}-{made[3:].lower()}") == made
    assert shop.code_of(made[:5] + made[6] + made[5] + made[7:]) == made
    assert shop.code_of("save-IO") == "SAVE10"
    assert shop.code_of("SAVE20") is None
