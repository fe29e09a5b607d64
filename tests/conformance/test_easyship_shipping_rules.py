"""The Easyship twin's shipping rules over HTTP: kept, changed, and really applied to rates and shipments."""

from typing import Any

import pytest

from conformance.easyship_client import BUYER, ERRORS_LINK, Client, client, error, rates
from conformance.easyship_labels import AUTOMATE, GROUND, NOBODY, PRIORITY_MAIL, missing, page, refused
from conformance.easyship_shapes import fitting
from twins import EasyshipTwin

_RULES = "/2024-09/shipping_rules"
_US, _GB = 234, 78
_ALL = {"type": "match_all"}
_NEVER_GROUND = {"type": "add_never_courier_service", "options": {"never_courier_service_ids": [GROUND]}}
_CHEAPEST = {"type": "force_sort_by", "options": {"sort_by": "total_charge"}}
_ACTION = "#/components/schemas/ShippingRuleActionCreate"
_NOT_COMPLIANT = "The request does not comply with the OpenAPI Specification."


@pytest.fixture
def caller(easyship_twin: EasyshipTwin) -> Client:
    return client(easyship_twin)


def _rule(caller: Client, *actions: dict[str, Any], conditions: Any = (_ALL,), **members: Any) -> dict[str, Any]:
    wanted = {
        "name": "Example",
        "description": "What is done with some shipments",
        "conditions": list(conditions),
        "actions": list(actions or [_CHEAPEST]),
        **members,
    }
    rule: dict[str, Any] = fitting(caller.ask("POST", _RULES, wanted), "shipping_rules_create")["shipping_rule"]
    return rule


def _offer(caller: Client, **members: Any) -> list[dict[str, Any]]:
    reply = caller.ask("POST", "/2024-09/rates", {**rates(), **members})
    assert reply.status == 200, reply.text()
    rows: list[dict[str, Any]] = reply.json()["rates"]
    return rows


def _ids(rows: list[dict[str, Any]]) -> list[str]:
    return [row["courier_service"]["id"] for row in rows]


def test_a_rule_is_kept_with_the_ids_of_its_parts(easyship_twin: EasyshipTwin, caller: Client) -> None:
    """It is on from the start; its conditions and actions have ids; it can be read, changed and removed."""
    rule = _rule(caller, _NEVER_GROUND, conditions=[{"type": "match_country", "options": {"country_ids": [_US]}}])
    path = f"{_RULES}/{rule['id']}"

    shown = fitting(caller.ask("GET", path), "shipping_rules_show")["shipping_rule"]
    changed = fitting(
        caller.ask("PATCH", path, {"name": "Renamed", "actions": [{**_CHEAPEST, "id": rule["actions"][0]["id"]}]}),
        "shipping_rules_update",
    )["shipping_rule"]
    off = fitting(caller.ask("POST", f"{path}/deactivate"), "shipping_rule_deactivate")["shipping_rule"]
    on = fitting(caller.ask("POST", f"{path}/activate"), "shipping_rule_activate")["shipping_rule"]
    gone = fitting(caller.ask("DELETE", path), "shipping_rules_delete")["success"]

    assert shown == rule
    assert (rule["active"], rule["accessible"], rule["checkout_restrictive"], rule["priority"]) == (True, True, True, 0)
    assert rule["actions"][0] == {"id": rule["actions"][0]["id"], **_NEVER_GROUND}
    assert (changed["name"], changed["checkout_restrictive"]) == ("Renamed", False)
    assert changed["actions"] == [{"id": rule["actions"][0]["id"], **_CHEAPEST}]
    assert (off["active"], on["active"]) == (False, True)
    assert gone == {"message": "Shipping Rule successfully deleted"}
    easyship_twin.clock_advance("1m")
    missing(
        caller.ask("GET", path), "Shipping Rule", links=[page("Get a Shipping Rule", "shipping_rules_show"), AUTOMATE]
    )
    missing(
        caller.ask("POST", f"{path}/activate"),
        "Shipping Rule",
        links=[page("Activate a Shipping Rule", "shipping_rule_activate")],
    )


def test_rules_are_listed_by_priority(easyship_twin: EasyshipTwin, caller: Client) -> None:
    """The first priority stands first; another company's list is empty."""
    _rule(caller, name="later", priority=5)
    _rule(caller, name="first")

    listed = fitting(caller.ask("GET", _RULES), "shipping_rules_index")["shipping_rules"]

    assert [rule["name"] for rule in listed] == ["first", "later"]
    stranger = client(easyship_twin, account_id="CGB000002")
    assert stranger.ask("GET", _RULES).json()["shipping_rules"] == []
    assert stranger.ask("GET", f"{_RULES}/{listed[0]['id']}").status == 404


