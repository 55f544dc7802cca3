"""Sign-in by OpenID Connect: the authorisation code flow with PKCE (RFC 7636), a state and a nonce.

Nothing is kept on the server between the two requests: a random secret lies in a cookie, and state, nonce and verifier
are hashes of it. The ID token comes straight from the provider's token endpoint over TLS, which stands for a check of
its signature (OpenID Connect Core 1.0, section 3.1.3.7, point 6); issuer, audience, time and nonce are checked here.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import logging
import os
import secrets
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

from offerloop.config import Oidc
from offerloop.message import Message
from offerloop.web.problems import HttpProblem

_LOG = logging.getLogger(__name__)
SECONDS = 10.0
"""How long the provider may take."""
KEPT_SECONDS = 3_600.0
"""How long the provider's description of itself is used."""
LEEWAY = 60
"""Seconds by which the clocks of both sides may differ."""
_NEEDED = ("issuer", "authorization_endpoint", "token_endpoint")


@dataclass(frozen=True)
class Attempt:
    """One attempt to sign in, known by the secret in a cookie."""

    secret: str

    @classmethod
    def new(cls) -> Attempt:
        """Begin an attempt."""
        return cls(secrets.token_urlsafe(32))

    def _derived(self, name: str) -> str:
        digest = hmac.new(self.secret.encode("utf-8", "replace"), name.encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()

    @property
    def state(self) -> str:
        """What the provider gives back, so that nobody else's answer is taken."""
        return self._derived("state")

    @property
    def nonce(self) -> str:
        """What the ID token must hold, so that no other one is taken."""
        return self._derived("nonce")

    @property
    def verifier(self) -> str:
        """What proves to the provider that the code was asked for here."""
        return self._derived("verifier")

    @property
    def challenge(self) -> str:
        """The hash of the verifier."""
        digest = hashlib.sha256(self.verifier.encode()).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


@dataclass
class Providers:
    """What providers say of themselves, kept for a while."""

    _known: dict[str, tuple[float, dict[str, Any]]] = field(default_factory=dict)

    def described(self, issuer: str) -> dict[str, Any]:
        """Return the discovery document. Raises HttpProblem where it cannot be had or is another's."""
        at, document = self._known.get(issuer, (0.0, {}))
        if document and time.monotonic() - at < KEPT_SECONDS:
            return document
        document = _answered("GET", f"{issuer}/.well-known/openid-configuration")
        complete = all(isinstance(document.get(name), str) for name in _NEEDED)
        if not complete or document["issuer"].rstrip("/") != issuer:
            raise HttpProblem("provider_away", Message("the provider describes itself as another one"))
        for name in _NEEDED[1:]:
            _check_encrypted(document[name], issuer)
        self._known[issuer] = time.monotonic(), document
        return document


def _check_encrypted(address: str, issuer: str) -> None:
    """Raise HttpProblem for an endpoint less protected than the provider."""
    if urlsplit(address).scheme not in ("https", urlsplit(issuer).scheme):
        raise HttpProblem("provider_away", Message("the provider names an address without encryption"))


def redirect_of(settings: Oidc) -> str:
    """Return the address to which the provider sends people back."""
    return f"{settings.address}/v1/session/oidc/callback"


def sign_in_address(settings: Oidc, provider: dict[str, Any], attempt: Attempt) -> str:
    """Return the provider's page on which a person signs in."""
    query = {
        "response_type": "code", "client_id": settings.client_id, "redirect_uri": redirect_of(settings),
        "scope": "openid email", "state": attempt.state, "nonce": attempt.nonce,
        "code_challenge": attempt.challenge, "code_challenge_method": "S256",
    }  # fmt: skip
    address = str(provider["authorization_endpoint"])
    return f"{address}{'&' if urlsplit(address).query else '?'}{urlencode(query)}"


def email_of(settings: Oidc, provider: dict[str, Any], attempt: Attempt, code: str) -> str:
    """Return the verified address of who signed in. Raises HttpProblem where the provider does not vouch for it."""
    secret = os.environ.get(settings.client_secret_env, "").strip()
    if not secret:
        _LOG.error(
            "the environment variable '%s', which [serve.oidc] names, holds no secret", settings.client_secret_env
        )
        raise HttpProblem("provider_away")
    answer = _answered(
        "POST", provider["token_endpoint"], auth=(settings.client_id, secret),
        data={"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_of(settings),
              "code_verifier": attempt.verifier},
    )  # fmt: skip
    claims = _claims(answer.get("id_token"))
    _check_claims(claims, settings, attempt)
    email = claims.get("email")
    if not isinstance(email, str) or claims.get("email_verified") is not True:
        raise HttpProblem("not_signed_in", Message("the provider has not verified the e-mail address"))
    return email


def _check_claims(claims: dict[str, Any], settings: Oidc, attempt: Attempt) -> None:
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    expires_at = claims.get("exp")
    sound = (
        str(claims.get("iss", "")).rstrip("/") == settings.issuer
        and audiences == [settings.client_id]
        and claims.get("azp", settings.client_id) == settings.client_id
        and isinstance(expires_at, int | float)
        and expires_at > time.time() - LEEWAY
        and hmac.compare_digest(str(claims.get("nonce", "")).encode(), attempt.nonce.encode())
    )
    if not sound:
        raise HttpProblem("not_signed_in", Message("the provider's answer is not for this attempt to sign in"))


def _claims(token: object) -> dict[str, Any]:
    """Return what an ID token says."""
    parts = token.split(".") if isinstance(token, str) else []
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (IndexError, ValueError):
        claims = None
    if len(parts) != 3 or not isinstance(claims, dict):
        raise HttpProblem("not_signed_in", Message("the provider's answer is not for this attempt to sign in"))
    return claims


def _answered(method: str, address: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - arguments of httpx
    """Return an answer of the provider. Raises HttpProblem where there is none, and where it refuses."""
    import httpx

    try:
        answer = httpx.request(method, address, timeout=SECONDS, follow_redirects=False, **more)
        document = answer.json()
    except (httpx.HTTPError, ValueError):
        raise HttpProblem("provider_away") from None
    if answer.status_code >= 500 or not isinstance(document, dict):
        raise HttpProblem("provider_away")
    if answer.status_code != 200:
        raise HttpProblem("not_signed_in", Message("the provider refuses this attempt to sign in"))
    return document
