from __future__ import annotations

import asyncio
from typing import Any

import pytest

from action_house import ActionHouse
from crossdock.accounts.model import Account
from crossdock.connectors.model import Effect
from crossdock.kernel.errors import (
    CredentialDeadError,
    CrossdockError,
    ForbiddenError,
    InactiveError,
    InvalidRequestError,
    NotFoundError,
    OutcomeUnknownError,
    ProviderFailedError,
    ProviderRefusedError,
    RateLimitedError,
    RetryError,
    UnprocessableError,
)
from crossdock.projects.model import Principal
from twins import EasyshipTwin, ShipheroTwin
from waiting import until

READ: frozenset[Effect] = frozenset({"read"})
ADDRESS = {
    "line_1": "1 Main Street",
    "city": "New York",
    "state": "NY",
    "postal_code": "10001",
    "country_alpha2": "US",
    "company_name": "Acme Pets",
    "contact_name": "Ann Lee",
    "contact_phone": "+1 212 555 0100",
    "contact_email": "ann@acme-pets.example",
}
ITEM = {
    "description": "Dog toy",
    "category": "toys",
    "quantity": 1,
    "actual_weight": 0.5,
    "declared_currency": "USD",
    "declared_customs_value": 12,
    "dimensions": {"length": 10, "width": 10, "height": 5},
}
SHIPMENT = {"origin_address": ADDRESS, "destination_address": ADDRESS, "parcels": [{"items": [ITEM]}]}
ORDER = {
    "order_number": "1001",
    "partner_order_id": "p-1001",
    "shipping_address": {"first_name": "Ann", "address1": "1 Main Street", "city": "New York", "country": "US"},
    "line_items": [{"sku": "SKU-1", "partner_line_item_id": "1", "quantity": 1, "price": "10.00"}],
}


def told(error: CrossdockError) -> str:
    return f"{error.message} {error.remedy} {error.detail}"


@pytest.mark.parametrize(
    "action",
    [
        *(
            "easyship_get_account",
            "easyship_list_item_categories",
            "easyship_list_countries",
            "easyship_list_shipments",
        ),
        *("shiphero_get_account", "shiphero_get_me", "shiphero_get_user_quota", "shiphero_list_orders"),
        *("shiphero_list_products", "shiphero_list_warehouses"),
    ],
)
async def test_reading_action_brings_the_providers_data(
    house: ActionHouse, easyship: Account, shiphero: Account, action: str
) -> None:
    """Every read without inputs works as it stands, and its line is in the log."""
    account = easyship if action.startswith("easyship") else shiphero

    found = await house.run(account, action)

    assert isinstance(found.data, list if "_list_" in action else dict)
    lines = [line for line in await house.logged(account) if line["action"] == action]
    assert [(line["status"], line["effect"], line["actor"], line["cause"]) for line in lines] == [
        (200, "read", "key:k", None)
    ]


async def test_shipment_is_created_read_and_deleted(house: ActionHouse, easyship: Account) -> None:
    """The three effects go through, each write with its audit entry."""
    created = await house.run(easyship, "easyship_create_shipment", body=SHIPMENT)
    assert isinstance(created.data, dict)
    path = {"easyship_shipment_id": created.data["easyship_shipment_id"]}
    read = await house.run(easyship, "easyship_get_shipment", path=path)
    deleted = await house.run(easyship, "easyship_delete_shipment", path=path)

    assert isinstance(read.data, dict)
    assert read.data["easyship_shipment_id"] == path["easyship_shipment_id"]
    assert isinstance(deleted.data, dict)
    assert await house.audited(easyship) == ["action.wrote", "action.wrote"]


async def test_rates_are_a_read_although_they_are_posted(house: ActionHouse, easyship_twin: EasyshipTwin) -> None:
    """Asking for prices changes nothing, so a read-only account may."""
    readonly = await house.link(
        "easyship", {"access_token": easyship_twin.integration(scopes="all")["production_token"]}, effects=READ
    )

    found = await house.run(readonly, "easyship_list_rates", body=SHIPMENT)

    assert isinstance(found.data, list)
    assert found.data


