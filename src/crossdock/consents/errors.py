"""How an app's request is refused: in OAuth's words for the app, in ours for people."""

from __future__ import annotations

from typing import Literal

from crossdock.kernel.errors import InvalidRequestError

OAuthError = Literal[
    "invalid_request",
    "invalid_client",
    "invalid_grant",
    "invalid_scope",
    "invalid_target",
    "unauthorized_client",
    "unsupported_grant_type",
    "unsupported_response_type",
    "invalid_redirect_uri",
    "invalid_client_metadata",
    "access_denied",
]
"""The errors of RFC 6749, 4.1.2.1 and 5.2, RFC 7591, 3.2.2, and RFC 8707, 2."""


class AppRefusedError(InvalidRequestError):
    """An app asks for something that it cannot have; ``oauth`` is the word that its protocol has for it."""

    code, title = "app_refused", "The app's request cannot be granted"

    def __init__(self, message: str, *, remedy: str, oauth: OAuthError) -> None:
        status = 401 if oauth == "invalid_client" else 400
        super().__init__(message, remedy=remedy, status=status, detail={"error": oauth})
        self.oauth: OAuthError = oauth
