"""Requests written from the twin's own description: whatever fits it is answered as it says, and nothing breaks."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import FlakyStrategyDefinition
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from twins import EasyshipTwin, easyship_handle, running_twin

pytestmark = pytest.mark.timeout(900)

CALLS, ROUNDS, SCENARIOS, STEPS = 5_000, 12, 100, 10
CASES_ALONE, LEAST_OPERATIONS = 5, 138
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


@pytest.fixture(scope="module")
def twin() -> Iterator[EasyshipTwin]:
    """Run a twin of its own, without rate limits and with a full purse."""
    with running_twin("easyship", "--memory", "--no-rate-limit") as facts:
        yield easyship_handle(facts)


def test_whatever_fits_the_description_is_answered_as_it_says(twin: EasyshipTwin) -> None:
    """Five thousand calls, each going on from what those before it made: no failure, no answer off the description."""
    machine = _described(twin).as_state_machine()
    told: list[Any] = []
    failures: list[str] = []

    class Calls(machine):  # type: ignore[misc, valid-type]  # made at run time
        """Calls that hand ids on to each other, each time on a twin that is as new."""

        def setup(self) -> None:
            self.headers, self.before = _as_new(twin, seed="empty"), len(told)

        def get_call_kwargs(self, case: Any) -> dict[str, Any]:
            del case
            return {"headers": self.headers}

        def validate_response(self, response: Any, case: Any, **_: Any) -> None:
            told.append(case)
            if failure := _failure(response, case):
                failures.append("\n".join([failure, *(each.as_curl_command() for each in told[self.before :])]))

    for number in range(ROUNDS):
        try:
            seed(number)(Calls).run(settings=_settings(SCENARIOS, stateful_step_count=STEPS))
        except FlakyStrategyDefinition:
            continue  # ids and times differ from call to call, and so may what is made of them: the next round goes on
        if len(told) >= CALLS:
            break

    assert failures == []
    assert twin.control("GET", "/health")["failed"] == []
    assert len(told) >= CALLS


def test_every_operation_answers_as_it_says(twin: EasyshipTwin) -> None:
    """Each operation by itself, on an account where there is something to find."""
    operations = [found.ok() for found in _described(twin).get_all_operations()]
    failures: list[str] = []
    headers = _as_new(twin, seed="small-shop")

    for operation in operations:

        @seed(0)
        @settings(_settings(CASES_ALONE))
        @given(operation.as_strategy())
        def answered(case: Any) -> None:
            if failure := _failure(case.call(headers=headers), case):
                failures.append(f"{failure}\n{case.as_curl_command()}")

        answered()

    assert failures == []
    assert twin.control("GET", "/health")["failed"] == []
    assert len(operations) >= LEAST_OPERATIONS


def _described(twin: EasyshipTwin) -> Any:
    """Read the twin's description; without its security, so that no case is spent on leaving the token out."""
    document = twin.control("GET", "/openapi.json")
    del document["security"]
    schema = schemathesis.openapi.from_dict(document)
    schema.config.update(base_url=twin.sandbox)
    return schema


def _as_new(twin: EasyshipTwin, *, seed: str) -> dict[str, str]:
    twin.reset(seed=seed)
    return {"Authorization": f"Bearer {twin.integration('fuzz', scopes='all')['sandbox_token']}"}


def _failure(response: Any, case: Any) -> str:
    try:
        case.validate_response(response, checks=CHECKS)
    except FailureGroup as group:
        return "\n".join(str(each) for each in group.exceptions)
    return ""


def _settings(examples: int, **more: Any) -> settings:
    """Make the cases, and nothing else: what fails is told as it was sent, not searched for something smaller."""
    return settings(
        max_examples=examples,
        phases=[Phase.generate],
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        **more,
    )
