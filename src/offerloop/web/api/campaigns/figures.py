"""`/v1/campaigns`: the form that each offer kind describes, who would get a campaign, what more budget would bring, and
what came of it."""

from __future__ import annotations

import time
from functools import lru_cache
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request
from pydantic import BaseModel

from offerloop.background import PREVIEW
from offerloop.config import Campaign, Shop, load_config
from offerloop.errors import InputError
from offerloop.message import Message
from offerloop.offers import OFFER_KIND_NAMES, OFFER_KINDS, Offer, named_categories, offer_form, price, read_offers
from offerloop.report import Localizer
from offerloop.serving import ShopOffers, offer_effect
from offerloop.store import WrittenCampaign, find_campaign
from offerloop.web.api.baskets import BasketRequest
from offerloop.web.api.campaigns.lifecycle import CampaignId
from offerloop.web.api.campaigns.models import FORM
from offerloop.web.api.decisions import Missing
from offerloop.web.api.jobs import JobAnswer, queued
from offerloop.web.auth import Editing, Reading
from offerloop.web.idempotency import Key
from offerloop.web.problems import HttpProblem, documented, language_of
from offerloop.web.worker import Worker
from offerloop.workspace import (
    CampaignReach,
    RunRead,
    campaign_curve,
    campaign_reach,
    campaign_results,
    find_run,
    is_preview,
    open_run,
    planned_revisions,
    preview_folder,
)

router = APIRouter(prefix="/v1/campaigns", tags=["campaigns"])
_READ = ("not_signed_in", "not_allowed", "not_found", "invalid", "not_ready", "store_away")


class FormField(BaseModel):
    """One field of the form of an offer kind."""

    name: str
    """As it is written in an offer."""
    label: str
    """In the language of Accept-Language."""
    unit: str
    is_needed: bool
    least: int | None
    most: int | None


class KindForm(BaseModel):
    """The form of an offer kind."""

    kind: str
    label: str
    fields: list[FormField]


class CampaignForm(BaseModel):
    """What a form of a campaign asks for."""

    campaign: dict[str, Any]
    """JSON Schema of a campaign; `offers` are of the kinds below."""
    kinds: list[KindForm]


class Spending(BaseModel):
    """Customers who get an offer, and what the plan expects of it, in minor units."""

    n_customers: int
    spend_minor: float
    liability_minor: int | None
    """The most that it can cost."""
    profit_minor: int | None


class OfferSpending(Spending):
    """The same of one offer."""

    offer_id: str


class TagSpending(Spending):
    """The same of the customers with one tag; a customer has several."""

    tag: str


class ArmSize(BaseModel):
    """Customers for whom the plan chose an offer of the campaign, in one arm."""

    arm: str
    n_customers: int


class Preview(BaseModel):
    """Who would get a campaign on the whole population of the newest run."""

    run: str
    currency: str
    n_customers: int
    n_audience: int
    """Customers whom its audience lets in."""
    is_planned: bool
    """Whether the run planned the campaign; where it did not, only the audience is known."""
    is_preview: bool
    """Whether it is the preview of this revision that was asked for, of which nothing is sent."""
    planned_revision: int | None
    """The revision that the run planned; null for a campaign of the configuration."""
    arms: list[ArmSize]
    plan: Spending
    """What the plan gives, without offers at random."""
    offers: list[OfferSpending]
    tags: list[TagSpending]


class OfferTried(BaseModel):
    """What one offer does to a basket."""

    offer_id: str
    label: str
    """In the language of Accept-Language."""
    off_minor: int
    """What it takes off."""
    total_minor: int
    """What is to be paid with it."""
    missing: Missing | None
    """Null where it applies."""


class CampaignTried(BaseModel):
    """Each offer of a campaign on one basket, beside the offers for everybody."""

    currency: str
    total_minor: int
    """What is to be paid without any of them."""
    offers: list[OfferTried]


