"""What `check` says of offers whose cost nothing limits."""

from datetime import date
from types import SimpleNamespace

import polars as pl
import pytest
from small_shop import write_small_shop

from offerloop.commands.check import campaign_problems
from offerloop.commands.check.data_checks import notes
from offerloop.commands.check.offers import ReadOffers, unlimited_cost
from offerloop.commands.check.task import check
from offerloop.commands.run.task import run
from offerloop.config import Config, Plan, Shop, load_config, read_campaign
from offerloop.engine import InMemoryEngine
from offerloop.errors import ConfigError
from offerloop.events import EPOCH
from offerloop.flow import renamed_offers, unknown_names, validity_notes
from offerloop.offers import read_offers

SHIPPING, CHEAPEST = {"kind": "free_shipping"}, {"kind": "coupon", "percent": 20, "cheapest": 1}
BOUGHT = {"kind": "buy_x_get_y", "buy": 2, "get": 1}
PARTS = {"kind": "combined", "parts": [{"kind": "coupon", "percent": 20, "max_discount": "5"}, SHIPPING]}


def campaign_with(offer, **terms):
    return read_campaign({"id": "spring", "title": "Spring", "budget": "10", "offers": [offer], **terms})


def line_of(offer):
    """What is said of an offer of which nothing shows an effect."""
    campaign = campaign_with(offer, budget_basis="expected")
    offers = ReadOffers([(campaign, read_offers([offer], None, "USD"))], [])
    return str(offers.checked(frozenset(), studied=False)[0].line("USD"))


def test_who_gets_an_offer_without_a_limit_names_only_a_field_that_it_may_have():
    assert line_of(SHIPPING).endswith("so nobody gets it; give the offer 'max_discount'")
    assert line_of(PARTS).endswith("so nobody gets it; give part 2 of the offer 'max_discount'")
    for offer in (BOUGHT, CHEAPEST):
        assert line_of(offer).endswith("nothing can limit the cost of the offer, so nobody gets it")


def test_an_offer_of_known_effect_that_nobody_explores_is_named_with_the_remedy():
    campaign = campaign_with(SHIPPING, budget_basis="expected", explore_budget="5")
    config = Config.model_construct(shop=Shop(name="x", currency="USD"), campaigns=(campaign,))
    few = SimpleNamespace(n_customers=1)
    offers = ReadOffers([(campaign, read_offers([SHIPPING], None, "USD"))], [])
    known = notes(config, few, offers.checked(frozenset([offers.offers[0].offer_id]), studied=False))
    said = "may cost any amount, so nobody gets it at random, and only those whom the plan chooses show its effect"
    assert said in str(known[0])
    assert str(known[0]).endswith("add 'max_discount' to let it be explored")
    assert not any(said in str(one) for one in notes(config, few, offers.checked(frozenset(), studied=False)))


@pytest.mark.parametrize(
    ("offer", "said", "never"),
    [
        (SHIPPING, "needs 'max_discount'", False),
        (PARTS, "part 2 of offer 'combined' of campaign 'spring' needs 'max_discount'", False),
        (BOUGHT, "nothing can limit what it costs", True),
        (CHEAPEST, "nothing can limit what it costs", True),
    ],
)
def test_a_budget_of_liabilities_needs_limits(offer, said, never):
    (read,) = read_offers([offer], None, "USD")
    problem = str(unlimited_cost(campaign_with(offer), read))
    assert said in problem
    assert ("max_discount" not in problem) is never
    assert unlimited_cost(campaign_with(offer, budget_basis="expected"), read) is None


def test_an_assumed_offer_that_nothing_can_limit_is_not_asked_for_a_field():
    offer = CHEAPEST | {"assumed": {"p_redeem": 0.1, "incremental": 0.5}}
    (read,) = read_offers([offer], None, "USD")
    problem = str(unlimited_cost(campaign_with(offer, budget_basis="expected"), read))
    assert "has 'assumed', but nothing can limit what it costs" in problem
    assert "max_discount" not in problem


def test_the_key_at_fault_is_the_one_that_is_missing(small_run):
    config = load_config(small_run.parent.parent)
    fields = {
        name: [one.field for one in campaign_problems(config, campaign_with(offer))]
        for name, offer in {"shipping": SHIPPING, "parts": PARTS, "bought": BOUGHT}.items()
    }
    assert fields == {
        "shipping": ["offers.0.max_discount"],
        "parts": ["offers.0.parts.1.max_discount"],
        "bought": ["offers.0"],
    }


