"""Passwords: argon2id (RFC 9106, the low-memory profile) in a thread, two at a time at most."""

from __future__ import annotations

import asyncio
import unicodedata
from dataclasses import dataclass, field

import argon2

from crossdock.kernel.errors import UnprocessableError
from crossdock.kernel.secret import Secret

SHORTEST = 12
LONGEST = 256
# Verified where nobody has that e-mail, so that the time of the answer tells nothing: the hash of 32 random bytes.
_NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$X8JQGZhGPoKXXuceh+rqPg$Jl9C1XhtAjGruxQC9OwIEze3FtFUUOhYTW2Ju03Sls0"


@dataclass(frozen=True, slots=True)
class Passwords:
    """Hashes and verifies; each takes 64 MiB and about 0.1 s, hence the gate.

    ``nobody`` is a hash that costs as much as the hasher's own.
    """

    hasher: argon2.PasswordHasher = field(default_factory=argon2.PasswordHasher)
    nobody: str = _NOBODY
    gate: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(2))

    async def hash(self, password: Secret) -> str:
        """Return the hash; raise UnprocessableError where the password is too short or too long."""
        text = _normal(password)
        if not SHORTEST <= len(text) <= LONGEST:
            raise UnprocessableError(
                f"A password has {SHORTEST} to {LONGEST} characters.",
                remedy="Choose another: a few words in a row are long and easy to remember.",
            )
        async with self.gate:
            return await asyncio.to_thread(self.hasher.hash, text)

    async def verify(self, password: Secret, known: str | None) -> bool:
        """Tell whether the password belongs to the hash; takes as long where there is no hash at all."""
        text = _normal(password)
        if known is None or len(text) > LONGEST:
            known, text = self.nobody, ""
        async with self.gate:
            return await asyncio.to_thread(self._matches, known, text)

    def outdated(self, known: str) -> bool:
        """Tell whether the hash was made with other parameters than today's."""
        return self.hasher.check_needs_rehash(known)

    def _matches(self, known: str, text: str) -> bool:
        try:
            return self.hasher.verify(known, text)
        except argon2.exceptions.VerificationError:
            return False


def _normal(password: Secret) -> str:
    return unicodedata.normalize("NFC", password.reveal())