async def test_order_is_created_tagged_and_read(house: ActionHouse, shiphero: Account) -> None:
    """A GraphQL write and read fit together."""
    created = await house.run(shiphero, "shiphero_create_order", body=ORDER)
    assert isinstance(created.data, dict)
    tagged = await house.run(
        shiphero, "shiphero_add_order_tags", path={"id": created.data["id"]}, body={"tags": ["vip"]}
    )
    read = await house.run(shiphero, "shiphero_get_order", path={"id": created.data["id"]})

    assert isinstance(tagged.data, dict)
    assert tagged.data["tags"] == ["vip"]
    assert isinstance(read.data, dict)
    assert read.data["order_number"] == "1001"


async def test_pages_follow_one_another_by_one_cursor(house: ActionHouse, shiphero: Account) -> None:
    """`next` of one page is the `next` of the following call, until it is None."""
    seen: list[str] = []
    following: str | None = None
    for _ in range(50):
        page = await house.run(shiphero, "shiphero_list_products", query={"page_size": 4, "next": following})
        assert isinstance(page.data, list)
        seen += [row["id"] for row in page.data]
        following = page.next
        if following is None:
            break

    assert following is None
    assert len(seen) == len(set(seen)) > 4


@pytest.mark.parametrize(
    ("action", "inputs"),
    [
        ("easyship_create_shipment", {"body": SHIPMENT}),
        ("easyship_delete_shipment", {"path": {"easyship_shipment_id": "ESUS10000001"}}),
    ],
)
async def test_read_only_account_refuses_to_write_before_anything_goes_out(
    house: ActionHouse, easyship_twin: EasyshipTwin, action: str, inputs: dict[str, Any]
) -> None:
    """The refusal is structural: the provider hears nothing, the trail does."""
    token = easyship_twin.integration(scopes="all")["production_token"]
    account = await house.link("easyship", {"access_token": token}, effects=READ)
    easyship_twin.clear_journal()

    with pytest.raises(ForbiddenError) as refused:
        await house.run(account, action, **inputs)

    assert refused.value.error_code == "effect_not_granted"
    assert easyship_twin.journal() == []
    assert await house.audited(account) == ["action.refused"]


async def test_key_without_the_scope_is_refused(house: ActionHouse, easyship: Account) -> None:
    """A key that reads does not write, whatever the account's grant."""
    reader = Principal(project_id=house.caller.project_id, actor="key:r", scopes=frozenset({"actions:read"}))

    with pytest.raises(ForbiddenError) as refused:
        await house.run(easyship, "easyship_create_shipment", caller=reader, body=SHIPMENT)

    assert refused.value.detail["scope"] == "actions:write"


async def test_account_of_another_project_is_not_found(house: ActionHouse, easyship: Account) -> None:
    """An id of somebody else's names nothing."""
    stranger = Principal(project_id=await house.tokens.project("Other"), actor="key:s", scopes=house.caller.scopes)

    with pytest.raises(NotFoundError):
        await house.run(easyship, "easyship_get_account", caller=stranger)


async def test_action_of_another_provider_is_refused(house: ActionHouse, easyship: Account) -> None:
    """A ShipHero action has no business with an Easyship account."""
    with pytest.raises(InvalidRequestError) as refused:
        await house.run(easyship, "shiphero_get_me")

    assert refused.value.error_code == "wrong_connector"


async def test_wrong_inputs_never_reach_the_provider(
    house: ActionHouse, easyship: Account, easyship_twin: EasyshipTwin
) -> None:
    """Inputs are checked before a credential is touched."""
    easyship_twin.clear_journal()

    with pytest.raises(UnprocessableError):
        await house.run(easyship, "easyship_get_shipment", path={"easyship_shipment_id": "nonsense"})

    assert easyship_twin.journal() == []


