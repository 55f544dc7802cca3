"""Codes that were typed into a basket, as the ledger knows them, on both databases."""

from offerloop.offers import Claim, CouponTerms, Issue, RefusalReason
from offerloop.store import CheckoutUse, Ledger, presented_coupons


def test_a_code_is_known_as_typed_and_in_the_form_of_imported_ones(database):
    ledger = Ledger(database.engine)
    ledger.add_template("ten", CouponTerms())
    ledger.carry_out_all([Issue("i", "ten", ("TENNER10", "as it is")), Claim("c", "as it is", "anna")])

    def shown(customer_id, *typed):
        found = database.read(lambda one: presented_coupons(one, typed, customer_id, CheckoutUse()))
        return {name: (coupon.template_id, coupon.refusal) for name, coupon in found.items()}

    assert shown("anna", "tenner-10", "as it is", "AS IT IS", " ") == {"tenner-10": ("ten", None),
                                                                      "as it is": ("ten", None)}  # fmt: skip
    assert shown(None, "as it is", "TENNER10") == {
        "as it is": ("ten", RefusalReason.OF_ANOTHER_CUSTOMER), "TENNER10": ("ten", None),
    }  # fmt: skip
    assert ledger.history("TENNER10")[-1][1].event.value == "issued"
