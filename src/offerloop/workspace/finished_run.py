"""What `explain` reads of a run folder: the rows of one customer, the offers in full, and each campaign's figures."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import polars as pl

from offerloop.config import Privacy, privacy_beside
from offerloop.errors import ConfigError, InputError, near_miss
from offerloop.events import pseudonyms
from offerloop.message import Message
from offerloop.money import to_minor
from offerloop.offers import Offer, named_categories, read_offers
from offerloop.report import in_language
from offerloop.tables import EARLIER_NAMES, FURTHER_PLANNED, all_offers
from offerloop.workspace.run_folders import control_arm, held_back_of, holdout_of
from offerloop.workspace.store_campaigns import written_config

TABLES = ("assignments", "profiles", "effects", "offers", "affinities", "comparison")
FILES = ("manifest.json", "summary.json", *(f"{name}.parquet" for name in TABLES))
LIST_COLUMNS = {"list_price", "list_value", "discount"}
"""Columns of order lines that tell a list price."""
SEARCHED_IDS = 20_000
"""Among so many ids at most a near miss is looked for; comparing texts is slow."""


@dataclass(frozen=True)
class CampaignRead:
    """One campaign of the run, in the order in which campaigns choose."""

    id: str
    title: str
    send: bool
    send_rule: str
    """When its plan is sent: proven, expected, or likely."""
    budget_minor: int
    budget_unit: str
    """What the budget and the costs of offers count: the shop's currency, or seats, contacts, ..."""
    budget_basis: str
    shadow_price: float
    """Extra profit for one more unit of budget, both in the same money; written with six digits."""
    solved_jointly: bool
    """Whether it was solved together with the other campaigns."""
    is_paused: bool
    """Whether guardrails of a loop stopped it, whatever its forecast; runs of earlier versions do not say."""
    pays_alone: bool
    """Whether it is not sent only because other campaigns bring more with the same customers and limits."""
    n_planned: int
    supplier_share: float | None
    """Share of the discount from which the campaign clearly pays, when one was found."""


