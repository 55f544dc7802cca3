"""`offerloop.toml`, validated. Every key is described here; unknown keys are errors with the nearest name."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any, Literal, get_args
from zoneinfo import ZoneInfo

from pydantic import Field, ValidationInfo, field_validator, model_validator

from offerloop.config.audience import AudienceRule
from offerloop.config.clean import Clean
from offerloop.config.data import Data
from offerloop.config.experiment import BusinessAsUsual, ExperimentSettings
from offerloop.config.plan import Plan
from offerloop.config.publish import Publish
from offerloop.config.section import ConfigSection, Share
from offerloop.config.service import Alarms, Schedule, Webhook
from offerloop.errors import ConfigError, InputError, near_miss
from offerloop.locale import ENGLISH, known_language
from offerloop.money import DIGITS, exact_share, is_unit, to_minor
from offerloop.offers import Offer, read_offers

SourceName = Literal[
    "order_lines", "products", "customers", "events", "prices", "offers", "exposures", "campaigns", "audiences",
    "redemptions", "coupon_products",
]  # fmt: skip
SectionName = Literal[
    "seed", "shop", "data", "sources", "clean", "profiles", "recommend", "response", "experiment", "business_as_usual",
    "privacy", "audiences", "exclude", "campaigns", "plan", "evaluate", "report", "publish", "schedule", "webhooks",
    "alarms",
]  # fmt: skip
"""Keys of the file, as `Config.only` takes them."""
Listed = Sequence[dict[str, Any]]
"""Offers from a source: `kind`, `id` and that kind's terms, and `campaign_id` where given."""


def known_zone(value: str) -> str:
    """The name of a time zone; ValueError when there is none of that name."""
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        raise ValueError(f"'{value}' is not an IANA time zone such as Europe/Berlin") from None
    return value


class Shop(ConfigSection):
    """`[shop]`: who sells, in which money and time."""

    name: str
    """Shown in the report's title."""
    note: str = ""
    """One line about where the data come from; shown under the report's title."""
    currency: str = "USD"
    """ISO 4217 code of all money in the sources; for other trades the unit that `paid` counts, such as lessons."""
    timezone: str = "UTC"
    """Zone in which days and weeks begin, and of clock times in sources that name no other."""
    margin: Annotated[float, Field(gt=0, le=1)] = 0.30
    """Margin after usual shelf discounts and before offer cost, as a share of list price; where most unit costs of a
    category are known (`unit_cost` of the products), theirs counts."""

    @field_validator("currency")
    @classmethod
    def _known_currency(cls, value: str) -> str:
        if value not in DIGITS and not is_unit(value):
            raise ValueError(
                f"'{value}' is not a currency{near_miss(value, DIGITS)}; write its three letters (ISO 4217), such as "
                "EUR, or a unit that is no currency in small letters, such as lessons"
            )
        return value

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        return known_zone(value)


