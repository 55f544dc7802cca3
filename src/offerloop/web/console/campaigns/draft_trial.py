"""A campaign tried on a basket before it starts: what each offer would take off, and why one would not apply."""

from __future__ import annotations

import csv
from decimal import Decimal

from pydantic import ValidationError

from offerloop.commands.price import WHY_NOT
from offerloop.errors import InputError
from offerloop.message import Amount, Message
from offerloop.money import to_minor, to_text
from offerloop.offers import NotApplicable, known_currency
from offerloop.web.api.baskets import BasketRequest
from offerloop.web.api.campaigns.figures import CampaignTried, try_campaign
from offerloop.web.console.blocks import Block, Form, Input, Notice, PageTable, Stat, Stats, TableColumn, View, hidden
from offerloop.web.console.campaigns.written import named_campaign, title_of
from offerloop.web.console.cells import Badge, Cell, MinorAmount
from offerloop.web.console.page_request import Page, PageRequest
from offerloop.web.problems import HttpProblem

MOST_TEXT = 20_000
COLUMNS = (
    TableColumn("offer", Message("offer", context="column title")),
    TableColumn("applies", Message("applies", context="column title")),
    TableColumn("off", Message("takes off", context="column title"), is_figure=True),
    TableColumn("total", Message("to pay", context="column title"), is_figure=True),
    TableColumn("why", Message("why not", context="column title")),
)
APPLIES = Badge("applies", Message("applies", context="state of an offer"), "good")
NOT_NOW = Badge("not now", Message("does not apply", context="state of an offer"))
_HINT = Message(
    "One product to a line: name, number of units, price of one, category. For example: tea, 2, 9.50, drinks."
)


def view(request: PageRequest) -> View:
    """Return the form of a basket, and what the campaign's offers do to the one that was sent."""
    campaign = named_campaign(request)
    written = request.field("basket", MOST_TEXT)
    form = Form(
        "try", "/console/try", Message("Price this basket", context="button"),
        (
            hidden("id", campaign.campaign_id),
            Input("basket", Message("Basket", context="field of a form"), "textarea", written, hint=_HINT),
        ),
        method="get",
    )  # fmt: skip
    title = Message("Try “{title}” on a basket", context="page title", title=title_of(campaign))
    lead = Message("Nothing is recorded, and no customer sees it. Each offer is tried beside those for everybody.")
    return View(title, lead, (form, *(_tried(request, campaign.campaign_id, written) if written else [])))


def _tried(request: PageRequest, campaign_id: str, written: str) -> list[Block]:
    try:
        body = BasketRequest.model_validate({"currency": request.currency, "lines": _lines(written, request.currency)})
        trial = try_campaign(request.http, campaign_id, body, request.caller)
    except ValidationError as error:
        return [Notice(str(error.errors()[0]["msg"]), "bad")]
    except InputError as error:
        return [Notice(error.message, "bad")]
    except HttpProblem as problem:
        return [Notice(problem.detail or problem.code, "bad")]
    stats = Stats((
        Stat("before", Message("without these offers", context="figure"), _money(trial, trial.total_minor)),
    ))  # fmt: skip
    rows = tuple(_row(trial, place) for place in range(len(trial.offers)))
    empty = Message("It has no offer for these categories. Name the category of each product.")
    return [
        stats,
        PageTable("tried", Message("Each offer of the campaign", context="table title"), COLUMNS, rows, empty),
    ]


def _row(trial: CampaignTried, place: int) -> tuple[Cell, ...]:
    offer = trial.offers[place]
    why = None if offer.missing is None else _why(trial, place)
    state = APPLIES if offer.missing is None else NOT_NOW
    return offer.label, state, _money(trial, offer.off_minor), _money(trial, offer.total_minor), why


def _why(trial: CampaignTried, place: int) -> Message | str:
    missing = trial.offers[place].missing
    assert missing is not None
    if missing.spend_minor:
        amount = Amount(Decimal(to_text(missing.spend_minor, trial.currency)), trial.currency)
        return Message("spend {amount} more", context="why an offer does not apply", amount=amount)
    if missing.units:
        return Message("add {n} more", context="why an offer does not apply", n=missing.units)
    return WHY_NOT.get(NotApplicable(missing.why), missing.why)


def _money(trial: CampaignTried, minor: int) -> MinorAmount:
    return MinorAmount(minor, trial.currency)


def _lines(text: str, currency: str) -> list[dict[str, object]]:
    """Read the lines of a basket. Raises InputError that names the line."""
    known_currency(currency)
    lines: list[dict[str, object]] = []
    for number, row in enumerate(csv.reader(text.splitlines(), skipinitialspace=True), 1):
        cells = [one.strip() for one in row]
        if not any(cells):
            continue
        try:
            name, units, price, *categories = cells
            line = {"product_id": name, "quantity": int(units), "unit_price_minor": to_minor(price, currency)}
        except (ValueError, ArithmeticError):
            raise InputError(Message("line {n} of the basket must be like: tea, 2, 9.50, drinks", n=number)) from None
        lines.append({**line, "categories": [one for one in categories if one]})
    return lines


PAGE = Page("try", Message("Try a campaign", context="page title"), view)
