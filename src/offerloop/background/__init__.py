"""Work beside requests: jobs on a schedule or on demand, erasure of customers, and notices to webhooks and mail.

`Runner` does it all in threads of one process; each job runs in a process of its own.
"""

from typing import TYPE_CHECKING

from offerloop.lazy import lazy_exports

if TYPE_CHECKING:
    from offerloop.background.campaigns import follow_campaigns
    from offerloop.background.erasing import erase_customer
    from offerloop.background.job_execution import carry_out_next
    from offerloop.background.notifying import announce, send_due, webhook_faults
    from offerloop.background.previewing import PREVIEW
    from offerloop.background.rehearsing import REHEARSAL
    from offerloop.background.runner import Runner
    from offerloop.background.schedule import due_job
    from offerloop.background.signing import SIGNATURE, is_signed, signature_of
    from offerloop.background.uploads import IMPORT_CODES, new_upload

__all__ = [
    "IMPORT_CODES",
    "PREVIEW",
    "REHEARSAL",
    "SIGNATURE",
    "Runner",
    "announce",
    "carry_out_next",
    "due_job",
    "erase_customer",
    "follow_campaigns",
    "is_signed",
    "new_upload",
    "send_due",
    "signature_of",
    "webhook_faults",
]

__getattr__, __dir__ = lazy_exports(__name__)