class Source(ConfigSection):
    """`[sources.NAME]`: one file or database table and how its columns map to ours."""

    path: Path | None = None
    """File relative to the configuration file: CSV, Parquet or Excel (.xlsx), also packed (.gz, .zst, .zip)."""
    part: str | None = None
    """Sheet of a workbook or file in a ZIP archive, where there are several."""
    url: str | None = None
    """Database instead of a file, such as sqlite:///shop.db or postgresql+psycopg://user:${PASSWORD}@host/shop;
    `${NAME}` is an environment variable."""
    table: str | None = None
    """Table to read from `url`."""
    query: str | None = None
    """SQL that selects the rows, instead of `table`; a view is a table. Nothing is ever written."""
    columns: dict[str, str]
    """Our column = their column, or an expression of + - * / over their columns and 'text'; coalesce(column, 0)
    counts an empty cell as 0, and a column whose name is no plain word stands in backticks."""
    attributes: tuple[str, ...] = ()
    """Further columns of theirs to carry along under their own names."""
    where: str | None = None
    """Rows to read, such as "status in ['paid', 'sent'] and amount > 0"."""
    separator: str | None = None
    """Between the cells of a CSV file; default: guessed from its first lines."""
    decimal: Literal[".", ","] | None = None
    """Decimal mark of numbers written as text; default: guessed for CSV."""
    encoding: str | None = None
    """Encoding of a CSV file; default: UTF-8, or guessed when it is not."""
    time_format: str | None = None
    """Format of times written as text, such as "%d.%m.%Y %H:%M"; default: the one form that fits."""
    timezone: str | None = None
    """Zone of clock times that name none; default: the shop's."""

    @model_validator(mode="after")
    def _one_place(self) -> Source:
        if (self.path is None) == (self.url is None):
            raise ValueError("give either 'path' (a file) or 'url' (a database)")
        if self.url is not None and (self.table is None) == (self.query is None):
            raise ValueError("with 'url' give either 'table' or 'query'")
        if self.url is None and (self.table or self.query):
            raise ValueError("'table' and 'query' belong to a source with 'url'")
        if self.path is None and self.part is not None:
            raise ValueError("'part' belongs to a source with 'path'")
        if self.separator is not None and len(self.separator) != 1:
            raise ValueError(f"'separator' must be one character, not '{self.separator}'")
        return self

    @field_validator("columns")
    @classmethod
    def _none_open(cls, value: dict[str, str]) -> dict[str, str]:
        opened = [ours for ours, theirs in value.items() if not theirs.strip()]
        if opened:
            what = f"{' and '.join(map(repr, opened))} {'is' if len(opened) == 1 else 'are'}"
            raise ValueError(f"{what} still open; write the name of your column between the quotes")
        return value

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str | None) -> str | None:
        return value if value is None else known_zone(value)

    @property
    def place(self) -> str:
        """What messages call it."""
        if self.path is not None and self.table is not None:
            return f"{self.table} of the store"
        return str(self.path) if self.path is not None else f"{self.table or 'query'} of the database"

    @property
    def file(self) -> Path:
        """The path of a source that is a file."""
        assert self.path is not None
        return self.path


class Profiles(ConfigSection):
    """`[profiles]`: the moment of the profiles, and what may not be used."""

    as_of: date | None = None
    """Nothing on or after this local day is used; default: the day after the last order."""
    audit_only: tuple[str, ...] = ()
    """Attributes of customers that audit the plan and never reach a model or a rule."""


class Recommend(ConfigSection):
    """`[recommend]`: which recommenders compete, and how many products each customer gets."""

    candidates: tuple[str, ...] = ("popularity", "repeat", "tifu_knn", "ease", "next_ridge", "ranker")
    """Names in the recommender catalogue; per task the best one on an earlier window serves, the ranker only where it
    is better beyond noise."""
    min_buyers: int = Field(default=1, ge=1)
    """Products with fewer buyers are recommended by their description only, as new ones are: where the product list
    says that they are in stock."""
    top_k: int = Field(default=20, ge=1)
    """Products per customer and task."""
    window_days: int = Field(default=28, ge=1)
    """Length of the tuning window and of the test window that follows it."""
    exclude_products: tuple[str, ...] = ()
    """Patterns (* and ?) of product ids that are never recommended."""
    exclude_categories: tuple[str, ...] = ()
    """Patterns (* and ?) of categories that are never recommended."""
    min_margin: Share | None = None
    """Products of a lower margin (1 - unit cost / list price; where it is not known, `shop.margin`) are not
    recommended."""
    max_per_category: int | None = Field(default=None, ge=1)
    """At most so many products of one category for a customer and task."""


class Response(ConfigSection):
    """`[response]`: how the response to discounts is estimated from shelf prices."""

    categories: int = Field(default=80, ge=1)
    """How many categories of highest sales are studied."""
    min_lines_per_product: int = Field(default=60, ge=1)
    """A product with fewer lines in the period has no reliable weekly price and is left out of exposures."""
    max_line_quantity: int = Field(default=30, ge=1)
    """Lines of more units are left out."""
    max_weekly_units: int = Field(default=20, ge=1)
    """Units of a customer in a category and week are cut here."""
    exclude_categories: tuple[str, ...] = ()
    """Patterns (* and ?) of categories that never get an offer, such as fuel or tobacco."""


