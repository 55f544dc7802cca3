"""`[experiment]` and `[business_as_usual]`: the random groups that a plan is compared with."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field, field_validator, model_validator

from offerloop.config.sections.section import ConfigSection
from offerloop.message import Message

LEAST_HOLDOUT, MOST_HOLDOUT = 0.01, 0.20
LEAST_SHARE, MOST_SHARE = 0.01, 0.50


class ExperimentSettings(ConfigSection):
    """`[experiment]`: the random part of every plan."""

    holdout: float = 0.05
    """Share of customers who never get an offer, the same ones in every run: from 0.01 to 0.20."""
    holdout_seed: str = "holdout"
    """Names the draw of the holdout; changing it draws other customers."""
    holdback: Annotated[float, Field(ge=0.01, le=0.5)] = 0.05
    """Share of customers from whom a loop holds back what a period's plan has for them, drawn anew in each period: its
    guardrails compare the others with them."""
    outcomes: tuple[Path, ...] = ()
    """Files outcomes.parquet of read-outs, relative to the configuration file: what they measured corrects what offers
    are assumed to do."""

    @field_validator("holdout")
    @classmethod
    def _measures_and_sends(cls, value: float) -> float:
        if not LEAST_HOLDOUT <= value <= MOST_HOLDOUT:
            share = value if 1 <= value <= 100 * MOST_HOLDOUT else 5
            raise ValueError(
                Message(
                    "must be a share from {least} to {most}, such as {example} for {percent}, not {value}: "
                    "with fewer customers no read-out shows anything, and more give up too much of what a plan "
                    "earns",
                    least=f"{LEAST_HOLDOUT:g}",
                    most=f"{MOST_HOLDOUT:g}",
                    example=f"{share / 100:.2f}",
                    percent=f"{share:g} %",
                    value=f"{value:g}",
                )
            )
        return value


class UsualRule(ConfigSection):
    """`[[business_as_usual.rules]]`: one offer for the customers of an audience; the first rule that fits counts."""

    audience: str | None = None
    """Name of the audience that gets it; default: everyone whom no earlier rule names."""
    offer: str
    """Id of an offer of a campaign, or "none"."""


class BusinessAsUsual(ConfigSection):
    """`[business_as_usual]`: what the shop does today. Some customers, drawn at random, get that and not the plan's
    offers, so that a read-out can say which of the two is better."""

    share: float = 0.10
    """Share of customers who get business as usual, the same ones in every run: from 0.01 to 0.50."""
    budget: str
    """The most that its offers may cost us, such as "500.00", on top of the campaigns' budgets; a run that could exceed
    it is refused."""
    rules: tuple[UsualRule, ...] = ()
    """Who gets what; `[[business_as_usual.rules]]`, in their order."""
    path: Path | None = None
    """CSV, Parquet or Excel file with columns customer_id and offer_id instead of rules, relative to the configuration
    file; who is not in it gets nothing."""

    @field_validator("share")
    @classmethod
    def _measures(cls, value: float) -> float:
        if not LEAST_SHARE <= value <= MOST_SHARE:
            share = value if 1 <= value <= 100 * MOST_SHARE else 10
            raise ValueError(
                Message(
                    "must be a share from {least} to {most}, such as {example} for {percent}, not {value}",
                    least=f"{LEAST_SHARE:g}",
                    most=f"{MOST_SHARE:g}",
                    example=f"{share / 100:.2f}",
                    percent=f"{share:g} %",
                    value=f"{value:g}",
                )
            )
        return value

    @model_validator(mode="after")
    def _one_policy(self) -> BusinessAsUsual:
        if bool(self.rules) == (self.path is not None):
            raise ValueError(Message("give either 'rules' or 'path' (a file with customer_id and offer_id)"))
        return self