@dataclass(frozen=True)
class RunRead:
    """A finished run as `explain` sees it."""

    folder: Path
    summary: Mapping[str, Any]
    written: Mapping[str, Any]
    """The configuration of the run, as it was written."""
    holdout: float
    """Share of customers that was to be held out."""
    held_back: float = 0.0
    """Share of the customers with an offer in the plan whose offer was held back."""

    @property
    def control_arm(self) -> str:
        """The arm that the plan's customers are compared with; see `workspace.control_arm`."""
        return control_arm(self.held_back)

    def table(self, name: str) -> pl.LazyFrame:
        """One stage table, read when it is collected."""
        return pl.scan_parquet(self.folder / f"{name}.parquet")

    @property
    def most_offers(self) -> int:
        """Return how many offers a customer could have; older runs have one."""
        return int(self.written.get("plan", {}).get("offers_per_customer", 1))

    def further(self) -> pl.LazyFrame:
        """Return the table FURTHER_OFFERS; runs of earlier versions have no file of it."""
        if not (self.folder / "further_offers.parquet").is_file():
            return self.table("assignments").clear()
        return self.table("further_offers")

    def further_planned(self) -> pl.LazyFrame:
        """Return the table FURTHER_PLANNED; runs of earlier versions have no file of it."""
        if not (self.folder / "further_planned.parquet").is_file():
            return self.table("assignments").select(FURTHER_PLANNED.names).clear()
        return self.table("further_planned")

    def planned(self) -> pl.LazyFrame:
        """Return what the plan has for everybody, whatever the arm: the columns of FURTHER_PLANNED, in no order."""
        first = [pl.col(f"planned_{name}").alias(name) for name in ("campaign_id", "offer_id")]
        of_rows = self.all_offers().select("customer_id", *first, "arm").drop_nulls("campaign_id")
        return pl.concat([of_rows, self.further_planned()])

    def all_offers(self) -> pl.LazyFrame:
        """Return what everybody gets; see `offers_in`."""
        return offers_in(self.folder)

    @cached_property
    def offers(self) -> pl.DataFrame:
        """All offers of all campaigns."""
        return self.table("offers").collect()

    @property
    def currency(self) -> str:
        """The ISO 4217 code of the currency."""
        return str(self.summary["currency"])

    def in_language(self, language: str) -> RunRead:
        """Return the run with the texts of its summary in a language; older runs have them in one language only."""
        return replace(self, summary=in_language(self.summary, language))

    @property
    def zone(self) -> str:
        """The time zone of the shop."""
        return str(self.written.get("shop", {}).get("timezone", "UTC"))

    @cached_property
    def campaigns(self) -> tuple[CampaignRead, ...]:
        """Return the campaigns in the order in which they choose."""
        rules = {str(one["id"]): str(one.get("send", "proven")) for one in self.written.get("campaigns", [])}
        solved = str(self.summary.get("plan", {}).get("campaigns", "in order"))
        return tuple(
            _campaign(campaign, rules.get(str(campaign["id"]), "proven"), self.currency, jointly=solved == "jointly")
            for campaign in self.summary["campaigns"]
        )

    @cached_property
    def prices(self) -> dict[tuple[str, str], tuple[float, float]]:
        """Return by campaign and offer the prices of a unit of its budgets and of a contact; older runs have none."""
        if not (self.folder / "offer_prices.parquet").is_file():
            return {}
        rows = self.table("offer_prices").collect().iter_rows()
        return {(campaign, offer): (budget, contact) for campaign, offer, budget, contact in rows}

    @property
    def audit_only(self) -> list[str]:
        """Attributes that no model and no rule has seen."""
        return [str(name) for name in self.written.get("profiles", {}).get("audit_only", [])]

    @property
    def fixed_attributes(self) -> list[str]:
        """Attributes that may tell who responds to offers; earlier runs have none."""
        return [str(name) for name in self.written.get("profiles", {}).get("fixed_attributes", [])]

    @cached_property
    def list_prices_known(self) -> bool:
        """Return whether the data can tell that something was bought below its list price."""
        sources = self.written.get("sources", {})
        if "prices" in sources or LIST_COLUMNS & sources.get("order_lines", {}).get("columns", {}).keys():
            return True
        return bool((self.table("profiles").select("discount_share").collect()["discount_share"] > 0).any())

    @cached_property
    def full_offers(self) -> dict[tuple[str, str], Offer]:
        """Offers with all their terms by campaign and id; empty where the configuration can no longer be read."""
        offers_by_key: dict[tuple[str, str], Offer] = {}
        for campaign in self.written.get("campaigns", []):
            of_campaign = self.offers.filter(pl.col("campaign_id") == str(campaign["id"]))
            written = campaign.get("offers", [])
            categories = sorted({*of_campaign["category"].drop_nulls(), *named_categories(written)})
            try:
                read = read_offers(written, categories, self.currency, zone=self.zone, of_the_past=True)
            except InputError:
                continue
            offers_by_key |= {(str(campaign["id"]), offer.offer_id): offer for offer in read}
        return offers_by_key

    def customer(self, customer_id: str) -> int | str:
        """The id as the tables hold it, given like that or raw where the run holds pseudonyms.

        Raises InputError for a customer that the run does not know.
        """
        ids = self.table("assignments").select("customer_id").collect()["customer_id"]
        wanted = customer_id.strip()
        if not self.privacy.pseudonymise:
            wanted = self.privacy.in_its_case(wanted)
        customer: int | str | None = wanted
        if ids.dtype == pl.Int64:
            customer = int(wanted) if wanted.removeprefix("-").isdecimal() and len(wanted) < 19 else None
        if customer is not None and (ids == customer).any():
            return customer
        unknown = Message(
            "the run '{folder}' knows no customer '{customer}'", folder=str(self.folder), customer=customer_id
        )
        if self.privacy.pseudonymise:
            hidden = self._pseudonym(wanted, unknown)
            if (ids == hidden).any():
                return hidden
            unknown = Message("{unknown}, neither as a pseudonym nor as a raw id", unknown=unknown)
        near = near_miss(wanted, _to_search(ids, wanted))
        raise InputError(
            Message("{unknown} (its assignments.csv lists all customers){near}", unknown=unknown, near=near)
        )

    @cached_property
    def privacy(self) -> Privacy:
        """Return the privacy settings of the run; their files lie where the configuration lay."""
        written = Privacy.model_validate(self.written.get("privacy", {}))
        return privacy_beside(written, self.folder.resolve().parent.parent)

    def _pseudonym(self, raw: str, unknown: Message) -> str:
        try:
            return pseudonyms([raw], self.privacy)[raw]
        except ConfigError as error:
            raise InputError(
                Message(
                    "{unknown}, and as a raw id it cannot be looked up: {error}", unknown=unknown, error=error.message
                )
            ) from None

    def texts(self, product_ids: Sequence[str]) -> dict[str, str]:
        """Return the texts of products by id as text; older runs have none."""
        if not product_ids or not (self.folder / "product_texts.parquet").is_file():
            return {}
        named = self.table("product_texts").with_columns(pl.col("product_id").cast(pl.String))
        named_products = named.filter(pl.col("product_id").is_in(list(product_ids))).collect()
        return dict(named_products.select("product_id", "text").iter_rows())

    def rows(self, name: str, customer: int | str) -> pl.DataFrame:
        """The rows of one customer in a table."""
        return self.table(name).filter(pl.col("customer_id") == pl.lit(customer)).collect()


