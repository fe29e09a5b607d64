"""The Python client against a running hub and both twins, in both of its manners."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import pytest

from client_house import ADDRESS, MANNERS, ONCE, Desk, Manner
from crossdock.api import heartbeat
from crossdock_client import (
    ConnectError,
    Crossdock,
    ForbiddenError,
    NoAnswerError,
    NotFoundError,
    OutcomeUnknownError,
    PartialListWarning,
    RateLimitedError,
    UnauthenticatedError,
)
from crossdock_client.errors import ApiError, FixRequestError
from shared_house import link_pasted

CREATE = "easyship_create_address"
ORDERS = "shiphero_list_orders"
pytestmark = pytest.mark.parametrize("manner", MANNERS)


async def test_a_session_is_made_and_known_again(desk: Desk, manner: Manner) -> None:
    """A connect session comes with token and page, and the token leads back to the session."""
    async with desk.speaking(manner) as speak:
        made = await speak(
            "connect_sessions.create", origin_owner_id="shop-1", origin_owner_name="Acme", effects=["read"]
        )
        found = await speak("connect_sessions.authenticate", token=made.token)

    assert made.auth_link_url.startswith(desk.live.url)
    assert (found.id, found.origin_owner_id) == (made.id, "shop-1")
    assert made.token not in repr(made)
    assert made.auth_link_url not in repr(made)


async def test_accounts_are_listed_read_changed_and_removed(desk: Desk, manner: Manner) -> None:
    """What the API tells of an account comes as a model; a removed one is not there any more."""
    secret = desk.easyship.integration(f"gone {manner}")["production_token"]
    gone = await link_pasted(desk.live, secret, owner="gone")
    async with desk.speaking(manner) as speak:
        listed = await speak("accounts.list", account_ids=[desk.writer, desk.reader], provider="easyship")
        changed = await speak("accounts.update", desk.reader, label="Front desk", metadata={"tier": "1"})
        read = await speak("accounts.get", desk.reader)
        await speak("accounts.delete", gone)
        with pytest.raises(NotFoundError) as missing:
            await speak("accounts.get", gone)

    assert {account.id for account in listed} == {desk.writer, desk.reader}
    assert (changed.label, read.label, read.metadata) == ("Front desk", "Front desk", {"tier": "1"})
    assert read.status == "active"
    assert (missing.value.status, missing.value.code) == (404, "not_found")


async def test_lists_go_on_to_their_end(desk: Desk, manner: Manner) -> None:
    """`every` asks for page after page, by number or by `next`, and each row comes once."""
    async with desk.speaking(manner) as speak:
        accounts = await speak.every("accounts.list", page_size=2)
        rows = await speak.every("actions.list", page_size=1, exclude=["actions"])
        profiles = await speak.every("connectors.list_auth_configs", page_size=1)
        known = await speak("connectors.list_auth_configs", page_size=100)

    ids = [account.id for account in accounts]
    assert {desk.writer, desk.reader, desk.graph} <= set(ids)
    assert len(ids) == len(set(ids))
    assert [row.key for row in rows] == ["easyship", "shiphero"]
    assert [profile.id for profile in profiles] == [profile.id for profile in known.data]
    assert len(profiles) > 1


async def test_actions_are_found_with_their_inputs(desk: Desk, manner: Manner) -> None:
    """A search finds an action, and the list tells its inputs."""
    async with desk.speaking(manner) as speak:
        found = await speak("actions.search", "list orders", connector="shiphero", top_k=3)
        page = await speak("actions.list", action_key=[ORDERS, CREATE], include=["action_details"])
        asked = await speak("actions.check_permissions", account_id=desk.reader, resource_id=CREATE)

    assert found.results[0].action_name == ORDERS
    actions = {action.id: action for row in page.data for action in row.actions}
    assert actions[CREATE].action_details["effect"] == "write"
    assert "page_size" in actions[ORDERS].action_details["inputs"]["properties"]["query"]["properties"]
    assert asked.data.allowed is False
    assert asked.data.reason


async def test_an_action_is_run_and_its_rows_collected(desk: Desk, manner: Manner) -> None:
    """`run` gives a page and where it goes on, `collect` every row, in the same order."""
    async with desk.speaking(manner) as speak:
        first = await speak("actions.run", ORDERS, account_id=desk.graph, query={"page_size": 4})
        rows = await speak.rows("actions.collect", ORDERS, account_id=desk.graph, query={"page_size": 4})

    numbers = [row["order_number"] for row in rows]
    assert len(first.data) == 4
    assert first.next
    assert len(numbers) > 8
    assert len(numbers) == len(set(numbers))
    assert numbers[:4] == [row["order_number"] for row in first.data]


async def test_a_list_that_breaks_off_says_where_to_go_on(desk: Desk, manner: Manner) -> None:
    """Rows that came are the caller's; the error leads to the rest, and together they are the whole list."""
    asked = {"account_id": desk.graph, "query": {"page_size": 4}}
    async with desk.speaking(manner, retries=ONCE) as speak:
        whole = [row["order_number"] for row in await speak.rows("actions.collect", ORDERS, **asked)]
        first = await speak("actions.run", ORDERS, **asked)
        rest = await speak.rows(
            "actions.collect", ORDERS, account_id=desk.graph, query={"page_size": 4, "next": first.next}
        )
        with pytest.raises(FixRequestError) as single:
            await speak.rows("actions.collect", "easyship_get_account", account_id=desk.reader)

    assert [row["order_number"] for row in (*first.data, *rest)] == whole
    assert single.value.code == "collect_impossible"
    assert single.value.next is None


