"""`offerloop.toml` as a whole, validated: unknown keys are errors with the nearest name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal, get_args

from pydantic import Field, PrivateAttr, ValidationInfo, field_validator, model_validator
from pydantic_core import PydanticKnownError

from offerloop.config.language import report_language
from offerloop.config.sections.audience import AudienceRule
from offerloop.config.sections.campaign import Campaign, CampaignFault, amount_fault, campaign_faults
from offerloop.config.sections.clean import Clean
from offerloop.config.sections.data import Data
from offerloop.config.sections.experiment import BusinessAsUsual, ExperimentSettings
from offerloop.config.sections.plan import Plan
from offerloop.config.sections.privacy import Privacy
from offerloop.config.sections.publish import Publish
from offerloop.config.sections.report import Report
from offerloop.config.sections.section import ConfigSection, Share
from offerloop.config.sections.service import Alarms, Approval, Schedule, Serve, Webhook
from offerloop.config.sections.shop import Shop
from offerloop.config.sections.source import Source, SourceName
from offerloop.errors import ConfigError, InputError, near_miss
from offerloop.locale import known_language
from offerloop.message import Message
from offerloop.money import exact_share, to_minor
from offerloop.offers import Offer, read_offers

SectionName = Literal[
    "seed", "shop", "data", "sources", "clean", "profiles", "recommend", "response", "experiment", "business_as_usual",
    "privacy", "audiences", "exclude", "campaigns", "plan", "evaluate", "report", "publish", "schedule", "webhooks",
    "alarms", "approval", "serve",
]  # fmt: skip
"""Keys of the file, as `Config.only` takes them."""
Listed = Sequence[dict[str, Any]]
"""Offers from a source: `kind`, `id` and that kind's terms, and `campaign_id` where given."""


class Profiles(ConfigSection):
    """`[profiles]`: the moment of the profiles, and what may not be used."""

    as_of: date | None = None
    """Nothing on or after this local day is used; default: the day after the last order."""
    audit_only: tuple[str, ...] = ()
    """Attributes of customers that audit the plan and never reach a model or a rule."""
    fixed_attributes: tuple[str, ...] = ()
    """Attributes of customers that were the same when each offer of the log was shown, such as region or the channel
    of registration: they may tell who responds. Not what purchases decide, such as a class by spending."""


class Recommend(ConfigSection):
    """`[recommend]`: which recommenders compete, and how many products each customer gets."""

    candidates: tuple[str, ...] = Field(
        default=("popularity", "repeat", "tifu_knn", "ease", "next_ridge", "ranker"), min_length=1
    )
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


class Evaluate(ConfigSection):
    """`[evaluate]`: how long an offer counts."""

    window_days: int = Field(default=7, ge=1, le=364)
    """Days of a plan's period, which forecasts, tests and read-outs are for (`period_days` in results). In the log of
    shown offers: days of an exposure's outcome, its own included, at most to the customer's next exposure."""


