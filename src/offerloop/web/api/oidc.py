"""`/v1/session/oidc`: signing in with a provider of OpenID Connect, which `[serve.oidc]` names."""

from __future__ import annotations

import hmac
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from offerloop.config import Oidc, load_config
from offerloop.message import Message
from offerloop.store import begin_session, person_named
from offerloop.web.auth import address_of, give_session
from offerloop.web.limits import Buckets
from offerloop.web.oidc import Attempt, Providers, email_of, sign_in_address
from offerloop.web.problems import HttpProblem, documented
from offerloop.web.worker import Worker

router = APIRouter(prefix="/v1/session/oidc", tags=["access"])
COOKIE = "offerloop_oidc"
PATH = "/v1/session/oidc"
ATTEMPT_SECONDS = 600
"""How long a person may take to sign in with the provider."""
AFTERWARDS = "/"
"""Where a person goes who has signed in."""
_PROVIDERS = Providers()
_ATTEMPTS = Buckets(per_second=0.5, size=20)
"""Attempts to sign in, by address."""
_PROBLEMS = ("not_found", "not_signed_in", "provider_away", "store_away", "misconfigured")
_REDIRECTS: dict[int | str, dict[str, Any]] = {303: {"description": "Go to the provider, or back to the service."}}


@router.get("", status_code=303, response_class=Response, responses=documented(*_PROBLEMS) | _REDIRECTS)
def begin(request: Request) -> Response:
    """Send a person to the provider, where they sign in."""
    worker: Worker = request.app.state.worker
    settings, attempt = _settings(request), Attempt.new()
    address = sign_in_address(settings, _PROVIDERS.described(settings.issuer), attempt)
    answer = Response(status_code=303, headers={"location": address})
    answer.set_cookie(
        COOKIE, attempt.secret, ATTEMPT_SECONDS, path=PATH, secure=worker.settings.secure_cookies, httponly=True,
        samesite="lax",
    )  # fmt: skip
    return answer


@router.get("/callback", status_code=303, response_class=Response, responses=documented(*_PROBLEMS) | _REDIRECTS)
def come_back(
    request: Request,
    code: Annotated[str, Query(max_length=2_000)] = "",
    state: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """Sign a person in whom the provider sends back, and who was invited by their e-mail address as their name."""
    worker: Worker = request.app.state.worker
    settings, attempt = _settings(request), Attempt(request.cookies.get(COOKIE, ""))
    if not attempt.secret or not code or not hmac.compare_digest(state.encode(), attempt.state.encode()):
        raise HttpProblem("not_signed_in", Message("the provider's answer is not for this attempt to sign in"))
    email = email_of(settings, _PROVIDERS.described(settings.issuer), attempt, code)
    person = worker.database.read(lambda one: person_named(one, email) or person_named(one, email.lower()))
    if person is None:
        raise HttpProblem("not_signed_in", Message("nobody was invited by this e-mail address"))
    secret = worker.database.change(lambda one: begin_session(one, person.person_id))
    answer = Response(status_code=303, headers={"location": AFTERWARDS})
    answer.delete_cookie(COOKIE, path=PATH)
    give_session(answer, secret, worker.settings)
    return answer


def _settings(request: Request) -> Oidc:
    """Return the settings. Raises HttpProblem without a provider, and for one attempt too many."""
    worker: Worker = request.app.state.worker
    settings = load_config(worker.settings.shop).serve.oidc
    if settings is None:
        raise HttpProblem("not_found", Message("[serve.oidc] names no provider"))
    if not _ATTEMPTS.take(address_of(request)):
        raise HttpProblem("too_many_requests")
    return settings
