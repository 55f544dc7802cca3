"""Assignments carried to files, databases and webhooks: each place once, and what is finished is noted."""

from typing import TYPE_CHECKING

from offerloop.lazy import lazy_exports

if TYPE_CHECKING:
    from offerloop.publishing.carriers import Parcels, PublishResult, carry
    from offerloop.publishing.redirects import NoRedirect
    from offerloop.publishing.rows import rows_of, why_out_of_date

__all__ = [
    "NoRedirect",
    "Parcels",
    "PublishResult",
    "carry",
    "rows_of",
    "why_out_of_date",
]

__getattr__, __dir__ = lazy_exports(__name__)