class CurvePoint(BaseModel):
    """What a budget brings, in minor units."""

    budget_minor: float
    n_customers: float
    spend_minor: float
    profit_minor: float
    profit_low_minor: float | None
    profit_high_minor: float | None
    shadow_price: float
    """Profit that the next unit of budget would bring."""


class Curve(BaseModel):
    """The budget curve of a campaign in the newest run."""

    run: str
    currency: str
    points: list[CurvePoint]


class Results(BaseModel):
    """What the newest read-out that names a campaign found; money as decimal text."""

    run: str
    currency: str
    period: dict[str, Any]
    sentence: str
    stopped: str | None
    warnings: list[str]
    effects: list[dict[str, Any]]


@router.get(f"/{FORM}", responses=documented("not_signed_in", "not_allowed"))
def campaign_form(request: Request, _: Reading) -> CampaignForm:
    """Describe the fields of a campaign and of each kind of offers, for a form."""
    language = language_of(request.headers.get("accept-language"))
    kinds = [_kind_form(name, language) for name in OFFER_KINDS.names()]
    return CampaignForm(campaign=Campaign.model_json_schema(), kinds=kinds)


def _kind_form(kind: str, language: str) -> KindForm:
    _ = Localizer(language)
    fields = [
        FormField(
            name=field.written, label=_(field.label), unit=field.unit.value,
            is_needed=field.needed, least=field.least, most=field.most,
        )
        for field in offer_form(kind)
    ]  # fmt: skip
    label = OFFER_KIND_NAMES.get(kind)
    return KindForm(kind=kind, label=kind if label is None else _(label), fields=fields)


@router.get("/{campaign_id}/preview", responses=documented(*_READ))
def preview(request: Request, campaign_id: CampaignId, _: Reading) -> Preview:
    """Say who would get a campaign among all customers of the newest run, by arm, offer and tag."""
    worker: Worker = request.app.state.worker
    campaign = _of_store(worker, campaign_id)
    run = run_planning(worker, campaign)
    written = _written(run, campaign_id, campaign)
    audiences = [name for name in (written.get("exclude"), run.written.get("exclude")) if name is not None]
    reach = _reach(run.folder, _changed_at(run.folder), campaign_id, written.get("audience"), tuple(audiences))
    return Preview(
        run=run.folder.name, is_preview=is_preview(run.folder.name), currency=run.currency,
        planned_revision=planned_revisions(run.folder).get(campaign_id), **vars(reach),
    )  # fmt: skip


@router.post(
    "/{campaign_id}/preview", status_code=202,
    responses=documented(*_READ, "cross_site", "key_conflict"),
)  # fmt: skip
def ask_for_preview(request: Request, campaign_id: CampaignId, caller: Editing, key: Key = None) -> JobAnswer:
    """Queue a preview of the newest revision: a plan as if it ran beside the others, of which nothing is sent.

    When the job is done, preview and curve show it until a run has planned the revision.
    """
    worker: Worker = request.app.state.worker
    campaign = _of_store(worker, campaign_id)
    if campaign is None:
        raise HttpProblem("not_found")
    body = {"campaign_id": campaign_id, "revision": campaign.revision}
    return queued(request, caller, PREVIEW, body, key)


@router.post("/{campaign_id}/try", responses=documented(*_READ))
def try_campaign(request: Request, campaign_id: CampaignId, body: BasketRequest, _: Reading) -> CampaignTried:
    """Price a basket under each offer of the newest revision, whatever its state, as if its coupon was presented.

    Nothing is recorded, and no customer is shown anything: so a draft is tried before it starts.
    """
    worker: Worker = request.app.state.worker
    campaign = _of_store(worker, campaign_id)
    if campaign is None:
        raise HttpProblem("not_found")
    language = Localizer(language_of(request.headers.get("accept-language")))
    held, basket, now = worker.offers_held(), body.basket(), int(time.time())
    offers = _offers_on(campaign, body, load_config(worker.settings.shop).shop)
    personal = {(campaign_id, one.offer_id): one for one in offers}
    beside = ShopOffers(held.everyone, held.policy, personal, held.text, held.codes)
    tried = []
    for offer in offers:
        effect = offer_effect(campaign_id, offer.offer_id, basket, beside, now)
        written = effect.written()
        tried.append(OfferTried(offer_id=offer.offer_id, label=language(offer.label_with_minimum()), **written))
    total = price(basket, beside.for_customer(()), now, held.policy).total_minor
    return CampaignTried(currency=body.currency, total_minor=total, offers=tried)


