"""Causes of failure that lie in the way of linking itself, whatever the provider."""

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
            "test_interrupted",
            "The test was cut off.",
            "Crossdock stopped while it was testing. What you pasted is still here, sealed.",
            "Run the test again.",
            "Test again",
            "retest",
        ),
        _cause(
            "oauth_denied",
            "You said no at the provider.",
            "The provider told us that access was not allowed. Nothing was linked.",
            "Start again and choose Allow, or close this page.",
            "Start again",
            "back",
        ),
        _cause(
            "oauth_error",
            "The provider could not finish the sign-in.",
            "It sent an error in place of a code. Nothing was linked.",
            "Start again. If it stays, ask the person who set up this app at the provider.",
            "Start again",
            "back",
        ),
        _cause(
            "oauth_code",
            "The sign-in could not be completed.",
            "The provider does not take the code that came back: it was used, is too old, or is of another sign-in.",
            "Start again, and finish in the same window.",
            "Start again",
            "back",
        ),
        _cause(
            "oauth_mixed_up",
            "The answer came from someone else.",
            "The sign-in was answered by another service than the one you started with. We did not use it.",
            "Start again in a fresh window.",
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
