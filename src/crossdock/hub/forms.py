"""Posted forms: read within bounds, and refused unless our own page sent them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.exceptions import HTTPException
from starlette.requests import Request

from crossdock.kernel.errors import ForbiddenError, InvalidRequestError
from crossdock.projects import sign_in

_LARGEST = 64 * 1024
_OURS = frozenset({"same-origin", "none"})


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


async def read(request: Request, *, hub_url: str) -> Form:
    """Read a form of at most 64 KiB; raise ForbiddenError where another site's page sent it."""
    check_sender(request, hub_url=hub_url)
    length = request.headers.get("content-length", "0")
    if not length.isdigit() or int(length) > _LARGEST:
        raise InvalidRequestError("The form is too large.", remedy="Send less text.", code="too_large", status=413)
    try:
        form = await request.form(max_files=0, max_fields=200, max_part_size=_LARGEST)
    except HTTPException as error:
        raise InvalidRequestError("The form could not be read.", remedy="Load the page again.") from error
    return Form([(name, value) for name, value in form.multi_items() if isinstance(value, str)])


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


def check_token(form: Form, *, token: str) -> None:
    """Raise ForbiddenError unless the form carries the token of this very session."""
    sign_in.check_csrf(token=token, csrf=form.get("csrf"))


def token_for(token: str) -> str:
    """Return the form token of a session."""
    return sign_in.csrf_token(token).reveal()
