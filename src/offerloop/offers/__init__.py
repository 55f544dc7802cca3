"""What promotions are, what a basket costs under them, and the rules of a coupon's life, all in plain Python."""

from typing import TYPE_CHECKING

from offerloop.lazy import lazy_exports

if TYPE_CHECKING:
    from offerloop.offers.attributes import AttributeTest
    from offerloop.offers.base import (
        ANY_CHANNEL,
        EACH_CATEGORY,
        NO_OFFER,
        NOTHING,
        Assumption,
        Given,
        Offer,
        liability_minor,
    )
    from offerloop.offers.common_terms import window_of
    from offerloop.offers.control_names import names_no_offer
    from offerloop.offers.cost_limits import MissingLimit, missing_limit
    from offerloop.offers.coupons.book import (
        BALANCE_COUNTERS,
        ActiveLock,
        Balance,
        Book,
        BookEntry,
        CouponEvent,
        CouponStatus,
        CouponTemplate,
        CouponTerms,
        IssuedCoupon,
        Redemption,
        account_totals,
        coupon_account,
        coupon_status,
        customer_account,
        template_account,
    )
    from offerloop.offers.coupons.code_lists import (
        NO_CODES,
        CodeList,
        CodesOfCustomer,
        ListedCode,
        look_alikes,
        read_code_list,
        stream_code_list,
    )
    from offerloop.offers.coupons.codes import (
        code_guess_probability,
        is_valid_code,
        make_codes,
        normalise_code,
        write_codes,
    )
    from offerloop.offers.coupons.commands import (
        Claim,
        CouponCommand,
        Expire,
        Issue,
        Lock,
        Redeem,
        Release,
        Revoke,
        RollBack,
    )
    from offerloop.offers.coupons.corrections import correct_code
    from offerloop.offers.coupons.lifecycle import CommandAnswer, LedgerState, RefusalReason, decide_command
    from offerloop.offers.form import Term, Unit
    from offerloop.offers.kind_names import offer_kind
    from offerloop.offers.kinds.spend_and_save import SpendAndSave
    from offerloop.offers.pricing.basket import Basket, BasketLine, Customer, OfferUsage, Shipment
    from offerloop.offers.pricing.basket_reading import known_currency, read_basket
    from offerloop.offers.pricing.budgets import FindLeft, OfferLeft
    from offerloop.offers.pricing.candidates import units_left
    from offerloop.offers.pricing.effects.base import Arithmetic
    from offerloop.offers.pricing.effects.shipping import OffShipping
    from offerloop.offers.pricing.effects.tiers import OffFrom
    from offerloop.offers.pricing.offer_set import OfferSet
    from offerloop.offers.pricing.price import price
    from offerloop.offers.pricing.price_each import PricedAlone, price_each
    from offerloop.offers.pricing.priced import (
        Adjustment,
        Applied,
        GiftLine,
        Priced,
        PricedLine,
        PricedShipment,
        RejectedOffer,
    )
    from offerloop.offers.pricing.refund import Refund, basket_kept, refund_kept, refund_repriced
    from offerloop.offers.pricing.sharing import Remainder
    from offerloop.offers.pricing.taxes import TaxRules
    from offerloop.offers.reading import OFFER_KIND_NAMES, OFFER_KINDS, named_categories, offer_form, read_offers
    from offerloop.offers.scope import Scope
    from offerloop.offers.short_form.reading import guess_currency, parse_offer
    from offerloop.offers.short_form.writing import SHORT_FORM_LANGUAGES, print_offer
    from offerloop.offers.shortfall import NotApplicable
    from offerloop.offers.stacking import DEFAULT_POLICY, StackingChoice, StackingPolicy
    from offerloop.offers.terms import WrittenTerms, attributes_of
    from offerloop.offers.window import PlanPeriod, Window

__all__ = [
    "ANY_CHANNEL",
    "BALANCE_COUNTERS",
    "DEFAULT_POLICY",
    "EACH_CATEGORY",
    "NOTHING",
    "NO_CODES",
    "NO_OFFER",
    "OFFER_KINDS",
    "OFFER_KIND_NAMES",
    "SHORT_FORM_LANGUAGES",
    "ActiveLock",
    "Adjustment",
    "Applied",
    "Arithmetic",
    "Assumption",
    "AttributeTest",
    "Balance",
    "Basket",
    "BasketLine",
    "Book",
    "BookEntry",
    "Claim",
    "CodeList",
    "CodesOfCustomer",
    "CommandAnswer",
    "CouponCommand",
    "CouponEvent",
    "CouponStatus",
    "CouponTemplate",
    "CouponTerms",
    "Customer",
    "Expire",
    "FindLeft",
    "GiftLine",
    "Given",
    "Issue",
    "IssuedCoupon",
    "LedgerState",
    "ListedCode",
    "Lock",
    "MissingLimit",
    "NotApplicable",
    "OffFrom",
    "OffShipping",
    "Offer",
    "OfferLeft",
    "OfferSet",
    "OfferUsage",
    "PlanPeriod",
    "Priced",
    "PricedAlone",
    "PricedLine",
    "PricedShipment",
    "Redeem",
    "Redemption",
    "Refund",
    "RefusalReason",
    "RejectedOffer",
    "Release",
    "Remainder",
    "Revoke",
    "RollBack",
    "Scope",
    "Shipment",
    "SpendAndSave",
    "StackingChoice",
    "StackingPolicy",
    "TaxRules",
    "Term",
    "Unit",
    "Window",
    "WrittenTerms",
    "account_totals",
    "attributes_of",
    "basket_kept",
    "code_guess_probability",
    "correct_code",
    "coupon_account",
    "coupon_status",
    "customer_account",
    "decide_command",
    "guess_currency",
    "is_valid_code",
    "known_currency",
    "liability_minor",
    "look_alikes",
    "make_codes",
    "missing_limit",
    "named_categories",
    "names_no_offer",
    "normalise_code",
    "offer_form",
    "offer_kind",
    "parse_offer",
    "price",
    "price_each",
    "print_offer",
    "read_basket",
    "read_code_list",
    "read_offers",
    "refund_kept",
    "refund_repriced",
    "stream_code_list",
    "template_account",
    "units_left",
    "window_of",
    "write_codes",
]

__getattr__, __dir__ = lazy_exports(__name__)
