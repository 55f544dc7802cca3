"""`[privacy]`: who may be described, and under which names."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, model_validator

from offerloop.config.sections.section import ConfigSection
from offerloop.message import Message


class Privacy(ConfigSection):
    """`[privacy]`: what protects customers before anything else sees their data."""

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

    def in_its_case(self, customer_id: str) -> str:
        """Return an id as it counts: in small letters where upper and lower case are the same."""
        return customer_id.lower() if self.ignore_case else customer_id

    @model_validator(mode="after")
    def _key(self) -> Privacy:
        if self.pseudonymise and (self.key_env is None) == (self.key_file is None):
            raise ValueError(Message("pseudonymise needs a key: give either 'key_env' or 'key_file'"))
        return self
