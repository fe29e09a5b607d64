"""Log lines and what must never stand in them."""

from __future__ import annotations

import base64
import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from crossdock.kernel.secret import Secret
from crossdock.telemetry import logs, metrics, scrub

_BODY = "S3cretBody0123456789abcdefABCDEF"
_JWT = f"eyJhbGciOiJSUzI1NiJ9.{base64.urlsafe_b64encode(_BODY.encode()).decode().rstrip('=')}.sig-{_BODY}"
_LEAKS = [
    pytest.param({"value": Secret(_BODY)}, id="secret object"),
    pytest.param({"value": [{"deep": Secret(_BODY)}]}, id="secret object inside"),
    pytest.param({"access_token": _BODY}, id="secret name"),
    pytest.param({"headers": {"Authorization": _BODY}}, id="header"),
    pytest.param({"headers": {"x-api-key": _BODY}}, id="api key header"),
    pytest.param({"form": {"client_secret": _BODY}}, id="form member"),
    pytest.param({"note": f"got prod_{_BODY}"}, id="easyship production form"),
    pytest.param({"note": f"got sand_{_BODY}"}, id="easyship sandbox form"),
    pytest.param({"note": f"got {_JWT}!"}, id="jwt"),
    pytest.param({"note": f"Authorization: Bearer {_BODY}"}, id="bearer"),
    pytest.param({"note": f"basic {_BODY}"}, id="basic"),
    pytest.param({"url": f"https://x/y?refresh_token={_BODY}&a=1"}, id="query"),
    pytest.param({"note": f'{{"refresh_token": "{_BODY}"}}'}, id="json text"),
    pytest.param({"note": f"postgresql://crossdock:{_BODY}@db/house"}, id="database url"),
    pytest.param({"note": f"key v1.local.{_BODY}"}, id="api key form"),
    pytest.param({"note": f"key v1.agent.{_BODY}"}, id="agent key form"),
    pytest.param({"note": f"whsec_{_BODY}"}, id="webhook secret"),
    pytest.param({"raw": _BODY.encode()}, id="bytes"),
]


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    output = io.StringIO()
    logs.configure(style="json", level="info", stream=output)
    yield output
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.mark.parametrize("fields", _LEAKS)
def test_no_secret_reaches_the_line(stream: io.StringIO, fields: dict[str, object]) -> None:
    """Whatever form a secret takes in an event, the written line has none of it."""
    logs.get("crossdock.test").info("token.refresh.failed", account_id="acc_1", **fields)

    line = json.loads(stream.getvalue())
    assert line["event"] == "token.refresh.failed"
    assert line["account_id"] == "acc_1"
    assert _BODY not in stream.getvalue()


def test_no_secret_of_a_library_reaches_the_line(stream: io.StringIO) -> None:
    """A library's own log message is scrubbed as well."""
    logging.getLogger("some.library").warning("sent %s", f"Authorization: Bearer {_BODY}")

    assert "Authorization" in stream.getvalue()
    assert _BODY not in stream.getvalue()


def test_no_secret_of_an_exception_reaches_the_line(stream: io.StringIO) -> None:
    """An exception's text and traceback are scrubbed, and its local variables are not written."""

    def refuse(local: Secret) -> None:
        raise ValueError(f"refused: token={_BODY} {local}")

    try:
        refuse(Secret(_BODY))
    except ValueError:
        logs.get("crossdock.test").exception("token.refresh.failed")

    assert "ValueError" in stream.getvalue()
    assert _BODY not in stream.getvalue()


def test_ids_and_figures_stay_readable() -> None:
    """Ids, codes, counts and plain texts pass unchanged."""
    fields = {"account_id": "acc_01j9", "status": 429, "ok": True, "cause": "token_expired", "token_count": 3}

    kept = {name: scrub.value(field, name=name) for name, field in fields.items()}

    assert kept == fields


def test_console_lines_are_scrubbed_too(stream: io.StringIO) -> None:
    """The console form goes through the same processor."""
    logs.configure(style="console", level="info", stream=stream)

    logs.get("crossdock.test").info("token.refresh.failed", password=_BODY, account_id="acc_1")

    assert "acc_1" in stream.getvalue()
    assert _BODY not in stream.getvalue()


def test_metrics_are_rendered_for_prometheus() -> None:
    """A counted job appears in the text that Prometheus reads."""
    metrics.JOBS.labels(task="refresh_account", outcome="done").inc()

    text = metrics.render().decode()

    assert 'crossdock_jobs_total{outcome="done",task="refresh_account"}' in text
