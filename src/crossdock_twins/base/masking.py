"""Secrets made unreadable, yet distinguishable: the first characters and a fingerprint."""

import json
import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qsl

from crossdock_twins.base.tokens import fingerprint

_SECRET_KEYS = frozenset(
    {
        "token",
        "access_token",
        "refresh_token",
        "id_token",
        "password",
        "client_secret",
        "code",
        "code_verifier",
        "secret",
        "csrf",
    }
)
_SECRET_HEADERS = frozenset({"cookie", "set-cookie", "x-api-key", "proxy-authorization"})
_KNOWN_FORMS = re.compile(
    r"(?:prod|sand)_[A-Za-z0-9+/=_-]{8,}|webh_[0-9a-f]{8,}|eyJ[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]+){0,4}"
)
_SHOWN_FROM = 16


def mask(secret: str) -> str:
    """Give the first five characters, an ellipsis and a stable fingerprint; of short secrets only the latter two."""
    shown = secret[:5] if len(secret) >= _SHOWN_FROM else ""
    return f"{shown}…{fingerprint(secret)}"


def mask_text(text: str) -> str:
    """Mask whatever in a text has the form of a known token."""
    return _KNOWN_FORMS.sub(lambda found: mask(found.group()), text)


def mask_headers(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """Give headers by lower-case name; of Authorization the scheme stays readable."""
    shown: dict[str, str] = {}
    for raw_name, raw_value in headers:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        if name == "authorization":
            scheme, blank, credential = value.partition(" ")
            value = f"{scheme} {mask(credential)}" if blank else mask(value)
        elif name in _SECRET_HEADERS:
            value = mask(value)
        else:
            value = mask_text(value)
        shown[name] = f"{shown[name]}, {value}" if name in shown else value
    return shown


def mask_query(query: str) -> str:
    """Mask secret members of a query or form; one without secrets comes back as it was."""
    pairs = parse_qsl(query, keep_blank_values=True)
    shown = [(name, _mask_member(name, value)) for name, value in pairs]
    return query if shown == pairs else "&".join(f"{name}={value}" for name, value in shown)


def mask_body(body: bytes, *, content_type: str) -> str:
    """Give a request's body as text with its secrets masked, whether JSON, form or anything else."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return f"({len(body)} bytes that are not text)"
    if "x-www-form-urlencoded" in content_type:
        return mask_query(text)
    try:
        shown = json.dumps(_mask_json(json.loads(text)), ensure_ascii=False) if text else ""
        return mask_text(shown.encode(errors="replace").decode())
    except (ValueError, RecursionError):
        return mask_text(text)


def _mask_member(name: str, value: Any) -> Any:
    if name.lower() in _SECRET_KEYS and isinstance(value, str) and value:
        return mask(value)
    return mask_text(value) if isinstance(value, str) else _mask_json(value)


def _mask_json(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _mask_member(name, member) for name, member in value.items()}
    if isinstance(value, list):
        return [_mask_json(member) for member in value]
    return value