@pytest.mark.parametrize(
    ("part", "made", "changed"),
    [
        ("action", _NEVER_GROUND, {"type": "force_insurance", "options": {"insured": True}}),
        (
            "condition",
            {"type": "match_store", "options": {"store_ids": [NOBODY]}},
            {"type": "match_state", "options": {"states": ["CA"]}},
        ),
    ],
)
def test_parts_are_added_changed_and_removed(
    easyship_twin: EasyshipTwin, caller: Client, part: str, made: dict[str, Any], changed: dict[str, Any]
) -> None:
    """Each has an id of its own; the last one of a rule stays."""
    rule = _rule(caller)
    path = f"{_RULES}/{rule['id']}/{part}s"

    new = fitting(caller.ask("POST", path, made), f"shipping_rule_{part}_create")[part]
    other = fitting(caller.ask("PATCH", f"{path}/{new['id']}", changed), f"shipping_rule_{part}_update")[part]
    listed = fitting(caller.ask("GET", path), f"shipping_rule_{part}_index")[f"{part}s"]
    gone = fitting(caller.ask("DELETE", f"{path}/{new['id']}"), f"shipping_rule_{part}_delete")["success"]

    title = part.capitalize()
    assert other == {"id": new["id"], **changed}
    assert listed == [*rule[f"{part}s"], other]
    assert gone == {"message": f"{title} successfully deleted"}
    easyship_twin.clock_advance("1m")
    links = [page(f"Delete {title} of a Shipping Rule", f"shipping_rule_{part}_delete"), AUTOMATE]
    missing(caller.ask("DELETE", f"{path}/{new['id']}"), title, links=links)
    refused(caller.ask("DELETE", f"{path}/{rule[f'{part}s'][0]['id']}"), f"{title}s can't be blank", links=links)


@pytest.mark.parametrize(
    "condition",
    [
        {"type": "match_country", "options": {"country_ids": [_GB]}},
        {"type": "match_category", "options": {"category_ids": ["toys"]}},
        {"type": "match_state", "options": {"states": ["NV"]}},
        {"type": "match_zipcode", "options": {"operator": "starts_with", "zipcodes": ["10"]}},
        {"type": "match_zipcode", "options": {"operator": "is_none_of", "zipcodes": ["90001"]}},
        {"type": "match_sku", "options": {"operator": "is_exactly", "shipment_items_sku": "B-2"}},
        {"type": "match_platform_name", "options": {"platform_names": ["eBay"]}},
        {
            "type": "match_buyer_selected_courier_name",
            "options": {"operator": "contains", "buyer_selected_courier_name": "air"},
        },
        {"type": "match_items_count", "options": {"operator": "greater_than", "shipment_items_count": 1}},
        {"type": "match_selling_price", "options": {"operator": "greater_than", "value": 15, "currency": "USD"}},
        {"type": "match_weight", "options": {"operator": "less_than", "total_actual_weight": 0.45}},
        {"type": "include_order_tag_name", "options": {"order_tag_list": ["fragile"]}},
    ],
)
def test_every_condition_decides(caller: Client, condition: dict[str, Any]) -> None:
    """A condition that the shipment does not meet leaves the offer as it is."""
    _rule(caller, _NEVER_GROUND, conditions=[condition])

    made = caller.create(
        order_data={
            "platform_name": "Shopify",
            "order_tag_list": ["gift"],
            "buyer_selected_courier_name": "Ground",
        },
    ).json()["shipment"]

    assert GROUND in _ids(made["rates"])


@pytest.mark.parametrize(
    "condition",
    [
        _ALL,
        {"type": "match_country", "options": {"country_ids": [_US, _GB]}},
        {"type": "match_category", "options": {"category_ids": ["fashion"]}},
        {"type": "match_state", "options": {"states": ["ca"]}},
        {"type": "match_zipcode", "options": {"operator": "is_any_of", "zipcodes": ["90001"]}},
        {"type": "match_sku", "options": {"operator": "does_not_contain", "shipment_items_sku": "B"}},
        {"type": "match_platform_name", "options": {"platform_names": ["shopify"]}},
        {
            "type": "match_buyer_selected_courier_name",
            "options": {"operator": "contains", "buyer_selected_courier_name": "ground"},
        },
        {"type": "match_items_count", "options": {"operator": "equal_to", "shipment_items_count": 1}},
        {"type": "match_selling_price", "options": {"operator": "less_than", "value": 200, "currency": "HKD"}},
        {
            "type": "match_weight",
            "options": {"operator": "greater_than_or_equal_to", "total_actual_weight": 0.4536},
        },
        {"type": "include_order_tag_name", "options": {"order_tag_list": ["GIFT"]}},
    ],
)
def test_a_shipment_that_meets_the_condition_is_ruled(caller: Client, condition: dict[str, Any]) -> None:
    """The courier that is never to be used is not in the offer, and the reason is listed."""
    _rule(caller, _NEVER_GROUND, conditions=[condition])

    reply = caller.create(
        order_data={
            "platform_name": "Shopify",
            "order_tag_list": ["gift"],
            "buyer_selected_courier_name": "UPS Ground",
        },
        courier_settings={"list_unavailable_services": True},
    ).json()

    assert GROUND not in _ids(reply["shipment"]["rates"])
    messages = {each["id"]: each["message"] for each in reply["meta"]["unavailable_couriers"]}
    assert messages[GROUND] == "This courier service is excluded by a shipping rule."