def _offers_on(campaign: WrittenCampaign, body: BasketRequest, shop: Shop) -> list[Offer]:
    """Return the offers of a campaign as its shop counts; one for each category stands for those of the basket."""
    written = campaign.text.body
    offers = [dict(one) for one in written.get("offers", [])]
    categories = sorted({name for line in body.lines for name in line.categories} | named_categories(offers))
    try:
        return read_offers(offers, categories, str(written.get("budget_unit") or shop.currency), zone=shop.timezone)
    except InputError as error:
        raise HttpProblem("invalid", error.message, "offers") from None


def _changed_at(folder: Path) -> int:
    return (folder / "assignments.parquet").stat().st_mtime_ns


@lru_cache(maxsize=64)
def _reach(
    folder: Path, changed_at: int, campaign_id: str, audience: str | None, excluded: tuple[str, ...]
) -> CampaignReach:
    """Return who gets a campaign in a run whose tables last changed then: counted once, and then remembered."""
    del changed_at
    return campaign_reach(open_run(folder), campaign_id, audience, excluded)


@router.get("/{campaign_id}/curve", responses=documented(*_READ))
def curve(request: Request, campaign_id: CampaignId, _: Reading) -> Curve:
    """Say what more or less budget would bring by the newest run; no points where it did not plan the campaign."""
    worker: Worker = request.app.state.worker
    campaign = _of_store(worker, campaign_id)
    run = run_planning(worker, campaign)
    _written(run, campaign_id, campaign)
    points = [CurvePoint(**one) for one in campaign_curve(run, campaign_id)]
    return Curve(run=run.folder.name, currency=run.currency, points=points)


@router.get("/{campaign_id}/results", responses=documented(*_READ))
def results(request: Request, campaign_id: CampaignId, _: Reading) -> Results:
    """Say what the newest read-out that names a campaign found of it."""
    worker: Worker = request.app.state.worker
    language = language_of(request.headers.get("accept-language"))
    measured = campaign_results(worker.settings.shop, campaign_id, language)
    if measured is None:
        raise HttpProblem("not_found", Message("no read-out names this campaign yet"))
    return Results(**measured)


def _newest_run(worker: Worker) -> RunRead:
    try:
        return open_run(find_run(worker.settings.shop))
    except InputError as error:
        raise HttpProblem("not_ready", error.message) from None


def run_planning(worker: Worker, campaign: WrittenCampaign | None) -> RunRead:
    """Return the newest run; where it did not plan the newest revision of a campaign, the preview of that if there is
    one.

    Raises HttpProblem where there is no run.
    """
    run = _newest_run(worker)
    if campaign is None or planned_revisions(run.folder).get(campaign.campaign_id) == campaign.revision:
        return run
    folder = preview_folder(worker.settings.shop, campaign.campaign_id, campaign.revision)
    return open_run(folder) if (folder / "manifest.json").is_file() else run


def _of_store(worker: Worker, campaign_id: str) -> WrittenCampaign | None:
    return worker.database.read(lambda connection: find_campaign(connection, campaign_id))


def _written(run: RunRead, campaign_id: str, campaign: WrittenCampaign | None) -> dict[str, Any]:
    """Return a campaign of the store, or else one of the run. Raises HttpProblem where there is none."""
    if campaign is not None:
        return dict(campaign.text.body)
    campaign_then = next((one for one in run.written.get("campaigns", []) if one.get("id") == campaign_id), None)
    if campaign_then is None:
        raise HttpProblem("not_found")
    return dict(campaign_then)
