"""What a person has to decide before a tested credential is linked, and what the decision leads to: pure."""

from __future__ import annotations

from crossdock.kernel.errors import ConflictError
from crossdock.linking.session import Attempt, ConnectSession, OnConflict


def undecided(attempt: Attempt, on_conflict: OnConflict) -> ConflictError | None:
    """Return what a person has to decide before this is linked, as an error, or None."""
    kind, detail = attempt.conflict.get("kind"), {"conflict": dict(attempt.conflict)}
    if kind == "identity_differs" and on_conflict != "accept":
        return ConflictError(
            "This credential opens another account at the provider.",
            remedy="Use a credential of the same account, or confirm that the account should change.",
            code="identity_differs",
            detail=detail,
        )
    if kind == "already_linked" and on_conflict == "refuse":
        return ConflictError(
            "This account is linked already.",
            remedy="Open it, replace its credential, or add it once more.",
            code="already_linked",
            detail=detail,
        )
    return None


def unasked(session: ConnectSession) -> OnConflict:
    """Return what is decided where an app's own page links and nobody can be asked: never another identity."""
    return "accept" if session.multiple and session.account_id is None else "replace"


def target(session: ConnectSession, attempt: Attempt, on_conflict: OnConflict) -> str | None:
    """Return the account to relink, None to make a new one."""
    if attempt.conflict.get("kind") == "already_linked" and on_conflict == "replace":
        return str(attempt.conflict["account_id"])
    return session.account_id
