"""Tell webhooks and mail what happened: what is new in the ledger, alarms, and states of campaigns."""

from __future__ import annotations

import json
import logging
import os
import time
from collections.abc import Callable, Mapping
from email.message import EmailMessage
from functools import partial
from http.client import HTTPException, InvalidURL
from typing import Any
from urllib.error import HTTPError
from urllib.parse import SplitResult, unquote, urlsplit

from sqlalchemy import Connection

from offerloop.background.signing import SIGNATURE, signature_of
from offerloop.config import Alarms, Config, Topic, Webhook
from offerloop.errors import InputError, OfferloopError
from offerloop.events import with_variables
from offerloop.limited_calls import LimitedCalls
from offerloop.message import Message
from offerloop.publishing import address_of, post, request_of
from offerloop.store import (
    Database,
    PendingNotice,
    add_ledger_notices,
    add_notice,
    due_notice,
    instant,
    is_noticed,
    note_failed,
    note_sent,
    with_instants,
)

_LOG = logging.getLogger(__name__)
TIMEOUT = 10.0
"""Seconds without a sign of the receiver."""
DELIVERY_SECONDS = 30.0
"""Seconds that one delivery may take in all, which are fewer than those for which a process has a notice alone."""
_DELIVERIES = LimitedCalls("delivery", 20)
AT_ONCE = 20
"""Notices that are sent before the ledger is looked at again."""
_MAIL = "mailto:"
_THIS_MACHINE = (None, "localhost", "127.0.0.1", "::1")


def announce(connection: Connection, config: Config, topic: Topic, key: str, data: Mapping[str, Any]) -> None:
    """Tell whoever the configuration names, once for each key, when the transaction is committed."""
    add_notice(connection, topic, key, _places(config, topic), data)


def is_announced(connection: Connection, config: Config, topic: Topic, key: str) -> bool:
    """Return whether `announce` would add nothing."""
    return is_noticed(connection, topic, key, _places(config, topic))


def _places(config: Config, topic: Topic) -> list[str]:
    places = [one.url for one in config.webhooks if not one.topics or topic in one.topics]
    mail = () if config.alarms is None or topic != "alarm" else config.alarms.mail
    return places + [f"{_MAIL}{one}" for one in mail]


def send_due(database: Database, config: Config, is_over: Callable[[], bool] = bool) -> int:
    """Gather what is new in the ledger, send what is due until it `is_over`, and return how much was taken.

    Each notice is claimed when it is sent, so that however slow the receivers are, two services send none twice. A
    place that fails is left for the next look, so that those that wait for it hold up no other.
    """
    places = _places(config, "coupon.redeemed"), _places(config, "budget.exhausted")
    if any(places):
        database.change(lambda connection: add_ledger_notices(connection, *places))
    n_sent, failing = 0, set[str]()
    for _ in range(AT_ONCE):
        notice = None if is_over() else database.change(partial(due_notice, not_to=failing))
        if notice is None:
            break
        failure = _failure(notice, config)
        if failure is None:
            n_sent += 1
            database.change(partial(note_sent, notice_id=notice.notice_id))
            continue
        failing.add(notice.place)
        if database.change(partial(note_failed, notice=notice, failure=failure)):
            _LOG.error("the notice %s (%s) is given up: %s", notice.notice_id, notice.topic, failure)
    return n_sent


def _failure(notice: PendingNotice, config: Config) -> str | None:
    """Send a notice, and return why it was not taken."""
    try:
        _DELIVERIES.within(DELIVERY_SECONDS, lambda: _deliver(notice, config))
    except HTTPError as error:
        with error:
            return f"{error.code} {error.reason}"
    except (InvalidURL, ValueError) as error:  # which would repeat an address with its secrets
        return type(error).__name__
    except (OSError, HTTPException) as error:  # whatever one receiver does, the others are told
        return str(getattr(error, "reason", None) or error) or type(error).__name__
    except OfferloopError as error:
        return str(error)
    return None


def _deliver(notice: PendingNotice, config: Config) -> None:
    if not notice.place.startswith(_MAIL):
        _post(notice, config)
    elif config.alarms is None:
        raise InputError(Message("[alarms] is gone from the configuration"))
    else:
        _mail(notice, config.alarms)


def _post(notice: PendingNotice, config: Config) -> None:
    """Raise an error where the receiver does not answer with a status from 200 to 299."""
    hook = next((hook for hook in config.webhooks if hook.url == notice.place), None)
    if hook is None:
        raise InputError(Message("the webhook is gone from the configuration"))
    address, secret = _address(hook)
    content = {
        "id": notice.notice_id,
        "topic": notice.topic,
        "at": instant(notice.made_at),
        "data": with_instants(notice.body),
    }
    body = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    post(request_of(address, body, {SIGNATURE: signature_of(secret, body, int(time.time()))}), TIMEOUT)


def webhook_faults(config: Config) -> list[Message]:
    """Return why nothing can be sent to webhooks of the configuration in this environment."""
    faults = list[Message]()
    for hook in config.webhooks:
        try:
            _address(hook)
        except InputError as error:
            faults.append(error.message)
    return list(dict.fromkeys(faults))


def _address(hook: Webhook) -> tuple[SplitResult, str]:
    """Return address and secret of a webhook. Raises InputError where a variable is missing or it is no address."""
    secret = os.environ.get(hook.secret_env, "").strip()
    if not secret:
        raise InputError(
            Message(
                "the environment variable '{name}', which [[webhooks]] names, holds no secret", name=hook.secret_env
            )
        )
    return address_of(hook.url, Message("the url of [[webhooks]]")), secret


def _mail(notice: PendingNotice, alarms: Alarms) -> None:
    import smtplib
    import ssl

    mail = EmailMessage()
    mail["From"], mail["To"] = alarms.sender, notice.place.removeprefix(_MAIL)
    mail["Subject"] = "Offerloop: " + " ".join(str(notice.body.get("what", notice.topic)).split())[:150]
    mail.set_content("\n".join(f"{name}: {value}" for name, value in with_instants(notice.body).items()) + "\n")
    server = urlsplit(with_variables(alarms.smtp, "smtp of [alarms]"))
    place, checked = (server.hostname or "localhost", server.port or 0), ssl.create_default_context()
    try:
        with (
            smtplib.SMTP_SSL(*place, timeout=TIMEOUT, context=checked)
            if server.scheme == "smtps"
            else smtplib.SMTP(*place, timeout=TIMEOUT)
        ) as connection:
            if server.username is not None:
                if server.scheme == "smtp" and server.hostname not in _THIS_MACHINE:
                    connection.starttls(context=checked)
                connection.login(unquote(server.username), unquote(server.password or ""))
            connection.send_message(mail)
    except smtplib.SMTPException as error:
        raise InputError(Message("the server refuses mail: {why}", why=str(error))) from None