def offers_in(folder: Path) -> pl.LazyFrame:
    """Return the assignments in a run folder with the further offers of customers: a row for each offer.

    Runs of earlier versions give each customer one offer at most, and have no file of further ones; their columns have
    the names of today.
    """
    assignments, further = (pl.scan_parquet(folder / f"{name}.parquet") for name in ("assignments", "further_offers"))
    has_further = (folder / "further_offers.parquet").is_file() and further.select(pl.len()).collect().item()
    offers = all_offers(assignments, further) if has_further else assignments
    return offers.rename(EARLIER_NAMES, strict=False)


def open_run(folder: Path, *, optional: Collection[str] = ()) -> RunRead:
    """Open a run folder, of which the files `optional` may be missing. Raises InputError that names what is missing."""
    hint = Message("name a folder that 'offerloop run' wrote, such as shop/runs/20260101-120000")
    if not folder.is_dir():
        raise InputError(Message("there is no run folder '{folder}'; {hint}", folder=str(folder), hint=hint))
    missing = [name for name in FILES if name not in optional and not (folder / name).is_file()]
    if missing:
        raise InputError(
            Message(
                "'{folder}' is not a finished run, it lacks {missing}; {hint}",
                folder=str(folder),
                missing=missing,
                hint=hint,
            )
        )
    try:
        summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        written = written_config(manifest)
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(
            Message(
                "summary.json or manifest.json of '{folder}' was changed ({error}); run it again",
                folder=str(folder),
                error=str(error),
            )
        ) from None
    return RunRead(folder, summary, written, holdout_of(manifest, written), held_back_of(manifest))


def _campaign(campaign: Mapping[str, Any], send_rule: str, currency: str, *, jointly: bool) -> CampaignRead:
    share = (campaign.get("break_even_supplier_share") or {}).get("beyond_interval")
    return CampaignRead(
        id=str(campaign["id"]),
        title=str(campaign["title"]),
        send=bool(campaign["send"]),
        send_rule=send_rule,
        budget_minor=to_minor(campaign["budget"], currency),
        budget_unit=str(campaign.get("budget_unit", currency)),
        budget_basis=str(campaign["budget_basis"]),
        shadow_price=float(campaign["shadow_price"]),
        solved_jointly=jointly,
        is_paused=bool(campaign.get("is_paused", campaign.get("rests", False))),
        pays_alone=bool(campaign.get("pays_alone", False)),
        n_planned=int(campaign["customers_planned"]),
        supplier_share=None if share is None else float(share),
    )


def _to_search(ids: pl.Series, wanted: str) -> list[str]:
    """Ids as text; of very many only those that begin alike."""
    texts = ids.cast(pl.String)
    if len(texts) > SEARCHED_IDS:
        texts = texts.filter(texts.str.starts_with(wanted[:2])).head(SEARCHED_IDS)
    return texts.to_list()
