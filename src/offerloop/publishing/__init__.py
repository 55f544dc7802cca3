"""Assignments carried to files, databases and webhooks: each place once, and what is finished is noted."""

from typing import TYPE_CHECKING

from offerloop.lazy import lazy_exports

if TYPE_CHECKING:
    from offerloop.publishing.carriers import Parcels, PublishResult, carry
    from offerloop.publishing.rows import rows_of, why_out_of_date
    from offerloop.publishing.sending import address_of, post, request_of

__all__ = [
    "Parcels",
    "PublishResult",
    "address_of",
    "carry",
    "post",
    "request_of",
    "rows_of",
    "why_out_of_date",
]

__getattr__, __dir__ = lazy_exports(__name__)
