"""`[schedule]`, `[[webhooks]]`, `[alarms]`, `[approval]` and `[serve]`: what the service does, and whom it notifies."""

from __future__ import annotations

import re
from datetime import time
from typing import Literal

from pydantic import Field, field_validator

from offerloop.config.sections.section import ConfigSection
from offerloop.message import Message

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
Topic = Literal["budget.exhausted", "alarm", "coupon.redeemed", "campaign.state"]
"""What webhooks are told of."""
_SIZE = re.compile(r"([1-9]\d{0,5}) ?([MG])B")


class Schedule(ConfigSection):
    """`[schedule]`: the job that `offerloop serve` begins by itself."""

    job: Literal["run", "loop"] = "loop"
    """`loop` takes the next steps of the loop, `run` makes a new plan."""
    at: str = "04:00"
    """Time of day in the shop's zone at which the job begins."""
    weekdays: tuple[Weekday, ...] = ()
    """Days on which it does; default: every day."""

    @field_validator("at")
    @classmethod
    def _clock(cls, value: str) -> str:
        if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value):
            raise ValueError(f"must be a time of day such as \"04:00\", not '{value}'")
        return value

    @property
    def clock(self) -> time:
        """The time of day."""
        return time.fromisoformat(self.at)


class Webhook(ConfigSection):
    """`[[webhooks]]`: an address that is notified of events by signed requests, repeated until one is answered with a
    status of 2xx."""

    url: str
    """Address of the shop's own server; `${NAME}` is an environment variable."""
    secret_env: str
    """Environment variable with the secret that requests are signed with (HMAC-SHA256)."""
    topics: tuple[Topic, ...] = ()
    """Topics that it is notified of; default: all."""

    @field_validator("url")
    @classmethod
    def _address(cls, value: str) -> str:
        if not value.startswith(("http://", "https://", "${")):
            raise ValueError("must begin with https:// or http://")
        return value


class Alarms(ConfigSection):
    """`[alarms]`: who gets a mail when a job fails or the loop raises an alarm."""

    mail: tuple[str, ...] = Field(min_length=1)
    """Addresses."""
    sender: str
    """Address that it comes from."""
    smtp: str = "smtp://localhost:25"
    """Server that takes mail: smtp://host:port, or smtps:// for a connection that begins encrypted;
    `user:${PASSWORD}@` may stand before the host. Passwords are sent encrypted: by smtp:// after STARTTLS, unless the
    server is on this machine."""

    @field_validator("smtp")
    @classmethod
    def _server(cls, value: str) -> str:
        if not value.startswith(("smtp://", "smtps://")):
            raise ValueError("must begin with smtp:// or smtps://")
        return value


class Approval(ConfigSection):
    """`[approval]`: how many people must approve a campaign that was written in the service."""

    reviewers: int = Field(default=1, ge=0, le=10)
    """People who must approve each revision before it starts, none of them the one who edited it last; with 0 one
    person may start a campaign, and it is marked as not reviewed."""


class Oidc(ConfigSection):
    """`[serve.oidc]`: a provider of OpenID Connect that signs people in, who must have been invited under their
    e-mail address."""

    issuer: str
    """Address of the provider, below which /.well-known/openid-configuration lies."""
    client_id: str
    """Name of this service with the provider."""
    client_secret_env: str
    """Environment variable with the secret of this service."""
    address: str
    """Address at which people reach this service, such as https://offers.shop.example; the provider sends them back to
    /v1/session/oidc/callback below it."""

    @field_validator("issuer", "address")
    @classmethod
    def _encrypted(cls, value: str) -> str:
        is_local = re.match(r"http://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?(/|$)", value)
        if not value.startswith("https://") and is_local is None:
            raise ValueError(Message("must begin with https://"))
        return value.rstrip("/")


class Serve(ConfigSection):
    """`[serve]`: what `offerloop serve` accepts and does."""

    max_upload: str = "2 GB"
    """The largest file that can be uploaded, in MB or GB."""
    pacing: bool = False
    """Whether offers of the plan with the lowest returns are held back where redemptions in the ledger cost more than
    was planned, so that the budget lasts."""
    oidc: Oidc | None = None
    """A provider of OpenID Connect; default: none."""

    @field_validator("max_upload")
    @classmethod
    def _size(cls, value: str) -> str:
        if not _SIZE.fullmatch(value):
            raise ValueError(Message('must be a size such as "500 MB" or "2 GB", not \'{value}\'', value=value))
        return value

    @property
    def most_bytes(self) -> int:
        """The largest upload in bytes."""
        size = _SIZE.fullmatch(self.max_upload)
        assert size is not None
        return int(size[1]) * 10 ** (6 if size[2] == "M" else 9)
