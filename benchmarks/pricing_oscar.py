"""How long django-oscar takes to price the same baskets, with its own rules for the offers that it has a form for.

Its offers are rows of a database, here SQLite in memory: a condition (so many units, or so much money, of a range of
products) and a benefit (a percentage, an amount, the cheapest unit free, shipping). Bundles and maximum discounts of a
percentage are left out, and tiers are one offer each. Its totals differ: it applies offers by priority and each unit is
discounted by one exclusive offer only, so that what is compared is time.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from decimal import Decimal
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from offerloop.offers import Basket, Offer, SpendAndSave
from offerloop.offers.kinds.buy_x_get_y import BuyXGetY
from offerloop.offers.kinds.coupon import Coupon
from offerloop.offers.kinds.flash_sale import FlashSale
from offerloop.offers.kinds.free_shipping import FreeShipping
from offerloop.offers.scope import Scope

APPS = (
    "analytics address shipping catalogue catalogue.reviews communication partner basket payment offer order customer "
    "search voucher wishlists checkout"
)


DJANGO = "admin auth contenttypes sessions sites flatpages messages"
"""The applications of django-oscar, and those of Django that they need."""


def is_installed() -> bool:
    """Whether django-oscar can be imported here."""
    return find_spec("oscar") is not None


class Oscar:
    """A shop of django-oscar with some products and offers."""

    def __init__(self, products: int, categories: int) -> None:
        _start()
        self.model: Any = import_module("oscar.core.loading").get_model
        import_module("django.core.management").call_command("flush", verbosity=0, interactive=False)
        kind = self.model("catalogue", "ProductClass").objects.create(name="thing", track_stock=False)
        self.partner = self.model("partner", "Partner").objects.create(name="shop")
        named = self.model("catalogue", "Category")
        self.category = [named.add_root(name=f"category {number}") for number in range(categories)]
        self.product: list[Any] = []
        for number in range(products):
            product = self.model("catalogue", "Product").objects.create(title=f"product {number}", product_class=kind)
            product.categories.add(self.category[number % categories])
            self.product.append(product)
        self.ranges: dict[Scope, Any] = {}

    def enter(self, offers: Iterable[Offer]) -> None:
        """Enter offers in its database; bundles have no form there."""
        for one in offers:
            self._enter(one)

    def milliseconds(self, bought: Basket) -> float:
        """CPU time of pricing a basket once, with all queries."""
        basket, module = self._fill(bought), import_module("oscar.core.loading")
        applicator: Any = module.get_class("offer.applicator", "Applicator")
        begun = time.process_time()
        applicator().apply(basket)
        return 1e3 * (time.process_time() - begun)

    def _fill(self, bought: Basket) -> Any:  # noqa: ANN401  # its models have no types
        basket = self.model("basket", "Basket").objects.create()
        selector: Any = import_module("oscar.core.loading").get_class("partner.strategy", "Selector")
        basket.strategy = selector().strategy()
        stock = self.model("partner", "StockRecord").objects
        for place, line in enumerate(bought.lines):
            product = self.product[int(line.product_id.split()[1])]
            record = stock.create(
                product=product, partner=self.partner, partner_sku=f"{basket.id} {place}", price=_money(line.unit_minor)
            )
            self.model("basket", "Line").objects.create(
                basket=basket, product=product, stockrecord=record, line_reference=str(place), quantity=line.quantity,
                price_excl_tax=_money(line.unit_minor), price_incl_tax=_money(line.unit_minor),
            )  # fmt: skip
        return basket

    def _range(self, scope: Scope) -> Any:  # noqa: ANN401
        if scope not in self.ranges:
            every = not (scope.products or scope.categories)
            made = self.model("offer", "Range").objects.create(name=str(len(self.ranges)), includes_all_products=every)
            for name in scope.products:
                made.add_product(self.product[int(name.split()[1])])
            for name in scope.categories:
                made.included_categories.add(self.category[int(name.split()[1])])
            self.ranges[scope] = made
        return self.ranges[scope]

    def _enter(self, one: Offer) -> None:
        about, least = self._range(one.scope), one.conditions.min_minor
        everything = self._range(Scope())
        if isinstance(one, FlashSale | Coupon) and one.percent is not None:
            condition = ("Value", _money(least), everything) if least else ("Count", 1, about)
            self._save(one.offer_id, condition, ("Percentage", about, Decimal(float(one.percent))))
        elif isinstance(one, Coupon):
            self._save(one.offer_id, ("Count", 1, about), ("Absolute", about, _money(one.amount_minor or 0)))
        elif isinstance(one, SpendAndSave):
            for place, tier in enumerate(reversed(one.tiers)):
                condition = ("Value", _money(tier.least), about)
                self._save(f"{one.offer_id} {place}", condition, ("Absolute", about, _money(tier.off_minor)))
        elif isinstance(one, BuyXGetY):
            self._save(one.offer_id, ("Count", one.buy + one.get, about), ("Multibuy", about, None))
        elif isinstance(one, FreeShipping):
            condition = ("Value", _money(least), everything)
            self._save(one.offer_id, condition, ("Shipping percentage", None, 100))

    def _save(self, name: str, condition: tuple[str, Any, Any], benefit: tuple[str, Any, Any]) -> None:
        kind, value, about = condition
        of, on, size = benefit
        self.model("offer", "ConditionalOffer").objects.create(
            name=name,
            condition=self.model("offer", "Condition").objects.create(range=about, type=kind, value=value),
            benefit=self.model("offer", "Benefit").objects.create(range=on, type=of, value=size),
        )


def _money(minor: int) -> Decimal:
    return Decimal(minor) / 100


def _start() -> None:
    """Set Django up once, with all tables in memory."""
    settings: Any = import_module("django.conf").settings
    if settings.configured:
        return
    ours = [f"oscar.apps.{name}.apps.{name.title().replace('.', '')}Config" for name in APPS.split()]
    defaults: Any = vars(import_module("oscar.defaults"))
    settings.configure(
        **{name: value for name, value in defaults.items() if name.startswith("OSCAR_")},
        SECRET_KEY="benchmark",
        SITE_ID=1,
        USE_TZ=True,
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:", "ATOMIC_REQUESTS": True}},
        HAYSTACK_CONNECTIONS={"default": {"ENGINE": "haystack.backends.simple_backend.SimpleEngine"}},
        INSTALLED_APPS=[
            *[f"django.contrib.{name}" for name in DJANGO.split()],
            *ours, "haystack", "treebeard", "django_tables2", "widget_tweaks",
        ],
    )  # fmt: skip
    import_module("django").setup()
    import_module("django.core.management").call_command("migrate", verbosity=0, run_syncdb=True)
