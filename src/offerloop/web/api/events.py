"""`/v1/events`: what a shop reports, taken at least once and stored exactly once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError

from offerloop.store import EVENT, AnyEvent, Event, RefusedEvent, Taken, take_events
from offerloop.web.api.fields import Model
from offerloop.web.auth import Deciding
from offerloop.web.problems import documented
from offerloop.web.worker import Worker

router = APIRouter(prefix="/v1/events", tags=["events"])
MOST_EVENTS = 1_000
_EXAMPLE: JsonValue = {
    "events": [
        {
            "event_id": "order-1001", "kind": "order", "customer_id": "c000", "order_id": "1001",
            "at": "2024-06-03T14:05:00+02:00",
            "lines": [{"product_id": "7", "quantity": 2, "paid_minor": 1800, "coupon_minor": 100}],
        },
        {
            "event_id": "shown-77", "kind": "exposure", "customer_id": "c000", "offer_id": "none", "propensity": 0.25,
            "at": "2024-06-03T14:01:00+02:00",
        },
        {"event_id": "view-1", "kind": "view", "customer_id": "c000", "product_id": "7", "at": "2024-06-03T12:00:00Z"},
    ]
}  # fmt: skip
DETAILS = {
    RefusedEvent.IN_THE_FUTURE: "the event is dated more than a day ahead",
    RefusedEvent.OTHER_EVENT: "another event was stored under this id",
}


ReadEvent = Annotated[AnyEvent | dict[str, Any], Field(union_mode="left_to_right")]
"""An event, or what could not be read as one."""


class EventsRequest(Model):
    """A batch of events, in any order."""

    events: Annotated[tuple[ReadEvent, ...], Field(min_length=1, max_length=MOST_EVENTS)]
    """Each is taken or refused by itself, so one that is wrong does not keep the others back."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})


class RejectedEvent(BaseModel):
    """An event that was not stored."""

    index: int
    """Its place in the batch, from 0."""
    event_id: str | None
    code: str
    """`invalid`, `in_the_future` or `event_id_reused`."""
    field: str | None
    detail: str


class EventsTaken(BaseModel):
    """What became of a batch."""

    accepted: int
    """Stored now."""
    duplicates: int
    """Stored before."""
    dropped: int
    """Of customers who were erased."""
    rejected: list[RejectedEvent]


@router.post("", responses=documented("not_signed_in", "not_allowed", "invalid", "too_large", "store_away"))
def report_events(request: Request, body: EventsRequest, _: Deciding) -> EventsTaken:
    """Store events once for each event id, however often and in whatever order they arrive.

    The answer comes when they are on disk; after an error the same batch can be sent again. Each event is taken or
    refused by itself, and the status is 200 all the same: `accepted` events were stored now, `duplicates` were stored
    before, `dropped` events are of customers who were erased, and `rejected` names the place of each event that was
    refused in the batch, with a code and the field at fault. The codes are `invalid` (a value cannot be read, or is out
    of the bounds of its field below), `in_the_future` (the time is more than a day ahead) and `event_id_reused`
    (another event is stored under this id).
    """
    worker: Worker = request.app.state.worker
    wrong, good = list[RejectedEvent](), dict[int, Event]()
    for index, event in enumerate(body.events):
        if isinstance(event, Event):
            good[index] = event
        else:
            wrong.append(_wrong(index, event))
    taken = worker.database.change(lambda connection: take_events(connection, list(good.values())))
    rejected = sorted([*wrong, *_refused(good, taken)], key=lambda one: one.index)
    for kind, number in (("accepted", taken.accepted), ("rejected", len(rejected))):
        worker.metrics.count("offerloop_events_total", number, outcome=kind)
    return EventsTaken(
        accepted=taken.accepted, duplicates=taken.duplicates, dropped=taken.dropped, rejected=rejected
    )  # fmt: skip


def _wrong(index: int, event: dict[str, Any]) -> RejectedEvent:
    """Return what is wrong with an event that could not be read."""
    try:
        EVENT.validate_python(event)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place: Sequence[Any] = first["loc"][1:] if first["loc"] else ()
        name = event.get("event_id")
        event_id = name if isinstance(name, str) and name.isprintable() else None
        return RejectedEvent(
            index=index, event_id=event_id and event_id[:200], code="invalid", detail=str(first["msg"]),
            field=".".join(str(part) for part in place).encode("ascii", "backslashreplace").decode()[:200] or None,
        )  # fmt: skip
    raise AssertionError("an event that can be read was not")


def _refused(good: dict[int, Event], taken: Taken) -> list[RejectedEvent]:
    events = list(good.items())
    return [
        RejectedEvent(
            index=events[place][0], event_id=events[place][1].event_id, code=code.value, detail=DETAILS[code],
            field="at" if code is RefusedEvent.IN_THE_FUTURE else "event_id",
        )
        for place, code in taken.refused.items()
    ]  # fmt: skip