async def test_paused_account_is_inactive(house: ActionHouse, easyship: Account) -> None:
    """A person's pause stops calls."""
    await house.tokens.accounts.pause(project_id=easyship.project_id, account_id=easyship.id, actor="person:p")

    with pytest.raises(InactiveError):
        await house.run(easyship, "easyship_get_account")


async def test_revoked_token_asks_for_a_new_link_and_shows_no_secret(
    house: ActionHouse, easyship_twin: EasyshipTwin
) -> None:
    """The caller learns the cause and sees the provider's words, never the token."""
    made = easyship_twin.integration(scopes="all")
    account = await house.link("easyship", {"access_token": made["production_token"]})
    easyship_twin.delete_integration(made["id"])

    with pytest.raises(CredentialDeadError) as dead:
        await house.run(account, "easyship_get_account")

    assert dead.value.detail["cause"] == "token_refused"
    [answer] = dead.value.detail["provider_errors"]
    assert answer["status"] == 401
    assert answer["raw"]["error"]["code"] == "invalid_token"
    assert made["production_token"] not in told(dead.value)


async def test_missing_scope_is_named(house: ActionHouse, easyship_twin: EasyshipTwin) -> None:
    """Easyship does not say which permission is missing; Crossdock does."""
    account = await house.link("easyship", {"access_token": easyship_twin.integration()["production_token"]})

    with pytest.raises(ProviderRefusedError) as refused:
        await house.run(account, "easyship_list_rates", body=SHIPMENT)

    assert (refused.value.http_status, refused.value.detail["scopes"]) == (403, ["rate:read"])
    assert "rate:read" in refused.value.message


async def test_refused_data_comes_with_the_providers_details(house: ActionHouse, easyship: Account) -> None:
    """The reason stands in the provider's details, so the caller gets them."""
    body = {**SHIPMENT, "parcels": [{"items": [{"description": "Toy"}]}]}

    with pytest.raises(ProviderRefusedError) as refused:
        await house.run(easyship, "easyship_create_shipment", body=body)

    assert refused.value.http_status == 422
    assert refused.value.detail["provider_errors"][0]["raw"]["error"]["code"] == "invalid_content"


async def test_expired_token_is_renewed_once_and_the_read_sent_again(
    house: ActionHouse, shiphero: Account, shiphero_twin: ShipheroTwin
) -> None:
    """After a 401 there is one refresh and one replay, and the caller notices nothing."""
    shiphero_twin.clear_journal()
    shiphero_twin.fault("401", paths="/graphql", times=1)

    found = await house.run(shiphero, "shiphero_get_user_quota")

    assert isinstance(found.data, dict)
    assert len(shiphero_twin.journal("/auth/refresh")) == 1
    (line,) = await house.logged(shiphero)
    assert line["status"] == 200
    assert [step["status"] for step in await house.steps(line["id"])] == [401, 200]


async def test_refused_write_is_renewed_but_never_sent_again(
    house: ActionHouse, shiphero: Account, shiphero_twin: ShipheroTwin
) -> None:
    """Only the caller may repeat a write; it is told that the credential is good again."""
    shiphero_twin.fault("401", paths="/graphql", times=1)

    with pytest.raises(RetryError) as again:
        await house.run(shiphero, "shiphero_create_order", body={**ORDER, "partner_order_id": "never"})

    assert again.value.error_code == "credential_renewed"
    orders = await house.run(shiphero, "shiphero_list_orders", query={"partner_order_id": "never"})
    assert orders.data == []


