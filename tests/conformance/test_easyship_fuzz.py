"""Requests written from the twin's own description: whatever fits it is answered as it says, and nothing breaks."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from twins import EasyshipTwin, easyship_handle, running_twin

SCENARIOS, STEPS = 500, 10
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


@pytest.fixture(scope="module")
def twin() -> Iterator[EasyshipTwin]:
    """Run a twin of its own, without rate limits and with a full purse."""
    with running_twin("easyship", "--memory", "--no-rate-limit") as facts:
        yield easyship_handle(facts)


def test_whatever_fits_the_description_is_answered_as_it_says(twin: EasyshipTwin) -> None:
    """Five thousand calls, each going on from what those before it made: no failure, no answer off the description."""
    schema = schemathesis.openapi.from_dict(twin.control("GET", "/openapi.json"))
    schema.config.update(base_url=twin.sandbox)

    class Calls(schema.as_state_machine()):  # type: ignore[misc]  # made at run time
        """Calls that hand ids on to each other, each time on a twin that is as new."""

        def setup(self) -> None:
            twin.reset(seed="empty")
            self.headers = {"Authorization": f"Bearer {twin.integration('fuzz', scopes='all')['sandbox_token']}"}

        def get_call_kwargs(self, case: Any) -> dict[str, Any]:
            del case
            return {"headers": self.headers}

        def validate_response(self, response: Any, case: Any, **kwargs: Any) -> None:
            case.validate_response(response, checks=CHECKS, **kwargs)

    Calls.run(
        settings=settings(
            max_examples=SCENARIOS,
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        )
    )
