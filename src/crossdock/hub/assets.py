"""Style sheet, scripts and pictures: read once at start, served from memory under names that carry their digest."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

FOLDER = Path(__file__).parent / "static"
_TYPES = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml"}
_FOREVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class Asset:
    """One file: its bytes, packed where that helps, its type and the digest that names this version."""

    body: bytes
    packed: bytes | None
    media_type: str
    version: str


@dataclass(frozen=True, slots=True)
class Assets:
    """All files below one folder by their path."""

    files: Mapping[str, Asset]

    @classmethod
    def load(cls, folder: Path = FOLDER) -> Assets:
        """Read the folder; a change of a file needs a restart."""
        paths = sorted(path for path in folder.rglob("*") if path.is_file())
        return cls({path.relative_to(folder).as_posix(): _read(path) for path in paths})

    def url(self, name: str) -> str:
        """Return the address of a file, with its version; KeyError where there is none."""
        return f"/static/{name}?v={self.files[name].version}"

    def picture(self, name: str) -> str | None:
        """Return the address of a picture that may not have been made yet."""
        return self.url(name) if name in self.files else None

    def routes(self) -> list[Route]:
        """Give the one route that serves the files."""
        return [Route("/static/{name:path}", self.serve, methods=["GET"])]

    async def serve(self, request: Request) -> Response:
        """Answer with the file that the address names."""
        return self.answer(request.path_params["name"], request)

    def answer(self, name: str, request: Request) -> Response:
        """Answer with a file, for good where its version was named."""
        asset = self.files.get(name)
        if asset is None:
            return Response(status_code=404, headers={"X-Content-Type-Options": "nosniff"})
        current = request.query_params.get("v") == asset.version
        headers = {
            "Cache-Control": _FOREVER if current else "no-cache",
            "Content-Security-Policy": "default-src 'none'",
            "X-Content-Type-Options": "nosniff",
            "ETag": f'"{asset.version}"',
            "Vary": "Accept-Encoding",
        }
        if request.headers.get("if-none-match") == headers["ETag"]:
            return Response(status_code=304, headers=headers)
        if asset.packed is not None and "gzip" in request.headers.get("accept-encoding", ""):
            return Response(asset.packed, media_type=asset.media_type, headers=headers | {"Content-Encoding": "gzip"})
        return Response(asset.body, media_type=asset.media_type, headers=headers)


def _read(path: Path) -> Asset:
    body = path.read_bytes()
    guessed = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    media_type = _TYPES.get(path.suffix, guessed)
    packed = gzip.compress(body, 9, mtime=0) if path.suffix in _TYPES else None
    return Asset(body, packed, media_type, hashlib.sha256(body).hexdigest()[:12])
