"""What the log keeps of a page that failed."""

from __future__ import annotations

import pytest
from starlette.requests import Request

from crossdock.hub import notices
from crossdock.kernel.errors import NotFoundError, UnauthenticatedError, UnavailableError


@pytest.mark.parametrize(
    "error", [RuntimeError("no"), UnavailableError("The database is away.", remedy="Wait.", retry_after=1.0)]
)
def test_a_token_in_an_address_is_not_logged(error: Exception, capsys: pytest.CaptureFixture[str]) -> None:
    """The line names the page that failed, and in place of the token its name."""
    scope = {"type": "http", "method": "GET", "path": "/link/cs_secret-token/fill", "query_string": b"", "headers": []}
    request = Request({**scope, "path_params": {"token": "cs_secret-token"}, "server": ("127.0.0.1", 80)})

    notices.noted(error, request)

    said = "".join(capsys.readouterr())
    assert "/link/{token}/fill" in said
    assert "cs_secret-token" not in said


def test_a_page_is_titled_by_the_case_it_shows() -> None:
    """A code with words of its own has its own title; others have that of their class."""
    link = UnauthenticatedError("It was copied in part.", remedy="Ask for a new one.", code="link_unknown")

    titles = [notices.title_of(error) for error in (link, notices.not_found())]

    assert titles == ["This link is not known", NotFoundError.title]
