"""Durable state on SQLite or PostgreSQL: the ledger, which makes the lifecycle of coupons atomic, and loops' journals.

Needs the extra `sql`. `Ledger.open(url)` carries out the commands of coupons, such as `offerloop.offers.Issue`; `audit`
recomputes every balance from the history.
"""

from typing import TYPE_CHECKING

from offerloop.errors import InputError
from offerloop.lazy import lazy_exports
from offerloop.message import Message

if TYPE_CHECKING:
    from offerloop.store.access.people import (
        SESSION_SECONDS,
        Person,
        accept_invitation,
        begin_session,
        end_session,
        find_person,
        invite,
        invite_again,
        list_people,
        password_of,
        person_named,
        person_of_session,
        revoke_person,
        set_roles,
    )
    from offerloop.store.access.request_answers import KeyConflictError, answered_once, forget_answers
    from offerloop.store.access.secrets import PREFIX, new_id, new_secret, secret_hash
    from offerloop.store.access.tokens import (
        Token,
        add_first_token,
        add_token,
        find_token,
        list_tokens,
        person_behind,
        revoke_token,
        tokens_of,
    )
    from offerloop.store.access.trail import TrailEntry, add_entry, note_currency, read_trail
    from offerloop.store.auditing import audit
    from offerloop.store.campaigns.budgets import (
        ProposedBudget,
        approve_budget,
        decline_budget,
        propose_budget,
        proposed_budgets,
    )
    from offerloop.store.campaigns.differences import FieldChange, field_changes
    from offerloop.store.campaigns.lifecycle import (
        EDITING,
        PLANNED_STATES,
        RIGHTS,
        TRANSITIONS,
        CampaignAction,
        CampaignMoment,
        CampaignState,
        Requester,
        WhyNot,
        state_after,
        state_at,
        why_not,
    )
    from offerloop.store.campaigns.written import (
        BudgetChange,
        CampaignRevision,
        CampaignText,
        Editor,
        WrittenCampaign,
        add_campaign,
        budgets_due,
        campaign_states,
        campaigns_in,
        find_campaign,
        find_revision,
        list_campaigns,
        list_revisions,
        move_campaign,
        moved_by_time,
        revise_campaign,
        used_up,
    )
    from offerloop.store.database import STORE_NAME, Database
    from offerloop.store.importing import ImportedCodes, import_code_stream, import_codes
    from offerloop.store.instants import instant, with_instants
    from offerloop.store.journal import Journal
    from offerloop.store.ledger import Ledger
    from offerloop.store.reported.choices import (
        Choice,
        ChoicesRead,
        SpecialCustomer,
        customers_tested_since,
        read_choice,
        read_choices,
        set_test_arm,
    )
    from offerloop.store.reported.erased import erased_among, hold_off_erasures
    from offerloop.store.reported.erasing import (
        Erased,
        change_steps,
        clean_up,
        erase_from_store,
    )
    from offerloop.store.reported.event_log import (
        EventLog,
        RefusedEvent,
        StoredEvent,
        Taken,
        holds_traffic,
        take_events,
    )
    from offerloop.store.reported.exporting import customer_records
    from offerloop.store.reported.incoming import EVENT, AnyEvent, CustomerEvent, Event, Moment
    from offerloop.store.reported.recent_customers import customers_reported_since, events_of, product_categories
    from offerloop.store.reported.spellings import spellings_of
    from offerloop.store.reported.traces import erase_traces, traces_of
    from offerloop.store.served.decisions import (
        DecisionRecord,
        add_decisions,
        delete_decisions,
        find_decision,
        keys_of_customers,
    )
    from offerloop.store.served.leases import (
        ExhaustedBudget,
        declare,
        exhausted_budgets,
        open_budgets,
        return_lease,
        spent_of_leases,
        take_lease,
    )
    from offerloop.store.served.limits import CheckoutUse, limited_templates, limits_left
    from offerloop.store.served.pacing import (
        PlanProgress,
        begin_pacing,
        hold_duty,
        late_minor,
        prices_of,
        redeemed_minor,
        set_price,
        shown_of,
    )
    from offerloop.store.served.policies import (
        PERSONALISED,
        SIMULATED,
        holds_simulated,
        is_on,
        promote,
        promoted,
        promotion_number,
        set_switch,
        switch_version,
    )
    from offerloop.store.served.purchases import (
        Purchase,
        add_purchase,
        add_refund,
        find_purchase,
        keep_offers_text,
        offers_text,
    )
    from offerloop.store.served.shown import CampaignShown, DecisionListed, newest_decisions, shown_by_campaign
    from offerloop.store.served.typed_codes import PresentedCoupon, open_codes, presented_coupons
    from offerloop.store.served.wallet import CouponListed, coupons_of_customer, coupons_of_template
    from offerloop.store.work.jobs import (
        ERASURE,
        OVER,
        Job,
        JobState,
        add_job,
        cancel_job,
        claim_job,
        customers_being_erased,
        find_job,
        finish_job,
        forget_request,
        job_named,
        jobs_are_stuck,
        jobs_wait,
        keys_of_erasure,
        list_jobs,
        lock_jobs,
        newest_job_named,
        renew_job,
        take_back_jobs,
    )
    from offerloop.store.work.notices import (
        PendingNotice,
        add_ledger_notices,
        add_notice,
        due_notice,
        forget_notices,
        is_noticed,
        note_failed,
        note_sent,
    )