class Config(ConfigSection):
    """The whole of `offerloop.toml`."""

    seed: int = 1
    """Seed of everything random but the holdout and the vectors by which `offerloop similar` compares products."""
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
    campaigns: tuple[Campaign, ...] = Field(default=(), validate_default=True)
    plan: Plan = Plan()
    evaluate: Evaluate = Evaluate()
    report: Report = Report()
    publish: tuple[Publish, ...] = ()
    schedule: Schedule | None = None
    webhooks: tuple[Webhook, ...] = ()
    alarms: Alarms | None = None
    approval: Approval = Approval()
    serve: Serve = Serve()
    _text: str = PrivateAttr("")

    @property
    def text(self) -> str:
        """The file that it was read from, as it was then; empty where it was read from none."""
        return self._text

    def with_text(self, text: str) -> Config:
        """Return the same with the text that it was read from."""
        config = self.model_copy()
        config._text = text
        return config

    @field_validator("campaigns")
    @classmethod
    def _some_campaign(cls, value: tuple[Campaign, ...], info: ValidationInfo) -> tuple[Campaign, ...]:
        data = info.data.get("data")
        if not value and (data is None or data.source == "files"):
            raise PydanticKnownError("missing")  # those of the service are known to a store alone
        return value

    @field_validator("publish")
    @classmethod
    def _one_section_for_each_file(cls, value: tuple[Publish, ...]) -> tuple[Publish, ...]:
        paths = [one.path for one in value if one.path is not None]
        for path in paths:
            if paths.count(path) > 1:
                raise ValueError(
                    Message("several sections write to '{path}'; give each a 'path' of its own", path=str(path))
                )
        return value

    @field_validator("sources", mode="before")
    @classmethod
    def _known_sources(cls, value: dict[str, Any], info: ValidationInfo) -> dict[str, Any]:
        allowed = get_args(SourceName)
        if not isinstance(value, dict):
            raise ValueError(Message("sources are tables such as [sources.order_lines]"))
        for name in value:
            if name not in allowed:
                raise ValueError(
                    Message(
                        "there is no source '{name}'{near} (known: {known})",
                        name=name,
                        near=near_miss(name, allowed),
                        known=allowed,
                    )
                )
        data = info.data.get("data")
        if "order_lines" not in value and (data is None or data.source == "files"):
            raise ValueError(Message("the source 'order_lines' is missing; it is the only one that is required"))
        return value

    @model_validator(mode="after")
    def _known_attributes(self) -> Config:
        for name in set(self.profiles.audit_only) & set(self.profiles.fixed_attributes):
            raise ValueError(
                Message(
                    "profiles.fixed_attributes names '{name}', which profiles.audit_only keeps from models; take it "
                    "out of one of them",
                    name=name,
                )
            )
        if self.data.source == "store" and "customers" not in self.sources:
            return self  # events say which attributes there are
        for setting, name in self.unknown_attributes():
            raise ValueError(
                Message(
                    "profiles.{setting} names '{name}', not an attribute of sources.customers{near}",
                    setting=setting,
                    name=name,
                    near=near_miss(name, self._attributes()),
                )
            )
        return self

    def unknown_attributes(self) -> Iterator[tuple[str, str]]:
        """Yield settings of `[profiles]` and what they name that the customers do not have."""
        of_models = self._attributes()
        if "customers" in self.sources and "segment" in self.sources["customers"].columns:
            of_models = (*of_models, "segment")
        yield from (("audit_only", one) for one in self.profiles.audit_only if one not in self._attributes())
        yield from (("fixed_attributes", one) for one in self.profiles.fixed_attributes if one not in of_models)

    def _attributes(self) -> tuple[str, ...]:
        return self.sources["customers"].attributes if "customers" in self.sources else ()

    @model_validator(mode="after")
    def _known_audiences(self) -> Config:
        named: list[tuple[Message | str, str | None]] = [("exclude", self.exclude)]
        if self.business_as_usual is not None:
            named += [("business_as_usual.rules", one.audience) for one in self.business_as_usual.rules]
        for place, name in named:
            if name is not None and name not in self.audiences:
                raise ValueError(
                    Message(
                        "{place} names the audience '{name}', which is not defined{near}",
                        place=place,
                        name=name,
                        near=near_miss(name, self.audiences),
                    )
                )
        for name, rule in self.audiences.items():
            audited = sorted(set(rule.fields) & set(self.profiles.audit_only))
            if audited:
                raise ValueError(
                    Message(
                        "audiences.{name} asks for '{field}', which profiles.audit_only keeps from rules",
                        name=name,
                        field=audited[0],
                    )
                )
        return self

    def faults_of(self, campaign: Campaign) -> Iterator[CampaignFault]:
        """Yield what keeps a campaign from being one of this configuration."""
        return campaign_faults(
            campaign,
            self.shop.currency,
            self.audiences,
            self.plan.team_budgets,
            offers_elsewhere="offers" in self.sources,
        )

    def _check_amount(self, written: str, name: Message | str) -> None:
        """Raise ValueError for an amount that cannot be read or is below zero."""
        fault = amount_fault(written, self.shop.currency, name)
        if fault is not None:
            raise ValueError(fault)

    @model_validator(mode="after")
    def _shared_budgets(self) -> Config:
        teams = self.plan.team_budgets
        if self.plan.total_budget is not None:
            self._check_amount(self.plan.total_budget, "'plan.total_budget'")
        for team, budget in teams.items():
            self._check_amount(budget, f"'plan.team_budgets.{team}'")
        return self

    @model_validator(mode="after")
    def _campaigns_fit(self) -> Config:
        ids = [campaign.id for campaign in self.campaigns]
        if len(set(ids)) < len(ids):
            raise ValueError(Message("two campaigns have the same 'id'"))
        for campaign in self.campaigns:
            for fault in self.faults_of(campaign):
                raise ValueError(fault.message)
        return self

    @model_validator(mode="after")
    def _usual_budget(self) -> Config:
        if self.business_as_usual is not None:
            self._check_amount(
                self.business_as_usual.budget,
                Message("'budget' of business_as_usual", context="place in a configuration"),
            )
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
        joined = (one.path for source in sources for one in source.join)
        files = (
            *(source.path for source in sources),
            *joined,
            *privacy,
            *outcomes,
            None if usual is None else usual.path,
        )
        return [path for path in files if path is not None]

    def in_language(self, language: str | None) -> Config:
        """The same with its reports in another language; None leaves it. Raises InputError for an unknown one."""
        if language is None:
            return self
        return self.model_copy(update={"report": self.report.model_copy(update={"language": known_language(language)})})

    def language(self, products: Iterable[str] = ()) -> str:
        """Return the language of reports: as configured, else that of the shop, of which `products` are names."""
        columns = [one for source in self.sources.values() for one in (*source.columns.values(), *source.attributes)]
        return report_language(self.report.language, self.shop.currency, columns, products)

    def minor(self, amount: str, campaign: Campaign | None = None) -> int:
        """An amount of the configuration in minor units of the shop's currency, or of a campaign's budget."""
        return to_minor(amount, self.unit(campaign))

    def unit(self, campaign: Campaign | None) -> str:
        """What a campaign's budget counts."""
        return self.shop.currency if campaign is None else campaign.unit(self.shop.currency)

    @property
    def margin(self) -> Fraction:
        """The configured margin, exactly as written."""
        return exact_share(self.shop.margin)

    @property
    def written_offer_ids(self) -> list[str]:
        """The ids that the offers of the campaigns have in the configuration; none where no campaigns are known."""
        campaigns = self.campaigns if "campaigns" in self.__dict__ else ()
        return [str(one["id"]) for campaign in campaigns for one in campaign.offers if "id" in one]

    def offers_of(self, campaign: Campaign, categories: list[str], listed: Listed = ()) -> list[Offer]:
        """The campaign's offers; a coupon `on = "each category"` becomes one offer per category and depth.

        `listed` are offers from a source; those without `campaign_id` belong to every campaign.
        """
        try:
            own = campaign.some_offers_among(listed)
            unit, zone = self.unit(campaign), self.shop.timezone
            return read_offers(campaign.offers, categories, unit, own, is_numbered=True, zone=zone)
        except InputError as error:
            message = Message("campaign '{id}': {error}", context="error", id=campaign.id, error=error.message)
            raise ConfigError(message) from error
