"""What stands before Easyship's own code: Cloudflare, which turns some clients away unseen, and CORS."""

import re
from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

_BANNED = re.compile(r"\s*\Z|python-urllib/", re.IGNORECASE)
_TITLE = "Error 1010: Access denied"
_REASON = "The owner of this website has banned your access based on your browser's signature."
_HEADERS = {"Server": "cloudflare", "Cache-Control": "private, max-age=0, no-store, no-cache, must-revalidate"}
_PAGE = f"""<!DOCTYPE html>
<html lang="en-US"><head><title>Access denied</title></head>
<body><h1>{_TITLE}</h1><p>{_REASON}</p></body></html>
"""
_PREFLIGHT = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, POST, PATCH, PUT, DELETE, OPTIONS",
    "Access-Control-Expose-Headers": "x-request-id",
    "Access-Control-Max-Age": "7200",
}


def turned_away(request: Request) -> Response | None:
    """Answer for Cloudflare where it lets nothing through: a client without a name, or Python's urllib."""
    if _BANNED.match(request.headers.get("user-agent", "")):
        return _banned(request)
    if request.method == "OPTIONS" and "access-control-request-method" in request.headers:
        asked = request.headers.get("access-control-request-headers", "")
        return Response(status_code=200, headers={**_PREFLIGHT, "Access-Control-Allow-Headers": asked})
    return None


def _banned(request: Request) -> Response:
    if "application/json" not in request.headers.get("accept", ""):
        return HTMLResponse(_PAGE, status_code=403, headers=_HEADERS)
    body: Mapping[str, object] = {
        "type": "about:blank",
        "title": _TITLE,
        "status": 403,
        "detail": _REASON,
        "error_code": 1010,
        "error_name": "browser_signature_banned",
        "retryable": False,
    }
    return JSONResponse(body, status_code=403, headers=_HEADERS)
