"""`[report]`: the language of results."""

from __future__ import annotations

from pydantic import field_validator

from offerloop.config.sections.section import ConfigSection
from offerloop.errors import InputError
from offerloop.locale import known_language


class Report(ConfigSection):
    """`[report]`: the language of results."""

    language: str | None = None
    """Language of reports and of the sentences in summary.json, such as en or zh; default: zh for a shop in CNY or with
    Chinese names of columns or products, else en."""

    @field_validator("language")
    @classmethod
    def _is_known(cls, language: str | None) -> str | None:
        try:
            return None if language is None else known_language(language)
        except InputError as error:
            raise ValueError(error.message) from None