class Campaign(ConfigSection):
    """`[[campaigns]]`: offers with one budget."""

    id: str
    """Short name, used in tables."""
    title: str
    """What a reader calls it."""
    budget: str
    """The most that the plan may cost us, such as "1000.00"."""
    offer_budgets: dict[str, str] = Field(default_factory=dict)
    """Offer id, or a pattern (* and ?) of ids = the most that these offers may take of the budget together."""
    team: str | None = None
    """Team in `plan.team_budgets` whose budget the campaign shares."""
    budget_basis: Literal["liability", "expected"] = "liability"
    """`liability`: every assigned offer counts at the most it can cost; `expected`: at its expected cost."""
    budget_unit: str | None = None
    """What the budget counts when it is not the shop's money, such as seats or contacts: then the plan maximises value,
    and what offers take from the budget is not subtracted from it."""
    send: Literal["proven", "expected", "likely"] = "proven"
    """When the plan is sent: `proven`, where customers left out of the choice show a profit whose interval leaves out
    zero; `expected`, also where it holds zero, if the profit that they show is six tenths of its standard error
    above it; `likely`, wherever they show a profit, for loops, whose holdback shows what comes of it."""
    explore_budget: str = "0.00"
    """The most that random offers may cost us, on top of `budget`; nothing without a plan, one in ten at most."""
    audience: str | None = None
    """Name of the audience that may get its offers; default: everyone."""
    exclude: str | None = None
    """Name of an audience that may not."""
    offers: tuple[dict[str, Any], ...] = ()
    """The offers: `kind` and that kind's terms; may be empty when `[sources.offers]` lists them."""


class Privacy(ConfigSection):
    """`[privacy]`: what happens to customers at the door, before anything else sees them."""

    pseudonymise: bool = False
    """Replace every customer id by a keyed hash (HMAC-SHA256); needs `key_env` or `key_file`."""
    key_env: str | None = None
    """Environment variable that holds the key; the key is never written to a run."""
    key_file: Path | None = None
    """File that holds the key, relative to the configuration file."""
    suppress: Path | None = None
    """CSV or Parquet file with a column customer_id, raw or hashed: whoever is on it is never taken in again."""
    ignore_case: bool = False
    """Whether customer ids that differ only in upper and lower case are the same customer; then they are in small
    letters everywhere."""
    fit_without_consent: bool = True
    """Whether customers without consent still count in profiles and models; they never get a personalised offer."""
    retention_days: int | None = Field(default=None, ge=1)
    """Order lines and other dated rows that are older at the moment of the plan are left out, and not kept anywhere."""

    @model_validator(mode="after")
    def _key(self) -> Privacy:
        if self.pseudonymise and (self.key_env is None) == (self.key_file is None):
            raise ValueError("pseudonymise needs a key: give either 'key_env' or 'key_file'")
        return self


class Evaluate(ConfigSection):
    """`[evaluate]`: how policies are valued on the log of shown offers."""

    window_days: int = Field(default=7, ge=1)
    """Days from each exposure on, its own included, whose orders are its outcome, at most to the customer's next."""


class Report(ConfigSection):
    """`[report]`: how results are told."""

    language: str = ENGLISH
    """Language of the report and of the sentences in summary.json, such as zh: English, or one that has a catalogue."""

    @field_validator("language")
    @classmethod
    def _is_known(cls, language: str) -> str:
        try:
            return known_language(language)
        except InputError as error:
            raise ValueError(str(error)) from None


