"""Posted forms: read within bounds, and refused unless our own page sent them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from starlette.requests import Request

from crossdock.kernel.errors import ForbiddenError, InvalidRequestError, NotFoundError
from crossdock.projects import sign_in

_OURS = frozenset({"same-origin", "none"})


@dataclass(frozen=True, slots=True)
class Bounds:
    """How many bytes a form may have, and how many fields."""

    size: int
    fields: int


USUAL = Bounds(size=64 * 1024, fields=200)
ROOMY = Bounds(size=1024 * 1024, fields=4000)


@dataclass(frozen=True, slots=True)
class Form:
    """A form's texts by name; a name may come several times."""

    pairs: Sequence[tuple[str, str]]

    def get(self, name: str, default: str = "") -> str:
        """Return the last text sent under a name."""
        return next((value for key, value in reversed(self.pairs) if key == name), default)

    def all(self, name: str) -> tuple[str, ...]:
        """Return every text sent under a name."""
        return tuple(value for key, value in self.pairs if key == name)

    def clean(self, name: str) -> str:
        """Return a text without blanks around it."""
        return self.get(name).strip()


async def read(request: Request, *, hub_url: str, bounds: Bounds = USUAL) -> Form:
    """Read a form within bounds; raise ForbiddenError where another site's page sent it."""
    check_sender(request, hub_url=hub_url)
    if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        raise _unreadable("This is not a form of this hub.", status=415)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > bounds.size:
            raise _unreadable("The form is too large.", status=413)
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=bounds.fields, errors="strict")
    except ValueError as error:
        raise _unreadable("The form could not be read.", status=400) from error
    return Form([(name, value.replace("\x00", "")) for name, value in pairs])


def check_sender(request: Request, *, hub_url: str) -> None:
    """Raise ForbiddenError unless the browser says that a page of this hub sent the form.

    ``Sec-Fetch-Site`` and ``Origin`` are the browser's own word (Fetch Metadata; Fetch, "Origin header"); a client that
    sends neither is no browser, and the form's token alone decides.
    """
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    parts = urlsplit(hub_url)
    ours = {f"{parts.scheme}://{parts.netloc}", f"{request.url.scheme}://{request.url.netloc}"}
    if (site is not None and site not in _OURS) or (origin is not None and origin not in ours):
        raise ForbiddenError(
            "Another site's page sent this form.",
            remedy="Open the page here and repeat what you did.",
            code="csrf",
        )


def check_address(request: Request) -> None:
    """Raise NotFoundError where the address holds a NUL, which no id, name or text in the database has."""
    if any("\x00" in str(value) for value in (*request.path_params.values(), *request.query_params.values())):
        raise NotFoundError("There is no page at this address.", remedy="Check the address.")


def check_token(form: Form, *, token: str) -> None:
    """Raise ForbiddenError unless the form carries the token of this very session."""
    sign_in.check_csrf(token=token, csrf=form.get("csrf"))


def token_for(token: str) -> str:
    """Return the form token of a session."""
    return sign_in.csrf_token(token).reveal()


def _unreadable(message: str, *, status: int) -> InvalidRequestError:
    return InvalidRequestError(message, remedy="Load the page again and send less text.", status=status)
