"""`[schedule]`, `[[webhooks]]` and `[alarms]`: what the service does by itself, and whom it tells."""

from __future__ import annotations

import re
from datetime import time
from typing import Literal

from pydantic import Field, field_validator

from offerloop.config.section import ConfigSection

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
Topic = Literal["budget.exhausted", "alarm", "coupon.redeemed", "campaign.state"]
"""What webhooks are told of."""


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
    """`[[webhooks]]`: an address that is told what happened, in signed requests that are sent again until one is
    taken."""

    url: str
    """Address of the shop's own server; `${NAME}` is an environment variable."""
    secret_env: str
    """Environment variable with the secret that requests are signed with (HMAC-SHA256)."""
    topics: tuple[Topic, ...] = ()
    """What it is told of; default: everything."""

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
    `user:${PASSWORD}@` may stand before the host."""

    @field_validator("smtp")
    @classmethod
    def _server(cls, value: str) -> str:
        if not value.startswith(("smtp://", "smtps://")):
            raise ValueError("must begin with smtp:// or smtps://")
        return value