class Config(ConfigSection):
    """The whole of `offerloop.toml`."""

    seed: int = 1
    """Seed of everything random that is not the holdout."""
    shop: Shop
    data: Data = Data()
    sources: dict[SourceName, Source] = Field(default_factory=dict, validate_default=True)
    clean: Clean = Clean()
    profiles: Profiles = Profiles()
    recommend: Recommend = Recommend()
    response: Response = Response()
    experiment: ExperimentSettings = ExperimentSettings()
    business_as_usual: BusinessAsUsual | None = None
    privacy: Privacy = Privacy()
    audiences: dict[str, AudienceRule] = Field(default_factory=dict)
    exclude: str | None = None
    """Name of an audience that never gets an offer from any campaign."""
    campaigns: tuple[Campaign, ...] = Field(min_length=1)
    plan: Plan = Plan()
    evaluate: Evaluate = Evaluate()
    report: Report = Report()
    publish: tuple[Publish, ...] = ()
    schedule: Schedule | None = None
    webhooks: tuple[Webhook, ...] = ()
    alarms: Alarms | None = None

    @field_validator("sources", mode="before")
    @classmethod
    def _known_sources(cls, value: dict[str, Any], info: ValidationInfo) -> dict[str, Any]:
        allowed = get_args(SourceName)
        if not isinstance(value, dict):
            raise ValueError("sources are tables such as [sources.order_lines]")
        for name in value:
            if name not in allowed:
                known_names = ", ".join(allowed)
                raise ValueError(f"there is no source '{name}'{near_miss(name, allowed)} (known: {known_names})")
        data = info.data.get("data")
        if "order_lines" not in value and (data is None or data.source == "files"):
            raise ValueError("the source 'order_lines' is missing; it is the only one that is required")
        return value

    @model_validator(mode="after")
    def _audited_attributes(self) -> Config:
        if self.data.source == "store" and "customers" not in self.sources:
            return self  # events say which attributes there are
        attributes = self.sources["customers"].attributes if "customers" in self.sources else ()
        for name in self.profiles.audit_only:
            if name not in attributes:
                hint = near_miss(name, attributes)
                raise ValueError(f"profiles.audit_only names '{name}', not an attribute of sources.customers{hint}")
        return self

    @model_validator(mode="after")
    def _known_audiences(self) -> Config:
        named = [("exclude", self.exclude)]
        named += [
            (f"campaign '{campaign.id}' {key}", getattr(campaign, key))
            for campaign in self.campaigns
            for key in ("audience", "exclude")
        ]
        if self.business_as_usual is not None:
            named += [("business_as_usual.rules", one.audience) for one in self.business_as_usual.rules]
        for place, name in named:
            if name is not None and name not in self.audiences:
                raise ValueError(
                    f"{place} names the audience '{name}', which is not defined{near_miss(name, self.audiences)}"
                )
        for name, rule in self.audiences.items():
            audited = sorted(set(rule.fields) & set(self.profiles.audit_only))
            if audited:
                raise ValueError(
                    f"audiences.{name} asks for '{audited[0]}', which profiles.audit_only keeps from rules"
                )
        return self

    @model_validator(mode="after")
    def _money_and_ids(self) -> Config:
        ids = [campaign.id for campaign in self.campaigns]
        if len(set(ids)) < len(ids):
            raise ValueError("two campaigns have the same 'id'")
        for campaign in self.campaigns:
            if not campaign.offers and "offers" not in self.sources:
                raise ValueError(
                    f"campaign '{campaign.id}' has no offers; add [[campaigns.offers]] or [sources.offers]"
                )
        for campaign in self.campaigns:
            if campaign.budget_unit is not None and not is_unit(campaign.budget_unit):
                raise ValueError(f"'budget_unit' of campaign '{campaign.id}' must be small letters, such as \"seats\"")
            if DIGITS[self.unit(campaign)] != DIGITS[self.shop.currency]:
                raise ValueError(
                    f"'budget_unit' of campaign '{campaign.id}' counts in hundredths; {self.shop.currency} does not"
                )
            amounts = {name: getattr(campaign, name) for name in ("budget", "explore_budget")}
            amounts |= {f"offer_budgets.{name}": amount for name, amount in campaign.offer_budgets.items()}
            for name, amount in amounts.items():
                self._check_amount(amount, campaign, f"'{name}' of campaign '{campaign.id}'")
        return self

    def _check_amount(self, written: str, campaign: Campaign | None, name: str) -> None:
        """Raise ValueError for an amount that cannot be read or is below zero."""
        try:
            amount = self.minor(written, campaign)
        except InputError as error:
            raise ValueError(f"{name}: {error}") from None
        if amount < 0:
            raise ValueError(f"{name} is below zero")

    @model_validator(mode="after")
    def _shared_budgets(self) -> Config:
        teams = self.plan.team_budgets
        if self.plan.total_budget is not None:
            self._check_amount(self.plan.total_budget, None, "'plan.total_budget'")
        for team, budget in teams.items():
            self._check_amount(budget, None, f"'plan.team_budgets.{team}'")
            if team not in [one.team for one in self.campaigns]:
                raise ValueError(f"plan.team_budgets names the team '{team}', but no campaign has team = \"{team}\"")
        for campaign in self.campaigns:
            if campaign.team is not None and campaign.team not in teams:
                raise ValueError(
                    f"campaign '{campaign.id}' names the team '{campaign.team}', which has no budget in "
                    f"plan.team_budgets{near_miss(campaign.team, teams)}"
                )
            if campaign.team is not None and campaign.budget_unit is not None:
                raise ValueError(
                    f"campaign '{campaign.id}' counts {campaign.budget_unit}, so it cannot share the money of "
                    f"team '{campaign.team}'; remove 'team' or 'budget_unit'"
                )
        return self

    @model_validator(mode="after")
    def _usual_budget(self) -> Config:
        if self.business_as_usual is not None:
            self._check_amount(self.business_as_usual.budget, None, "'budget' of business_as_usual")
        return self

    def only(self, *sections: SectionName) -> Config:
        """A copy that knows these sections alone: asking it for another is an AttributeError.

        What a stage is given is what it depends on, so that a change elsewhere need not compute it again.
        """
        part = self.model_copy()
        for name in set(type(self).model_fields) - set(sections):
            part.__dict__.pop(name, None)
        return part

    @property
    def files(self) -> list[Path]:
        """Every file that the known sections name."""
        sources = self.sources.values() if "sources" in self.__dict__ else ()
        privacy = [self.privacy.key_file, self.privacy.suppress] if "privacy" in self.__dict__ else []
        outcomes = self.experiment.outcomes if "experiment" in self.__dict__ else ()
        usual = self.__dict__.get("business_as_usual")
        files = (*(source.path for source in sources), *privacy, *outcomes, None if usual is None else usual.path)
        return [path for path in files if path is not None]

    def in_language(self, language: str | None) -> Config:
        """The same with its reports in another language; None leaves it. Raises InputError for an unknown one."""
        if language is None:
            return self
        return self.model_copy(update={"report": self.report.model_copy(update={"language": known_language(language)})})

    def minor(self, amount: str, campaign: Campaign | None = None) -> int:
        """An amount of the configuration in minor units of the shop's currency, or of a campaign's budget."""
        return to_minor(amount, self.unit(campaign))

    def unit(self, campaign: Campaign | None) -> str:
        """What a campaign's budget counts."""
        return (campaign.budget_unit if campaign is not None else None) or self.shop.currency

    @property
    def margin(self) -> Fraction:
        """The configured margin, exactly as written."""
        return exact_share(self.shop.margin)

    def offers_of(self, campaign: Campaign, categories: list[str], listed: Listed = ()) -> list[Offer]:
        """The campaign's offers; a coupon `on = "each category"` becomes one offer per category and depth.

        `listed` are offers from a source; those without `campaign_id` belong to every campaign.
        """
        of_campaign = [
            {name: value for name, value in listed_offer.items() if name != "campaign_id"}
            for listed_offer in listed
            if listed_offer.get("campaign_id") in (None, campaign.id)
        ]
        try:
            return read_offers(campaign.offers, categories, self.unit(campaign), of_campaign)
        except InputError as error:
            raise ConfigError(f"campaign '{campaign.id}': {error}") from error
