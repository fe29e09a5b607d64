"""The API's document: served as it is kept, whole, and of the shapes that the official clients insist on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from crossdock.api import app as api
from house import Live

SNAPSHOT = Path(__file__).resolve().parents[2] / "docs" / "reference" / "openapi.json"
DOCUMENT: dict[str, Any] = json.loads(SNAPSHOT.read_text())
SCHEMAS: dict[str, Any] = DOCUMENT["components"]["schemas"]
NEEDED = {
    "ConnectSessionCreated": {
        *("id", "organization_id", "project_id", "token", "auth_link_url"),
        *("origin_owner_id", "origin_owner_name", "created_at"),
    },
    "ConnectSessionAnswer": {
        *("id", "organization_id", "project_id", "origin_owner_id", "origin_owner_name", "created_at"),
    },
    "LinkedAccount": {
        *("id", "provider", "origin_owner_id", "origin_owner_name", "status", "created_at", "updated_at"),
    },
    "ConnectorMeta": {"provider", "provider_name", "category", "models"},
    "ProxyAnswer": {"status"},
    "ActionFound": {
        *("id", "similarity_score", "action_name", "connector_key", "description", "label", "project_id"),
    },
    "ActionsFound": {"results", "total_count", "query"},
    "ActionsBuilt": {"status"},
    "AuthConfigsPage": {"data", "page", "page_size", "total"},
    "AuthConfig": {
        *("id", "name", "active", "default", "categories", "connector_key", "connector_label", "logo_url"),
        *("release_stage", "created_at", "updated_at"),
    },
    "UnifiedLogsPage": {"data"},
    "UnifiedLogResult": {"data"},
    "StepLogsPage": {"data"},
    "PlatformLogsPage": {"data"},
    "ErrorAnswer": {"statusCode", "message", "timestamp", "code", "remedy"},
}
"""Members that the clients of the platform API refuse to miss, with Crossdock's own of an error."""


def operations() -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in DOCUMENT["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


async def test_the_document_is_served_as_it_is_kept(live: Live) -> None:
    """What is served is the kept file: a change of the API shows in it, and is made on purpose (`make reference`)."""
    served = await live.call("GET", "/openapi.json")

    assert served.headers["content-type"] == "application/json"
    assert served.json() == DOCUMENT == api.document()


def test_the_document_needs_no_running_house() -> None:
    """It is the same each time that it is made, down to the order of its members."""
    assert json.dumps(api.document()) == json.dumps(api.document()) == json.dumps(DOCUMENT)


@pytest.mark.parametrize(("name", "operation"), list(operations()), ids=[name for name, _ in operations()])
def test_each_operation_is_told_whole(name: str, operation: dict[str, Any]) -> None:
    """An operation has a name, a group, a sentence, who may ask, an answer, and how it fails."""
    refs = {
        answer["content"]["application/json"]["schema"].get("$ref")
        for status, answer in operation["responses"].items()
        if status[0] in "45"
    }
    scheme = {scheme for need in operation["security"] for scheme in need}

    assert operation["operationId"].isidentifier()
    assert operation["tags"]
    assert operation["description"].endswith(".")
    assert scheme == ({"HubSession"} if "/hub/" in name else {"HTTPBasic", "HTTPBearer"})
    good = "201" if "/connect_sessions" in name else "207" if name.endswith("/events") else "200"
    assert {status for status in operation["responses"] if status[0] == "2"} == {good}
    assert refs == {"#/components/schemas/ErrorAnswer"}
    assert {"400", "401", "403", "404", "409", "412", "422", "429", "502", "503"} <= set(operation["responses"])


def test_operations_have_names_of_their_own() -> None:
    """No two operations share a name: clients are generated from them."""
    names = [operation["operationId"] for _, operation in operations()]

    assert len(set(names)) == len(names)


@pytest.mark.parametrize("name", list(NEEDED))
def test_what_clients_insist_on_is_promised(name: str) -> None:
    """The members that official clients require are required here as well."""
    assert NEEDED[name] <= set(SCHEMAS[name]["required"])


def test_calls_name_their_account() -> None:
    """The header that names the account is told where calls need it."""
    told = {
        name: [one["name"] for one in operation.get("parameters", ()) if one["in"] == "header"]
        for name, operation in operations()
    }

    named = ("POST /actions/rpc", "POST /unified/proxy", "POST /unified/check_permissions")
    assert all("x-account-id" in told[name] for name in named)


async def test_answers_are_of_the_told_shape(live: Live) -> None:
    """A session, a list, connectors and an error are what the document says."""
    owner = {"origin_owner_id": "a", "origin_owner_name": "A"}

    answers = {
        "ConnectSessionCreated": (await live.call("POST", "/connect_sessions", data=owner)).json(),
        "ConnectorMeta": (await live.call("GET", "/connectors/meta")).json()[0],
        "ErrorAnswer": (await live.call("GET", "/accounts/acc_none")).json(),
    }

    for name, answer in answers.items():
        schema = {"$ref": f"#/components/schemas/{name}", "components": DOCUMENT["components"]}
        jsonschema.Draft202012Validator(schema).validate(answer)
