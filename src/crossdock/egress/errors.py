"""How an exchange can fail before there is a reply."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal

from crossdock.kernel.errors import ProviderFailedError

Kind = Literal[
    "refused", "dns", "tls", "connect_timeout", "read_timeout", "cut_off", "too_large", "blocked", "bad_reply"
]

_AGAIN: Final = "Try again in a few minutes. If it stays so, look at the provider's status page."
_TEXTS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "refused": ("{host} does not take connections.", _AGAIN),
        "dns": ("The name {host} leads nowhere.", "Check that this server can resolve names, then try again."),
        "tls": (
            "The secure connection to {host} cannot be trusted.",
            "Check this server's clock and certificates; otherwise the other side has to mend its certificate.",
        ),
        "connect_timeout": ("{host} does not answer.", _AGAIN),
        "read_timeout": ("{host} took too long to answer.", _AGAIN),
        "cut_off": ("{host} broke the connection off.", _AGAIN),
        "too_large": ("The answer of {host} is larger than 10 MiB.", "Ask for less at once, in smaller pages."),
        "blocked": (
            "Crossdock does not send this request: {reason}.",
            "Use a public https address that the connector names; the operator may allow a private origin.",
        ),
        "bad_reply": ("The answer of {host} cannot be read.", _AGAIN),
    }
)


class TransportError(ProviderFailedError):
    """No reply: ``kind`` says how it failed, ``sent`` whether the request may have reached the other side."""

    code = "transport_failed"
    title = "The provider could not be reached"

    def __init__(self, kind: Kind, *, sent: bool, host: str, reason: str = "") -> None:
        message, remedy = _TEXTS[kind]
        super().__init__(message.format(host=host, reason=reason), remedy=remedy, detail={"kind": kind, "host": host})
        self.kind: Kind = kind
        self.sent = sent