async def test_a_wrong_input_is_told_by_its_field(desk: Desk, manner: Manner) -> None:
    """An input that is not valid is an error that names the field, and nothing reaches the provider."""
    wrong = {**ADDRESS, "country_alpha2": 7}

    async with desk.speaking(manner) as speak:
        with pytest.raises(FixRequestError) as refused:
            await speak("actions.run", CREATE, account_id=desk.writer, body=wrong)

    assert any("country_alpha2" in error["field"] for error in refused.value.errors)
    assert refused.value.remedy in str(refused.value)
    assert desk.written() == 0


async def test_read_only_is_an_error_of_its_own(desk: Desk, manner: Manner) -> None:
    """A write at an account that was linked for reading is forbidden, with the code and the next step."""
    async with desk.speaking(manner) as speak:
        with pytest.raises(ForbiddenError) as refused:
            await speak("actions.run", CREATE, account_id=desk.reader, body=ADDRESS)

    assert (refused.value.code, refused.value.disposition) == ("effect_not_granted", "fix_request")
    assert refused.value.title
    assert desk.written() == 0


async def test_a_lost_answer_is_fetched_and_not_written_again(desk: Desk, manner: Manner) -> None:
    """Where the network loses the answers of a write, the same key brings the first answer: one write."""
    async with desk.speaking(manner, lost=2) as speak:
        answer = await speak("actions.run", CREATE, account_id=desk.writer, body=ADDRESS)

    assert answer.data
    assert desk.written() == 1


async def test_a_write_without_a_key_is_never_repeated(desk: Desk, manner: Manner) -> None:
    """Where a lost answer leaves open whether something happened, the client says so and does not send again."""
    async with desk.speaking(manner, lost=1) as speak:
        with pytest.raises(NoAnswerError):
            await speak("webhooks.create", url=f"https://lost.example/{manner}", events=["account.created"])
        listed = await speak("webhooks.list")

    assert [hook.url for hook in listed.data].count(f"https://lost.example/{manner}") == 1


async def test_a_read_is_repeated(desk: Desk, manner: Manner) -> None:
    """What only reads is asked for again where its answer was lost, as often as was chosen and no more."""
    async with desk.speaking(manner, lost=2) as speak:
        found = await speak("accounts.get", desk.reader)
    async with desk.speaking(manner, lost=3) as speak:
        with pytest.raises(NoAnswerError):
            await speak("accounts.get", desk.reader)

    assert found.id == desk.reader


async def test_an_unknown_outcome_stays_unknown(desk: Desk, manner: Manner) -> None:
    """A write that broke off at the provider is told as such, and sent once."""
    desk.easyship.fault("cut_off", paths="/2024-09/*", methods=["POST"], times=1)

    async with desk.speaking(manner) as speak:
        with pytest.raises(OutcomeUnknownError) as unsure:
            await speak("actions.run", CREATE, account_id=desk.writer, body=ADDRESS)

    assert unsure.value.disposition == "give_up"
    assert desk.written() == 1


