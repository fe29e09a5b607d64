"""An app's authorization request, taken apart and judged before a person sees it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final
from urllib.parse import urlsplit

from crossdock.consents import redirects
from crossdock.consents.errors import AppRefusedError
from crossdock.consents.model import EFFECTS, Ask, Client

MEMBERS: Final = (
    "response_type",
    "client_id",
    "redirect_uri",
    "code_challenge",
    "code_challenge_method",
    "resource",
    "scope",
    "state",
    "unnamed",
)
"""What an authorization request may say; anything else is left out, as RFC 6749, 3.1, has it."""
UNNAMED: Final = ("unnamed", "yes")
"""Our own member, of a request without a `resource` that came to an address where older apps ask."""
_LONGEST: Final = 2000
_CHALLENGE: Final = re.compile(r"[A-Za-z0-9_-]{43}")


def members(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return the known members of a request; raise AppRefusedError for one that comes twice, or is overlong."""
    found: dict[str, str] = {}
    for name, value in pairs:
        if name not in MEMBERS or not value:
            continue
        if found.get(name, value) != value or len(value) > _LONGEST:
            raise _wrong(f"`{name}` comes twice, or is too long.")
        found[name] = value
    return found


def redirect_uri(asked: Mapping[str, str], *, client: Client) -> str:
    """Return where the answer goes; raise AppRefusedError unless it is an address that the app named before.

    Until this is known nothing is sent anywhere: the person alone is told what is wrong.
    """
    named = asked.get("redirect_uri", client.redirect_uris[0] if len(client.redirect_uris) == 1 else "")
    if not redirects.is_one_of(named, known=client.redirect_uris):
        raise AppRefusedError(
            "The app wants its answer sent to an address that it has not named before.",
            remedy="Do not go on. Remove the connection in the app and add it again.",
            oauth="invalid_request",
        )
    return named


def read(asked: Mapping[str, str], *, client: Client, audience: str) -> Ask:
    """Return the request, checked; raise AppRefusedError naming in OAuth's words what cannot be.

    Only the code flow, only PKCE with S256, and only for our own address (RFC 8707). Which address that is, only an
    older app leaves out.
    """
    if asked.get("response_type") != "code":
        raise AppRefusedError(
            "`response_type` is not `code`.",
            remedy="Use the authorization code flow.",
            oauth="unsupported_response_type",
        )
    challenge = asked.get("code_challenge", "")
    if asked.get("code_challenge_method") != "S256" or not _CHALLENGE.fullmatch(challenge):
        raise _wrong("There is no PKCE challenge of the method S256.")
    is_unnamed = "resource" not in asked and UNNAMED in asked.items()
    if not is_unnamed and not is_audience(asked.get("resource", ""), audience=audience):
        raise no_audience(audience)
    return Ask(
        client=client,
        redirect_uri=redirect_uri(asked, client=client),
        challenge=challenge,
        resource=audience,
        effects=effects(asked.get("scope")),
        state=asked.get("state"),
        is_unnamed=is_unnamed,
    )


def effects(scope: str | None) -> frozenset[str]:
    """Return the effects that a scope asks for, all of them where it names none; raise AppRefusedError for others.

    ``offline_access`` is understood and changes nothing: whether there are refresh tokens says the app's registration.
    """
    asked = set((scope or "").split()) - {"offline_access"}
    if not asked:
        return frozenset(EFFECTS)
    known = asked & set(EFFECTS)
    if not known:
        raise AppRefusedError(
            "None of the scopes that the app asks for is known.",
            remedy=f"Ask for {', '.join(EFFECTS)}, or for none.",
            oauth="invalid_scope",
        )
    return frozenset(known)


def is_audience(resource: str, *, audience: str) -> bool:
    """Tell whether a resource indicator means our own address: scheme and host in any case, the query left aside."""
    try:
        given, ours = urlsplit(resource), urlsplit(audience)
    except ValueError:
        return False
    same = (given.scheme.lower(), given.netloc.lower()) == (ours.scheme, ours.netloc.lower())
    return same and given.path.rstrip("/") == ours.path and not given.fragment


def no_audience(audience: str) -> AppRefusedError:
    """Return the error of a request for tokens of somewhere else, or of nowhere."""
    return AppRefusedError(
        "The request does not name this server as its `resource`.",
        remedy=f"Send resource={audience}, as the protected resource metadata has it.",
        oauth="invalid_target",
    )


def _wrong(message: str) -> AppRefusedError:
    return AppRefusedError(
        message, remedy="Tell the people who make the app; its request is wrong.", oauth="invalid_request"
    )
