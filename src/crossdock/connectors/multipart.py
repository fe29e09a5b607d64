"""Bodies as forms with files, as RFC 7578 writes them."""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any

from crossdock.kernel.errors import UnprocessableError

_TYPE = re.compile(r"[a-z]+/[a-z0-9.+-]{1,60}")
_UNSAFE = re.compile(r"[^A-Za-z0-9 ._()-]")


def form(body: Mapping[str, Any]) -> tuple[bytes, str]:
    """Return a form's bytes and its content type; raise UnprocessableError where a file is not base64.

    An object with ``content`` is a file: ``{name, type, content}``, its content in base64.
    """
    parts = list(_parts(body))
    # What is in the form chooses the boundary, so that the same inputs make the same request and never hold it.
    boundary = f"crossdock-{sha256(b''.join(head + content for head, content in parts)).hexdigest()}"
    line = f"--{boundary}".encode()
    written = b"".join(b"\r\n".join((line, head, b"", content, b"")) for head, content in parts)
    return written + line + b"--\r\n", f"multipart/form-data; boundary={boundary}"


def _parts(body: Mapping[str, Any]) -> Iterator[tuple[bytes, bytes]]:
    """Give the head and the content of each part."""
    for name, value in body.items():
        if isinstance(value, Mapping):
            yield _file_head(name, value), _decoded(name, value)
        elif value is not None:
            shown = str(value).lower() if isinstance(value, bool) else str(value)
            yield f'Content-Disposition: form-data; name="{name}"'.encode(), shown.encode()


def _file_head(name: str, value: Mapping[str, Any]) -> bytes:
    kind = str(value.get("type", ""))
    shown = _UNSAFE.sub("_", str(value.get("name") or name))
    disposition = f'Content-Disposition: form-data; name="{name}"; filename="{shown}"'
    return f"{disposition}\r\nContent-Type: {kind if _TYPE.fullmatch(kind) else 'application/octet-stream'}".encode()


def _decoded(name: str, value: Mapping[str, Any]) -> bytes:
    try:
        return b64decode(str(value.get("content", "")), validate=True)
    except (Error, ValueError):
        message = "is not base64"
        raise UnprocessableError(
            f"The file body.{name} {message}.",
            remedy="Send the file's bytes in base64 as its content.",
            detail={"errors": [{"field": f"body.{name}.content", "message": message}]},
        ) from None