async def test_too_many_calls_say_when_to_come_back(desk: Desk, manner: Manner) -> None:
    """A 429 that is not waited out carries the seconds of `Retry-After`."""
    desk.easyship.fault("rate_limited", paths="/2024-09/*", times=1)

    async with desk.speaking(manner, retries=ONCE) as speak:
        with pytest.raises(RateLimitedError) as refused:
            await speak("actions.run", "easyship_get_account", account_id=desk.reader)

    assert refused.value.status == 429
    assert refused.value.retry_after is not None
    assert refused.value.retry_after >= 1


async def test_a_foreign_key_and_a_wrong_address_are_told_apart(desk: Desk, manner: Manner) -> None:
    """A key that is none, an address where nobody listens, and one where somebody else does: three errors."""
    async with desk.speaking(manner, key="v1.local.none") as speak:
        with pytest.raises(UnauthenticatedError):
            await speak("accounts.list")
    with Crossdock("v1.local.none", "http://127.0.0.1:9", retries=ONCE) as nobody, pytest.raises(ConnectError):
        nobody.accounts.list()
    with (
        Crossdock("v1.local.none", desk.easyship.production, retries=ONCE) as other,
        pytest.raises(ApiError) as foreign,
    ):
        other.accounts.list()

    assert foreign.value.code.startswith("http_")


async def test_webhooks_are_kept_and_show_their_secret_once(desk: Desk, manner: Manner) -> None:
    """A webhook comes with its secret, which no repr shows; it can be changed, rotated and deleted."""
    async with desk.speaking(manner) as speak:
        made = await speak("webhooks.create", url=f"https://hooks.example/{manner}", events=["account.created"])
        changed = await speak("webhooks.update", made.id, enabled=False, description="Ours")
        rotated = await speak("webhooks.rotate", made.id)
        page = await speak("webhooks.list_deliveries", made.id)
        gone = await speak("webhooks.delete", made.id)

    assert made.signing_secret.startswith("whsec_")
    assert rotated.signing_secret != made.signing_secret
    assert made.signing_secret not in repr(made)
    assert (changed.enabled, changed.description, gone.id) == (False, "Ours", made.id)
    assert page.data == []


async def test_calls_can_be_looked_up(desk: Desk, manner: Manner) -> None:
    """The log tells a call that was made, with its steps, as models; connectors and feedback come likewise."""
    async with desk.speaking(manner) as speak:
        await speak("actions.run", "easyship_get_account", account_id=desk.reader)
        await desk.live.house.calls.log.flush()
        page = await speak("logs.list", account_ids=[desk.reader], actions="easyship_get_account", page_size=1)
        one = await speak("logs.get", page.data[0].request_id, include=["step_logs"])
        steps = await speak("logs.list_steps", request_ids=[page.data[0].request_id])
        platform = await speak("logs.list_platform", page_size=1)
        connectors = await speak("connectors.list")
        taken = await speak("feedback.give", "Worked at once.", tool_names=["easyship_get_account"])

    told: dict[str, Any] = asdict(one.data)
    assert (told["account_id"], told["success"]) == (desk.reader, True)
    assert len(one.data.step_requests) == len(steps.data) == 1
    assert len(platform.data) <= 1
    assert {connector.provider for connector in connectors} == {"easyship", "shiphero"}
    assert taken.key


async def test_a_list_in_part_is_warned_of(desk: Desk, manner: Manner) -> None:
    """The rows that came are given; that the provider left one out is a warning, which names what it said."""
    desk.shiphero.fault("partial", paths="/graphql/orders", times=1)
    async with desk.speaking(manner) as speak:
        with pytest.warns(PartialListWarning, match="1 pages.*could not be read"):
            rows = await speak.rows("actions.collect", ORDERS, account_id=desk.graph, query={"page_size": 4})

    assert rows


async def test_a_late_failure_is_raised_as_any(desk: Desk, manner: Manner, monkeypatch: pytest.MonkeyPatch) -> None:
    """With heartbeats the error stands in an answer that said 200: it is raised with its own status and seconds."""
    monkeypatch.setattr(heartbeat.Beating.__init__, "__kwdefaults__", {"every": 0.1})
    desk.easyship.fault("rate_limited", paths="/2024-09/account", delay=1.0, times=1)
    async with desk.speaking(manner, retries=ONCE) as speak:
        with pytest.raises(RateLimitedError) as late:
            await speak("actions.run", "easyship_get_account", account_id=desk.reader, prefer="heartbeat")

    assert (late.value.status, (late.value.retry_after or 0) >= 1) == (429, True)
