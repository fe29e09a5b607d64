"""The faults that a person switches on, in Easyship's words."""

from starlette.responses import HTMLResponse, PlainTextResponse, Response

from crossdock_twins.base.clock import TwinClock
from crossdock_twins.base.faults import Fault, FaultKind
from crossdock_twins.base.tokens import random_id
from crossdock_twins.easyship import errors
from crossdock_twins.easyship.ratelimit import Exceeded, Window
from crossdock_twins.easyship.replies import headers, to_json

_CODES = {
    FaultKind.UNAUTHORIZED: "invalid_token",
    FaultKind.FORBIDDEN: "forbidden",
    FaultKind.RATE_LIMITED: "too_many_requests",
}
_GATEWAY = """<!DOCTYPE html>
<html lang="en-US"><head><title>Error 522: Connection timed out</title></head>
<body><h1>Error 522</h1><p>The connection to the origin server timed out.</p></body></html>
"""


def fault_reply(fault: Fault, *, window: Window, clock: TwinClock) -> Response:
    """Answer a fault: Easyship's body, for a 500 the bare text that was recorded, for HTML Cloudflare's 522.

    Too many requests are told as those of `window` are, headers included.
    """
    if fault.kind is FaultKind.HTML:
        return HTMLResponse(_GATEWAY, status_code=fault.status or 522, headers={"Server": "cloudflare"})
    if fault.kind not in _CODES:
        return PlainTextResponse("Internal Server Error", status_code=fault.status or 500)
    code, request_id = _CODES[fault.kind], random_id()
    status = fault.status or errors.KINDS[code].status
    given, details = headers(status=status, request_id=request_id, runtime=0.0), []
    if fault.kind is FaultKind.RATE_LIMITED:
        exceeded = Exceeded(window=window, reset=window.following(clock.now()))
        given, details = given | exceeded.headers, [exceeded.sentence]
    body = to_json(errors.body(code=code, details=details, request_id=request_id)).encode()
    return Response(body, status_code=status, headers=given)
