"""`[[publish]]`: where the assignments of a run go."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator, model_validator

from offerloop.config.sections.section import ConfigSection
from offerloop.errors import near_miss
from offerloop.message import Message

PUBLISHABLE = (
    "run", "customer_id", "campaign_id", "offer_id", "label", "kind", "category", "channel", "quiet_hours",
    "product_ids", "cost_liability", "cost_expected", "contact_cost", "arm", "propensity", "profit", "profit_low",
    "profit_high", "profit_held_out", "value", "basis", "planned_campaign_id", "planned_offer_id", "reasons",
    "best_alternative",
)  # fmt: skip
"""What may leave with `[[publish]]`: the run's name, and columns of assignments and offers, money as decimal text."""
PUBLISHED = (
    "run", "customer_id", "campaign_id", "offer_id", "label", "channel", "quiet_hours", "product_ids", "cost_liability",
)  # fmt: skip
"""Unless `columns` says otherwise. The arm stays here: whoever sends must treat plan and exploration alike."""

_EARLIER_NAMES = {"rank_of_alternative": "best_alternative"}
"""What a column was called in configurations of version 0.1, and is called now."""


class Publish(ConfigSection):
    """`[[publish]]`: where the assignments of a run go; doing it again changes nothing."""

    kind: Literal["csv", "sql", "webhook"]
    """A file for a CRM, rows of a table, or requests."""
    path: Path | None = None
    """File to write for `csv`, relative to the configuration file; `{run}` stands for the run's name."""
    url: str | None = None
    """Database for `sql`, address for `webhook`; `${NAME}` is an environment variable, as passwords must be."""
    table: str = "offerloop_assignments"
    """Table for `sql`, made when it is not there; its primary key is the run and the customer, and the campaign where
    customers can have several offers."""
    token_env: str | None = None
    """Environment variable with a token for `webhook`, sent as `Authorization: Bearer`; it is never written down."""
    columns: dict[str, str] = Field(default_factory=dict)
    """Their column = ours, in their order: `run` or a column of assignments.csv or of the offers; default: run,
    customer_id, campaign_id, offer_id, label, channel, quiet_hours, product_ids, cost_liability. Line
    breaks in product_ids are those of assignments.csv."""
    holdout: bool = False
    """Whether customers without an offer are published too, with offer "none"."""
    batch: int = Field(default=500, ge=1)
    """Customers in one request of `webhook`."""

    @field_validator("columns")
    @classmethod
    def _known_columns(cls, value: dict[str, str]) -> dict[str, str]:
        value = {theirs: _EARLIER_NAMES.get(ours, ours) for theirs, ours in value.items()}
        for theirs, ours in value.items():
            if ours not in PUBLISHABLE:
                raise ValueError(
                    Message(
                        "'{column}' wants the column '{field}', which is none of a run's{near} (known: {known})",
                        column=theirs,
                        field=ours,
                        near=near_miss(ours, PUBLISHABLE),
                        known=list(PUBLISHABLE),
                    )
                )
        return value

    @property
    def mapping(self) -> dict[str, str]:
        """Their column = ours, with the default filled in."""
        return self.columns or {name: name for name in PUBLISHED}

    @model_validator(mode="after")
    def _place(self) -> Publish:
        needed, other = ("path", "url") if self.kind == "csv" else ("url", "path")
        if getattr(self, needed) is None:
            raise ValueError(Message("a [[publish]] of kind '{kind}' needs '{needed}'", kind=self.kind, needed=needed))
        if getattr(self, other) is not None:
            raise ValueError(
                Message(
                    "a [[publish]] of kind '{kind}' has no '{other}', but '{needed}'",
                    kind=self.kind,
                    other=other,
                    needed=needed,
                )
            )
        if self.kind == "webhook" and not str(self.url).startswith(("http://", "https://", "${")):
            raise ValueError(Message("'url' of a [[publish]] of kind 'webhook' must begin with https:// or http://"))
        if self.token_env is not None and self.kind != "webhook":
            raise ValueError(Message("'token_env' belongs to a [[publish]] of kind 'webhook'"))
        for key in ("run", "customer_id"):
            if self.kind == "sql" and key not in self.mapping.values():
                raise ValueError(
                    Message(
                        "'columns' of a [[publish]] of kind 'sql' must map '{key}', half of the table's key", key=key
                    )
                )
        return self
