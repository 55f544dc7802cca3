"""What every section of the configuration has in common."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """Unknown keys are errors; nothing changes after reading; every key has a description."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)
