"""Customers: search, profile, offers with reasons, opting out, test customers, and erasing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from offerloop.commands.explain.task import explain
from offerloop.errors import InputError
from offerloop.message import Message, Share
from offerloop.profiles import FEATURES, RECENT_DAYS, TAGS
from offerloop.tables import all_offers
from offerloop.web.api.customers import Choices, Customer, TestArm, choose, erase, get_customer, make_test_customer
from offerloop.web.console.addresses import customer_address
from offerloop.web.console.arms import ARMS
from offerloop.web.console.blocks import (
    Block,
    Facts,
    Form,
    Input,
    Notice,
    PageTable,
    Paragraph,
    Stat,
    TableColumn,
    View,
    Words,
    hidden,
    start_run,
)
from offerloop.web.console.campaigns_of_run import campaign_names, offer_names
from offerloop.web.console.cells import Cell, Link, MinorAmount, Named
from offerloop.web.console.explanations import AUDIENCES, explanation
from offerloop.web.console.page_request import Action, Page, PageRequest
from offerloop.web.problems import HttpProblem
from offerloop.web.roles import Permission
from offerloop.workspace import RunRead

SHOWN = 50
COLUMNS = (
    TableColumn("customer", Message("customer", context="column title")),
    TableColumn("arm", Message("arm", context="column title")),
    TableColumn("campaign", Message("campaign", context="column title")),
    TableColumn("offer", Message("offer", context="column title")),
    TableColumn("propensity", Message("probability of this", context="column title"), is_figure=True),
)


def view(request: PageRequest) -> View:
    """Return the search and the first customers of the newest plan."""
    search = _search("")
    if request.run is None:
        empty = start_run(Message("There is no plan yet, so no customer has an offer."))
        return View(Message("Customers", context="page title"), "", (search, empty))
    offset = request.number("from") or 0
    return View(Message("Customers", context="page title"), "", (search, _customers(request.run, offset)))


def _search(customer_id: str) -> Form:
    return Form(
        "search", "/console/customer", Message("Search", context="button"),
        (Input("id", Message("Customer's id", context="field of a form"), value=customer_id),), method="get",
    )  # fmt: skip


_ASSIGNED = ("customer_id", "arm", "campaign_id", "offer_id", "propensity")


def _customers(run: RunRead, offset: int) -> PageTable:
    customers = run.table("assignments").select(_ASSIGNED).slice(offset, SHOWN + 1).collect()
    names, titles = offer_names(run), campaign_names(run)
    further = run.further().filter(pl.col("customer_id").is_in(customers.head(SHOWN)["customer_id"].implode()))
    offers = all_offers(customers.head(SHOWN), further.select(_ASSIGNED).collect())
    rows = tuple(_row(row, names, titles) for row in offers.iter_rows(named=True))
    more = f"/console/customers?from={offset + SHOWN}" if customers.height > SHOWN else None
    return PageTable(
        "customers", Message("Customers of the newest plan"), COLUMNS, rows, Message("The plan has no customers."), more
    )


def _row(row: dict[str, Any], names: Mapping[tuple[str, str], Named], titles: Mapping[str, Named]) -> tuple[Cell, ...]:
    customer, offer, campaign = str(row["customer_id"]), row["offer_id"], row["campaign_id"]
    return (
        Link(customer, customer_address(customer)), ARMS.get(row["arm"], row["arm"]),
        titles.get(campaign, campaign), None if offer == "none" else names.get((campaign, offer), offer),
        Share(row["propensity"]),
    )  # fmt: skip


def view_customer(request: PageRequest) -> View:
    """Return what is known of one customer, and why they get what they get."""
    customer_id = request.needed("id", lambda text: text or None)
    try:
        customer = get_customer(request.http, customer_id, request.caller)
    except HttpProblem as problem:
        if problem.code != "not_found":
            raise
        said = Notice(_UNKNOWN.with_values(customer=customer_id), "warning")
        return View(Message("Customers", context="page title"), "", (said, _search(customer_id)), 404)
    blocks: list[Block] = [
        _offer(request, customer),
        *_explanations(request, customer_id),
        _choices(customer),
        _profile(customer, request.currency),
    ]
    blocks += [_test_arm(customer), _erasure(customer)]
    title = Message("Customer {customer}", context="page title", customer=customer_id)
    return View(title, "", tuple(blocks))


_UNKNOWN = Message("No customer has the id “{customer}”. Capital letters and zeros at the start count.", customer="")


def _offer(request: PageRequest, customer: Customer) -> Facts:
    _, names = request.localizer, {} if request.run is None else offer_names(request.run)
    titles: Mapping[str, Named] = {} if request.run is None else campaign_names(request.run)
    assignment = customer.assignment or {}
    arm, campaign, offer = (assignment.get(name) for name in ("arm", "campaign_id", "offer_id"))
    labels = {tag.name: tag.label for tag in TAGS}
    return Facts(
        "offer",
        (
            Stat("arm", Message("arm", context="label of a figure"), ARMS.get(str(arm)) if arm else None),
            Stat("campaign", Message("campaign", context="label of a figure"), titles.get(str(campaign), campaign)),
            Stat(
                "offer",
                Message("offer", context="label of a figure"),
                None if offer in (None, "none") else names.get((str(campaign), str(offer)), str(offer)),
            ),
            *_further(customer, names),
            Stat("opt_out", Message("opted out", context="label of a figure"), customer.opt_out),
            Stat("tags", Message("tags", context="label of a figure"), [_.named(labels, one) for one in customer.tags]),
            Stat("events", Message("events in the store", context="label of a figure"), customer.events),
        ),
    )


def _further(customer: Customer, names: Mapping[tuple[str, str], Named]) -> tuple[Stat, ...]:
    """Return the offers of other campaigns, where the customer has any."""
    keys = [(str(one["campaign_id"]), str(one["offer_id"])) for one in customer.further_offers]
    label = Message("further offers", context="label of a figure")
    return (Stat("further_offers", label, [names.get(key, key[1]) for key in keys]),) if keys else ()


def _explanations(request: PageRequest, customer_id: str) -> list[Block]:
    """Return the explanation for each reader; a customer whom the run does not know has none."""
    if request.run is None:
        return []
    blocks: list[Block] = []
    try:
        for audience in AUDIENCES:
            text = explain(request.run.folder, customer_id, audience, request.localizer.language).text
            blocks += explanation(audience, text)
    except InputError:
        return [Paragraph(Message("The newest plan does not know this customer."))]
    return blocks


def _profile(customer: Customer, currency: str) -> PageTable:
    columns = (
        TableColumn("feature", Message("feature of the profile", context="column title")),
        TableColumn("value", Message("value", context="column title of a profile"), is_figure=True),
    )
    plain = {name: value for name, value in customer.profile.items() if not isinstance(value, list | dict)}
    words = {one.name: Named(one.name, one.meaning) for one in FEATURES} | FEATURE_WORDS
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (words.get(name, name), _feature(name, value, currency)) for name, value in plain.items()
    )
    return PageTable("profile", Message("Profile of the customer"), columns, rows, Message("No profile is known."))


FEATURE_WORDS = {
    name: Named(name, words)
    for name, words in {
        "spend_minor": Message("what the shop received", context="feature"),
        "basket_minor": Message("spend per order", context="feature"),
        "recent_minor": Message("spend in the last {days} days", context="feature", days=RECENT_DAYS),
        "top_category_share": Message("share of spend in this category"),
        "top_brand_share": Message("share of spend on this brand"),
        "one_day_only": Message("bought on one day only", context="feature"),
    }.items()
}
"""Beside their values as a reader sees them: amounts in units of the currency."""
SHARES = ("_share", "mean_depth", "p_active")
"""Endings of the names of shares."""


def _feature(name: str, value: Any, currency: str) -> Cell:  # noqa: ANN401 - of any feature
    """Return a feature as a reader expects it: money as money, shares in percent."""
    if name.endswith("_minor") and isinstance(value, int | float):
        return MinorAmount(round(value), currency)
    return Share(value) if name.endswith(SHARES) and isinstance(value, float) else value


def _id(customer: Customer) -> Input:
    return hidden("id", customer.customer_id)


def _choices(customer: Customer) -> Form:
    now = hidden("opt_out", "" if customer.opt_out else "yes")
    button = (
        Message("Give personal offers again")
        if customer.opt_out
        else Message("Opt this customer out", context="button")
    )
    return Form(
        "choices", "/console/do/opt-out", button, (_id(customer), now), needs=Permission.EDIT,
        title=Message("Personal offers", context="form title"),
        explanation=Message("Decisions follow within seconds, plans with the next run."),
    )  # fmt: skip


def _test_arm(customer: Customer) -> Form:
    ordinary: tuple[str, Words] = ("", Message("an ordinary customer", context="choice"))
    options = (ordinary, *((name, badge.text) for name, badge in ARMS.items()))
    field = Input("arm", Message("This is", context="field of a form"), "select", customer.test_arm or "", options)
    return Form(
        "test-arm", "/console/do/test-arm", Message("Keep", context="button"), (_id(customer), field),
        needs=Permission.ADMINISTER, title=Message("Test customer", context="form title"),
        explanation=Message("A test customer always gets the arm that is named here, and counts in no read-out."),
    )  # fmt: skip


def _erasure(customer: Customer) -> Form:
    again = Input("again", Message("Write the customer's id again"))
    return Form(
        "erase", "/console/do/erase", Message("Erase this customer", context="button"), (_id(customer), again),
        needs=Permission.ADMINISTER, title=Message("Erase the customer everywhere"), tone="bad",
        explanation=Message(
            "Tables, files and records lose the customer for good; amounts stay under a random key, so that totals "
            "add up."
        ),
    )  # fmt: skip


def _opt_out(request: PageRequest) -> str:
    customer_id = request.field("id")
    choose(request.http, customer_id, Choices(opt_out=request.field("opt_out") == "yes"), request.caller)
    return customer_address(customer_id)


def _set_arm(request: PageRequest) -> str:
    arm: Any = request.field("arm") or None
    customer_id = request.field("id")
    make_test_customer(request.http, customer_id, TestArm(test_arm=arm), request.caller)
    return customer_address(customer_id)


def _erase(request: PageRequest) -> str:
    customer_id = request.needed("id", lambda name: name or None)
    if request.field("again") != customer_id:
        raise InputError(Message("the two ids differ; write the customer's id again to erase the customer"))
    erase(request.http, customer_id, request.caller)
    return "/console/jobs"


PAGE = Page("customers", Message("Customers", context="page title"), view, in_navigation=True)
CUSTOMER = Page("customer", Message("Customer", context="page title"), view_customer)
ACTIONS = (
    Action("opt-out", Permission.EDIT, _opt_out),
    Action("test-arm", Permission.ADMINISTER, _set_arm),
    Action("erase", Permission.ADMINISTER, _erase, CUSTOMER),
)