def test_rules_shape_the_offer(caller: Client) -> None:
    """Preferred couriers, delivery times, ratings and the order are taken; a caller can ask for none of it."""
    everybody = _offer(caller)
    preferred = {"preferred_courier_service_ids": [GROUND, PRIORITY_MAIL]}
    rule = _rule(caller, {"type": "add_preferred_courier_service", "options": preferred}, _CHEAPEST)

    ruled = _offer(caller)
    free = _offer(caller, courier_settings={"apply_shipping_rules": False})
    caller.ask("DELETE", f"{_RULES}/{rule['id']}")
    quick = {"operator": "less_than_or_equal_to", "value": 1}
    _rule(
        caller,
        {"type": "add_forced_delivery_time", "options": quick},
        {"type": "force_tracking_rating", "options": {"force_tracking_rating": [3]}},
    )
    fast = _offer(caller)

    assert sorted(_ids(ruled)) == sorted([GROUND, PRIORITY_MAIL])
    assert [row["total_charge"] for row in ruled] == sorted(row["total_charge"] for row in ruled)
    assert _ids(free) == _ids(everybody)
    assert fast
    assert all(row["max_delivery_time"] <= 1 and row["tracking_rating"] == 3 for row in fast)


def test_rules_change_the_shipment(caller: Client) -> None:
    """Insurance, residence, incoterms, the origin and the box are forced; the first priority wins."""
    warehouse = caller.ask("GET", "/2024-09/addresses").json()["addresses"][0]
    box = caller.ask("GET", "/2024-09/boxes?courier_umbrella_name=UPS").json()["boxes"][0]
    _rule(
        caller,
        {"type": "force_insurance", "options": {"insured": True}},
        {"type": "force_residential_surcharge", "options": {"set_as_residential": True}},
        {"type": "force_ship_from", "options": {"origin_address_id": warehouse["id"]}},
        {"type": "force_package", "options": {"force_flat_rate_box_id": box["id"]}},
    )
    _rule(caller, {"type": "force_insurance", "options": {"insured": False}}, priority=1)

    made = caller.create().json()["shipment"]

    assert made["insurance"]["is_insured"] is True
    assert made["set_as_residential"] is True
    assert made["origin_address"]["line_1"] == warehouse["line_1"]
    assert made["parcels"][0]["box"]["outer_dimensions"] == pytest.approx(box["outer_dimensions"])
    assert all(rate["insurance_fee"] > 0 for rate in made["rates"])


def test_both_incoterms_are_offered_at_checkout(caller: Client) -> None:
    """The three best of the first and the best one of the other; a shipment takes the first."""
    _rule(caller, {"type": "force_incoterms", "options": {"incoterms": "DDU_and_Best_DDP"}})
    london = {**BUYER, "country_alpha2": "GB", "postal_code": "SW1A 2AA", "city": "London", "state": "London"}

    offer = _offer(caller, destination_address={"country_alpha2": "GB"})
    made = caller.create(destination_address=london, incoterms="DDP").json()["shipment"]

    assert sorted(row["incoterms"] for row in offer) == ["DDP", "DDU", "DDU", "DDU"]
    assert made["incoterms"] == "DDU"


def test_a_return_is_asked_for_by_itself(caller: Client) -> None:
    """Beside the shipment stands the draft of its return."""
    _rule(
        caller,
        {"type": "force_automated_return_requested", "options": {"force_automated_return_requested": True}},
    )

    caller.create()

    rows = caller.ask("GET", "/2024-09/shipments").json()["shipments"]
    assert sorted(row["return"] for row in rows) == [False, True]