def test_names_of_products_categories_brands_and_stores_that_no_table_has_are_said(small_run):
    """Brands are not checked where the shop's tables have none."""
    engine, config = InMemoryEngine(), load_config(small_run.parent.parent)
    parts = [{"kind": "coupon", "on": ["drinks", "soap"], "except": {"products": "8"}}, {"kind": "free_shipping"}]
    offers = (
        {"kind": "coupon", "id": "ten", "products": ["7", "tea"], "on": "each category"},
        {"kind": "gift", "shops": "north"},
        {"kind": "combined", "id": "both", "parts": parts, "any_of": [{"contains": {"on": "wine"}}]},
    )
    config = config.model_copy(update={"campaigns": (config.campaigns[0].model_copy(update={"offers": offers}),)})
    products = pl.DataFrame({"product_id": [7], "brand": ["unknown"], "category": ["drinks"]})
    lines = pl.DataFrame({"store_id": ["south"]})
    listed = [{"kind": "coupon", "id": "listed", "brands": ["acme"], "products": "7"}]
    events = SimpleNamespace(products=engine.table(products), order_lines=engine.table(lines), offers=listed)
    assert [str(one) for one in unknown_names(config, events, engine)] == [
        f"'{field}' of offer '{offer}' has names that are no {column} in the shop's tables and fit nothing: "
        f"'{name}'; correct them"
        for field, offer, column, name in (
            ("products", "ten", "product_id", "tea"),
            ("parts.except.products", "both", "product_id", "8"),
            ("parts.on", "both", "category", "soap"),
            ("any_of.contains.on", "both", "category", "wine"),
            ("shops", "gift", "store_id", "north"),
        )
    ]


def test_offers_that_are_not_valid_throughout_the_period_of_the_plan_are_said(small_run):
    """The period is of days in the time zone of the shop, here six hours after UTC, and so are times without a zone."""
    config = load_config(small_run.parent.parent)
    kept = {"id": "kept", "ends_at": "2026-06-07"}
    campaigns = (config.campaigns[0].model_copy(update={"offers": (kept,)}),)
    zone = config.shop.model_copy(update={"timezone": "America/Denver"})
    config = config.model_copy(update={"campaigns": campaigns, "shop": zone})
    listed = [
        {"id": "over", "ends_at": "2026-06-01T06:00:00Z"},
        {"id": "new", "starts_at": "2026-06-08T06:00:00Z"},
        {"id": "soon", "starts_at": "2026-06-08T05:59:59Z"},
        {"id": "early", "ends_at": "2026-06-01T00:00:01"},
        {"id": "late", "ends_at": "2026-06-08T05:59:59Z"},
        {"id": "unreadable", "ends_at": "soon"},
    ]
    events = SimpleNamespace(as_of_day=(date(2026, 6, 1) - EPOCH).days, offers=listed)
    over, new, early, late = map(str, validity_notes(config, events))
    of_campaign = f"of campaign '{config.campaigns[0].id}'"
    assert over.startswith(f"offer 'over' {of_campaign} ended on 31 May 2026, before the period of the plan begins")
    assert new.startswith(f"offer 'new' {of_campaign} begins on 8 June 2026, after the period of the plan, and is left")
    assert early.startswith(f"offer 'early' {of_campaign} ends on 1 June 2026, within the period of the plan (")
    assert late.startswith(f"offer 'late' {of_campaign} ends on 7 June 2026, within the period of the plan (")
    assert "(1 June 2026 to 7 June 2026), and its forecast does not take that into account; correct" in late


def test_offers_that_were_shown_under_an_id_that_stands_for_others_are_said(small_run):
    engine, config = InMemoryEngine(), load_config(small_run.parent.parent)
    offers = ({"id": "tea"}, {"id": "gift"}, {"id": "new"}, {"id": "unreadable"})
    config = config.model_copy(update={"campaigns": (config.campaigns[0].model_copy(update={"offers": offers}),)})
    events = SimpleNamespace(
        exposures=engine.table(pl.DataFrame({"offer_id": ["tea", "gift", None, "old", "tea", "unreadable"]}))
    )
    (said,) = map(str, renamed_offers(config, events, ["tea-10", "tea-20", "gift", "new-5"]))
    assert "name offer 'tea', and nothing is learned of it, as its ids in the plan are 'tea-10', 'tea-20':" in said


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        (
            {"contacts_by_channel": {"e-mail": 5}},
            "the channel 'e-mail', which no offer has, did you mean 'email'?",
        ),
        ({"contacts_by_channel": {"email": 5}}, None),
    ],
)
def test_a_cap_of_a_channel_that_no_offer_has_is_a_problem(limits, said):
    terms = SHIPPING | {"channel": "email"}
    campaign = campaign_with(terms, budget_basis="expected")
    config = Config.model_construct(
        shop=Shop(name="x", currency="USD"), campaigns=(campaign,), plan=Plan.model_validate(limits)
    )
    found = ReadOffers([(campaign, read_offers([terms], None, "USD"))], []).limit_problems(config)
    assert [said in str(one) for one in found] == [True] * (said is not None)


def test_a_budget_of_offers_that_no_offer_fits_is_the_same_sentence_of_check_and_run(tmp_path):
    path = write_small_shop(tmp_path)
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('budget = "100.00"', 'budget = "100.00"\noffer_budgets = { "cupon-*" = "5.00" }', 1))
    with pytest.raises(ConfigError) as error:
        run(path, "duckdb", None)
    assert check(path).facts["problems"] == [str(error.value)]
    assert "offer_budgets names 'cupon-*', which no offer's id fits" in str(error.value)
