"""Causes of failure that no connector can define: they lie between two accounts, or nothing is known."""

from __future__ import annotations

from crossdock.connectors.model import ButtonKind, Cause, Connector


def _cause(key: str, title: str, explanation: str, remedy: str, button: str, kind: ButtonKind) -> Cause:
    return Cause(
        key=key,
        title=title,
        explanation=explanation,
        remedy=remedy,
        button=button,
        button_kind=kind,
        button_step=None,
        button_link=None,
        disposition="fix_request",
        verdict=None,
        status=400,
        when=(),
        if_fresh=None,
    )


GENERAL: dict[str, Cause] = {
    cause.key: cause
    for cause in (
        _cause(
            "oauth_code",
            "The sign-in could not be completed.",
            "The provider does not take the code that came back: it was used, is too old, or is of another sign-in.",
            "Start again, and finish in the same window.",
            "Start again",
            "back",
        ),
        _cause(
            "identity_differs",
            "This opens another account at the provider.",
            "The account that you link again belongs to somebody else there. Nothing was changed.",
            "Use a credential of the same account, or link this one as a new account.",
            "Go back",
            "back",
        ),
        _cause(
            "unexplained",
            "The provider refused, and did not say why.",
            "Its answer fits none of the reasons that we know.",
            "Check the token at the provider and test again.",
            "Test again",
            "retest",
        ),
    )
}


def cause_of(*, connector: Connector | None, key: str | None) -> Cause:
    """Return the cause of a failure: the connector's own words where it has them."""
    if connector is not None and key is not None and key in connector.causes:
        return connector.causes[key]
    return GENERAL.get(key or "unexplained", GENERAL["unexplained"])