@pytest.mark.parametrize("kind", ["cut_off", "500", "html"])
async def test_interrupted_write_has_an_unknown_outcome(
    house: ActionHouse, easyship: Account, easyship_twin: EasyshipTwin, kind: str
) -> None:
    """What may have happened is neither called failed nor sent again."""
    easyship_twin.clear_journal()
    easyship_twin.fault(kind, paths="/2024-09/shipments", methods=["POST"], status=502 if kind == "html" else None)

    with pytest.raises(OutcomeUnknownError) as unknown:
        await house.run(easyship, "easyship_create_shipment", body=SHIPMENT)

    assert "before you send it again" in unknown.value.remedy
    assert len(easyship_twin.journal("/2024-09/shipments")) == 1
    assert await house.audited(easyship) == ["action.wrote", "action.outcome_unknown"]


async def test_write_that_does_no_harm_twice_says_so(
    house: ActionHouse, shiphero: Account, shiphero_twin: ShipheroTwin
) -> None:
    """The remedy of an idempotent write is to send it again."""
    shiphero_twin.fault("cut_off", paths="/graphql", times=1)

    with pytest.raises(OutcomeUnknownError, match="add_order_tags") as unknown:
        await house.run(shiphero, "shiphero_add_order_tags", path={"id": "T3JkZXI6MQ=="}, body={"tags": ["a"]})

    assert "no harm" in unknown.value.remedy


@pytest.mark.parametrize(
    ("kind", "error", "cause"),
    [
        ("429", RateLimitedError, "rate_limited"),
        ("500", ProviderFailedError, "provider_error"),
        ("cut_off", ProviderFailedError, "answer_cut_off"),
        ("html", ProviderFailedError, None),
    ],
)
async def test_weather_is_told_as_weather_and_leaves_the_account_alone(
    house: ActionHouse,
    easyship: Account,
    easyship_twin: EasyshipTwin,
    kind: str,
    error: type[CrossdockError],
    cause: str | None,
) -> None:
    """A failing read is the provider's trouble; the account stays active."""
    easyship_twin.fault(kind, paths="/2024-09/account")

    with pytest.raises(error) as failed:
        await house.run(easyship, "easyship_get_account")

    assert cause in {None, failed.value.detail["cause"]}
    assert (await house.tokens.account(easyship)).status == "active"


async def test_provider_that_asks_to_wait_is_believed(
    house: ActionHouse, easyship: Account, easyship_twin: EasyshipTwin
) -> None:
    """The wait is the provider's own, or a minute where it names none."""
    easyship_twin.fault("429", paths="/2024-09/account")

    with pytest.raises(RateLimitedError) as limited:
        await house.run(easyship, "easyship_get_account")

    assert 0 < limited.value.retry_after <= 60


async def test_unknown_action_is_not_found(house: ActionHouse, easyship: Account) -> None:
    """A name that nobody defined is answered before anything else."""
    with pytest.raises(NotFoundError, match="easyship_fly"):
        await house.run(easyship, "easyship_fly")


async def test_write_goes_on_to_its_end_when_the_caller_goes_away(
    house: ActionHouse, easyship: Account, easyship_twin: EasyshipTwin
) -> None:
    """A closed window neither stops a write halfway nor loses its line in the log."""
    easyship_twin.fault("slow", paths="/2024-09/shipments", methods=["POST"], delay=2.0)
    calling = asyncio.create_task(house.run(easyship, "easyship_create_shipment", body=SHIPMENT))
    await until(lambda: house.actions.running)

    calling.cancel()
    with pytest.raises(asyncio.CancelledError):
        await calling
    await asyncio.gather(*house.actions.running)

    lines = [line for line in await house.logged(easyship) if line["effect"] == "write"]
    assert [line["status"] for line in lines] == [201]


async def test_many_calls_at_once_all_get_their_answer(house: ActionHouse, shiphero: Account) -> None:
    """Callers do not stand in each other's way."""
    found = await asyncio.gather(*(house.run(shiphero, "shiphero_get_user_quota") for _ in range(100)))

    assert all(isinstance(one.data, dict) for one in found)
    assert len(await house.logged(shiphero)) == 100
