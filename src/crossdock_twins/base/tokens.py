"""Random texts and their fingerprints."""

import base64
import hashlib
import secrets


def random_id() -> str:
    """Make 32 hexadecimal digits."""
    return secrets.token_hex(16)


def random_token(*, prefix: str = "", octets: int = 32) -> str:
    """Make a base64 text of `octets` random bytes (32 give 44 characters, which may hold `+ / =`) behind a prefix."""
    return prefix + base64.b64encode(secrets.token_bytes(octets)).decode()


def urlsafe_token(*, prefix: str = "", octets: int = 32) -> str:
    """Make a text of `octets` random bytes in URL-safe base64 without padding, behind a prefix."""
    return prefix + secrets.token_urlsafe(octets)


def digest(text: str) -> str:
    """Hash a secret so that it can be looked up without being kept: SHA-256 in 64 hexadecimal digits."""
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()


def fingerprint(text: str) -> str:
    """Shorten a secret to 8 hexadecimal digits that are the same each time, to tell two apart."""
    return digest(text)[:8]
