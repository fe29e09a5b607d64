"""What an app says of itself, in a registration (RFC 7591) or in a document of its own: read within bounds. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from crossdock.consents import redirects
from crossdock.consents.errors import AppRefusedError
from crossdock.consents.model import AuthMethod, Kind
from crossdock.kernel.words import plain

_LONGEST_NAME: Final = 80
_MOST_ADDRESSES: Final = 10
_METHODS: Final[Mapping[str, AuthMethod]] = {
    "none": "none",
    "client_secret_basic": "client_secret_basic",
    "client_secret_post": "client_secret_post",
}
_GRANTS: Final = ("authorization_code", "refresh_token")


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """An app's own words, checked; ``refreshes`` says whether it wants to go on without asking the person again."""

    name: str
    redirect_uris: tuple[str, ...]
    auth_method: AuthMethod
    refreshes: bool


def read(given: Mapping[str, Any], *, kind: Kind) -> Described:
    """Return what an app says of itself; raise AppRefusedError for what it cannot be or have.

    Nobody shares a secret with an app that is known by a document, so such an app names no way to prove itself.
    """
    addresses = _texts(given, "redirect_uris")
    if not 1 <= len(addresses) <= _MOST_ADDRESSES or not all(redirects.is_allowed(one) for one in addresses):
        raise AppRefusedError(
            "The redirect URIs are not acceptable.",
            remedy="Name one to ten: https addresses, or http ones on 127.0.0.1, [::1] or localhost, without fragment.",
            oauth="invalid_redirect_uri",
        )
    if "code" not in _texts(given, "response_types", ("code",)):
        raise _wrong("response_types", "Name `code`, or leave it out.")
    grants = _texts(given, "grant_types", _GRANTS)
    if "authorization_code" not in grants:
        raise _wrong("grant_types", "Name `authorization_code`, or leave it out.")
    name = given.get("client_name")
    if not isinstance(name, str | None) or (kind == "document" and not name):
        raise _wrong("client_name", "Give the app's name as a text.")
    return Described(
        name=plain(name or "", longest=_LONGEST_NAME) or redirects.host_of(addresses[0]),
        redirect_uris=addresses,
        auth_method=_method(given, kind),
        refreshes="refresh_token" in grants,
    )


def _method(given: Mapping[str, Any], kind: Kind) -> AuthMethod:
    # RFC 7591, 2: whoever registers and names no way means Basic.
    usual = "none" if kind == "document" else "client_secret_basic"
    named = given.get("token_endpoint_auth_method") or usual
    method = _METHODS.get(named) if isinstance(named, str) else None
    if method is None or (kind == "document" and method != "none"):
        raise _wrong("token_endpoint_auth_method", "Use `none`; registered apps may also use a client secret.")
    return method


def _texts(given: Mapping[str, Any], name: str, usual: tuple[str, ...] = ()) -> tuple[str, ...]:
    value = given.get(name)
    if value is None:
        return usual
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise _wrong(name, "Send a list of texts.")
    return tuple(value)


def _wrong(name: str, remedy: str) -> AppRefusedError:
    return AppRefusedError(f"`{name}` is not acceptable.", remedy=remedy, oauth="invalid_client_metadata")