def test_drafts_are_priced_anew_when_asked(easyship_twin: EasyshipTwin, caller: Client) -> None:
    """A rule that recalculates reaches shipments whose labels nobody has asked for."""
    made = caller.create().json()["shipment"]
    path = f"/2024-09/shipments/{made['easyship_shipment_id']}"

    _rule(caller, {"type": "add_preferred_courier_service", "options": {"preferred_courier_service_ids": [GROUND]}})
    before = caller.ask("GET", path).json()["shipment"]
    rule = caller.ask("GET", _RULES).json()["shipping_rules"][0]
    caller.ask("PATCH", f"{_RULES}/{rule['id']}", {"recalculate_shipments": True})
    easyship_twin.clock_advance("2s")
    after = caller.ask("GET", path).json()["shipment"]

    assert len(before["rates"]) > 1
    assert _ids(after["rates"]) == [GROUND]
    assert after["parcels"] == made["parcels"]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (
            {"name": "x"},
            "#/components/schemas/ShippingRuleCreate missing required parameters: description, conditions, actions",
        ),
        (
            {"name": "x", "description": "x", "conditions": [_ALL], "actions": [{}]},
            f"discriminator propertyName type does not exist in value {{}} in {_ACTION}/discriminator",
        ),
    ],
)
def test_the_first_check_speaks_the_gems_words(caller: Client, body: dict[str, Any], message: str) -> None:
    """What the schema asks for is named, with the first link only."""
    refused(caller.ask("POST", _RULES, body), _NOT_COMPLIANT, message, links=[])


def test_an_unknown_kind_of_action_is_named(caller: Client) -> None:
    """The documented sentence of a discriminator that leads nowhere."""
    rule = _rule(caller)

    reply = caller.ask(
        "PATCH", f"{_RULES}/{rule['id']}/actions/{rule['actions'][0]['id']}", {"type": "test no action", "options": {}}
    )

    refused(
        reply,
        _NOT_COMPLIANT,
        "discriminator mapped schema #/components/schemas/test no action does not exist in "
        "#/components/schemas/ShippingRuleAction/discriminator",
        links=[],
    )


@pytest.mark.parametrize(
    ("members", "details"),
    [
        ({"name": ""}, ["Name can't be blank"]),
        (
            {"actions": [{**_NEVER_GROUND, "options": {"never_courier_service_ids": [NOBODY]}}]},
            ["actions[0].options.never_courier_service_ids is invalid"],
        ),
        (
            {"actions": [{"type": "force_ship_from", "options": {"origin_address_id": NOBODY}}]},
            ["actions[0].options.origin_address_id is invalid"],
        ),
        (
            {"actions": [{"type": "reject_packages", "options": {"never_package_ids": [NOBODY]}}]},
            ["actions[0].options.never_package_ids is invalid"],
        ),
        (
            {"conditions": [{"type": "match_category", "options": {"category_ids": ["moon dust"]}}]},
            ["conditions[0].options.category_ids is invalid"],
        ),
    ],
)
def test_rules_name_things_that_exist(caller: Client, members: dict[str, Any], details: list[str]) -> None:
    """Blank names and unknown services, addresses, boxes and categories are refused."""
    wanted = {"name": "x", "description": "x", "conditions": [_ALL], "actions": [_CHEAPEST], **members}

    refused(
        caller.ask("POST", _RULES, wanted),
        *details,
        links=[page("Create a Shipping Rule", "shipping_rules_create"), AUTOMATE],
    )


def test_a_missing_scope_points_to_the_scopes(easyship_twin: EasyshipTwin) -> None:
    """The whole body of the documented 403."""
    reader = client(easyship_twin, scopes=["public.shipping_rule:read"])

    reply = reader.ask("GET", f"{_RULES}/platforms")

    assert reply.status == 403
    assert error(reply) == {
        "code": "forbidden",
        "details": [],
        "links": [
            ERRORS_LINK,
            {"kind": "documentation", "name": "Scopes", "url": "https://developers.easyship.com/reference/scopes"},
            page("List all Platform Names", "shipping_rule_platforms_index"),
            AUTOMATE,
        ],
        "message": "You do not have permission to access this resource. Please contact our support team or your "
        "account manager if you believe you should have access.",
        "type": "invalid_request_error",
    }


def test_platforms_are_listed_in_pages(caller: Client) -> None:
    """There are 49, as the documented answer counts."""
    answer = fitting(caller.ask("GET", f"{_RULES}/platforms?per_page=100"), "shipping_rule_platforms_index")

    assert answer["meta"]["pagination"] == {"page": 1, "next": None, "count": 49}
    assert {"name": "Shopify"} in answer["platforms"]