__all__ = [
    "EDITING",
    "ERASURE",
    "EVENT",
    "OVER",
    "PERSONALISED",
    "PLANNED_STATES",
    "PREFIX",
    "RIGHTS",
    "SESSION_SECONDS",
    "SIMULATED",
    "STORE_NAME",
    "TRANSITIONS",
    "AnyEvent",
    "BudgetChange",
    "CampaignAction",
    "CampaignMoment",
    "CampaignRevision",
    "CampaignShown",
    "CampaignState",
    "CampaignText",
    "CheckoutUse",
    "Choice",
    "ChoicesRead",
    "CouponListed",
    "CustomerEvent",
    "Database",
    "DecisionListed",
    "DecisionRecord",
    "Editor",
    "Erased",
    "Event",
    "EventLog",
    "ExhaustedBudget",
    "FieldChange",
    "ImportedCodes",
    "Job",
    "JobState",
    "Journal",
    "KeyConflictError",
    "Ledger",
    "Moment",
    "PendingNotice",
    "Person",
    "PlanProgress",
    "PresentedCoupon",
    "ProposedBudget",
    "Purchase",
    "RefusedEvent",
    "Requester",
    "SpecialCustomer",
    "StoredEvent",
    "Taken",
    "Token",
    "TrailEntry",
    "WhyNot",
    "WrittenCampaign",
    "accept_invitation",
    "add_campaign",
    "add_decisions",
    "add_entry",
    "add_first_token",
    "add_job",
    "add_ledger_notices",
    "add_notice",
    "add_purchase",
    "add_refund",
    "add_token",
    "answered_once",
    "approve_budget",
    "audit",
    "begin_pacing",
    "begin_session",
    "budgets_due",
    "campaign_states",
    "campaigns_in",
    "cancel_job",
    "change_steps",
    "claim_job",
    "clean_up",
    "coupons_of_customer",
    "coupons_of_template",
    "customer_records",
    "customers_being_erased",
    "customers_reported_since",
    "customers_tested_since",
    "declare",
    "decline_budget",
    "delete_decisions",
    "due_notice",
    "end_session",
    "erase_from_store",
    "erase_traces",
    "erased_among",
    "events_of",
    "exhausted_budgets",
    "field_changes",
    "find_campaign",
    "find_decision",
    "find_job",
    "find_person",
    "find_purchase",
    "find_revision",
    "find_token",
    "finish_job",
    "forget_answers",
    "forget_notices",
    "forget_request",
    "hold_duty",
    "hold_off_erasures",
    "holds_simulated",
    "holds_traffic",
    "import_code_stream",
    "import_codes",
    "instant",
    "invite",
    "invite_again",
    "is_noticed",
    "is_on",
    "job_named",
    "jobs_are_stuck",
    "jobs_wait",
    "keep_offers_text",
    "keys_of_customers",
    "keys_of_erasure",
    "late_minor",
    "limited_templates",
    "limits_left",
    "list_campaigns",
    "list_jobs",
    "list_people",
    "list_revisions",
    "list_tokens",
    "lock_jobs",
    "move_campaign",
    "moved_by_time",
    "new_id",
    "new_secret",
    "newest_decisions",
    "newest_job_named",
    "note_currency",
    "note_failed",
    "note_sent",
    "offers_text",
    "open_budgets",
    "open_codes",
    "password_of",
    "person_behind",
    "person_named",
    "person_of_session",
    "presented_coupons",
    "prices_of",
    "product_categories",
    "promote",
    "promoted",
    "promotion_number",
    "propose_budget",
    "proposed_budgets",
    "read_choice",
    "read_choices",
    "read_trail",
    "redeemed_minor",
    "renew_job",
    "return_lease",
    "revise_campaign",
    "revoke_person",
    "revoke_token",
    "secret_hash",
    "set_price",
    "set_roles",
    "set_switch",
    "set_test_arm",
    "shown_by_campaign",
    "shown_of",
    "spellings_of",
    "spent_of_leases",
    "state_after",
    "state_at",
    "switch_version",
    "take_back_jobs",
    "take_events",
    "take_lease",
    "tokens_of",
    "traces_of",
    "used_up",
    "why_not",
    "with_instants",
]

_load, __dir__ = lazy_exports(__name__)


def __getattr__(name: str) -> object:
    """Load a module when one of its names is first asked for. Raises InputError where SQLAlchemy is not installed."""
    try:
        return _load(name)
    except ModuleNotFoundError as error:
        if error.name != "sqlalchemy":
            raise
        raise InputError(
            Message("ledgers and journals need SQLAlchemy; install it with: pip install 'offerloop[sql]'")
        ) from None
