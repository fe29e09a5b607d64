"""Signing in: limits on guessing, sessions that end by idling and by age, and a CSRF token for each session.

Guesses are counted in the database, so that the limits hold over all replicas; e-mails stand there as digests only,
since people type passwords into the wrong field.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from crossdock.audit import events
from crossdock.audit.trail import Trail
from crossdock.db.pool import Database, Row
from crossdock.kernel.clock import Clock
from crossdock.kernel.errors import ForbiddenError, RateLimitedError, UnauthenticatedError
from crossdock.kernel.ids import Ids, digest
from crossdock.kernel.secret import Secret
from crossdock.projects import store
from crossdock.projects.model import SignIn
from crossdock.projects.passwords import Passwords

IDLE: Final = timedelta(hours=12)
AGE: Final = timedelta(days=7)
WINDOW: Final = timedelta(minutes=15)
PER_EMAIL: Final = 10
PER_ADDRESS: Final = 50
_TOUCH: Final = timedelta(minutes=1)


def normal_email(email: str) -> str:
    """Return the e-mail as it is kept: without blanks around it, in small letters."""
    return email.strip().casefold()


def csrf_token(token: str) -> Secret:
    """Return the CSRF token of a session: any page can work it out from the cookie, no other site can."""
    mac = hmac.digest(token.encode(), b"crossdock csrf 1", hashlib.sha256)
    return Secret(urlsafe_b64encode(mac).decode().rstrip("="))


def check_csrf(*, token: str, csrf: str) -> None:
    """Raise ForbiddenError unless this is the CSRF token of the session."""
    if not hmac.compare_digest(csrf_token(token).reveal().encode(), csrf.encode()):
        raise ForbiddenError(
            "The form does not belong to this session.",
            remedy="Load the page again and repeat what you did.",
            code="csrf",
        )


@dataclass(frozen=True, slots=True)
class Doorkeeper:
    """Lets people in and out."""

    db: Database
    clock: Clock
    ids: Ids
    trail: Trail
    passwords: Passwords

    async def sign_in(
        self, *, email: str, password: Secret, address: str, replaces: str | None = None
    ) -> tuple[SignIn, Secret, Secret]:
        """Return the session, its token and its CSRF token; ``replaces`` is the token held so far, which ends.

        Raise UnauthenticatedError where e-mail or password is wrong, RateLimitedError after too many guesses.
        """
        at = self.clock.now()
        row = await self.prove(email=email, password=password, address=address, at=at)
        outdated = self.passwords.outdated(row["password_hash"])
        renewed = await self.passwords.hash(password) if outdated else None
        return await self._admit(row, address=address, at=at, replaces=replaces, renewed=renewed)

    async def prove(self, *, email: str, password: Secret, address: str, at: datetime) -> Row:
        """Return the person's row where the password is theirs, counting the guess; raise as :meth:`sign_in` does."""
        email = normal_email(email)
        await self._count(email, address, at)
        async with self.db.connection() as conn:
            row = await store.find_membership(conn, email=email)
        if not await self.passwords.verify(password, row["password_hash"] if row else None) or row is None:
            await self._refuse(row)
            raise UnauthenticatedError(
                "The e-mail or the password is wrong.",
                remedy="Check both, or ask whoever runs this hub for a new password: crossdock people password.",
            )
        return row

    async def authenticate(self, *, token: str) -> SignIn:
        """Return the session of a token; raise UnauthenticatedError where it is unknown, too old or idle too long."""
        now = self.clock.now()
        async with self.db.connection() as conn:
            row = await store.find_sign_in(conn, token_hash=digest(token), at=now, seen_since=now - IDLE)
            if row is None:
                raise UnauthenticatedError("Nobody is signed in here.", remedy="Sign in.", code="signed_out")
            if row["seen_at"] < now - _TOUCH:
                await store.touch_sign_in(conn, token_hash=digest(token), at=now)
        return SignIn(person=store.person_of(row), project_id=row["project_id"], expires_at=row["expires_at"])

    async def sign_out(self, *, token: str) -> None:
        """End the session of a token, if there is one."""
        async with self.db.transaction() as conn:
            ended = await store.delete_sign_in(conn, token_hash=digest(token))
            if ended is not None:
                project_id, person_id = ended
                await self.trail.record(
                    conn,
                    project_id=project_id,
                    actor=f"person:{person_id}",
                    event=events.SIGN_IN_ENDED,
                    subject=person_id,
                    detail={},
                )

    async def sweep(self) -> None:
        """Delete ended sessions and old guesses; for a job that runs now and then."""
        now = self.clock.now()
        async with self.db.connection() as conn:
            await store.sweep(conn, ended=now, idle=now - IDLE, attempts=now - WINDOW)

    async def _count(self, email: str, address: str, at: datetime) -> None:
        limits = sorted([(_subject("email", email), PER_EMAIL), (_subject("address", address), PER_ADDRESS)])
        async with self.db.transaction() as conn:
            for subject, allowed in limits:
                await store.lock_attempts(conn, subject=subject)
                limiting = await store.limiting_attempt(conn, subject=subject, since=at - WINDOW, allowed=allowed)
                if limiting is not None:
                    raise RateLimitedError(
                        "Too many sign-ins were tried.",
                        remedy="Wait a quarter of an hour, then try again.",
                        retry_after=(limiting + WINDOW - at).total_seconds(),
                    )
            await store.insert_attempts(conn, subjects=[subject for subject, _ in limits], at=at)

    async def _refuse(self, row: Row | None) -> None:
        if row is None:
            return
        async with self.db.transaction() as conn:
            await self.trail.record(
                conn,
                project_id=row["project_id"],
                actor=f"person:{row['id']}",
                event=events.SIGN_IN_REFUSED,
                subject=row["id"],
                detail={},
            )

    async def _admit(
        self, row: Row, *, address: str, at: datetime, replaces: str | None, renewed: str | None
    ) -> tuple[SignIn, Secret, Secret]:
        person = store.person_of(row)
        token = Secret(self.ids.token("sign"))
        session = SignIn(person=person, project_id=person.project_id, expires_at=at + AGE)
        async with self.db.transaction() as conn:
            await store.delete_attempts(conn, subject=_subject("email", person.email))
            await store.delete_attempts(conn, subject=_subject("address", address), at=at)
            if replaces is not None:
                await store.delete_sign_in(conn, token_hash=digest(replaces))
            if renewed is not None:
                await store.write_password(
                    conn, project_id=person.project_id, person_id=person.id, password_hash=renewed
                )
            await store.insert_sign_in(
                conn,
                project_id=person.project_id,
                token_hash=digest(token.reveal()),
                person_id=person.id,
                at=at,
                expires_at=session.expires_at,
            )
            await self.trail.record(
                conn,
                project_id=person.project_id,
                actor=f"person:{person.id}",
                event=events.SIGN_IN_SUCCEEDED,
                subject=person.id,
                detail={},
            )
        return session, token, csrf_token(token.reveal())


def _subject(kind: str, text: str) -> bytes:
    return digest(f"sign-in {kind}: {text}")
