"""The Python client and the API's document: what is made from it is as it stands, and nothing of it is missing."""

from __future__ import annotations

import importlib
import inspect
import re
import runpy
from pathlib import Path
from typing import Any

from crossdock.api import app as api
from crossdock_client import client

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "clients/python/src/crossdock_client"
BY_HAND = {"/unified/proxy"}
LEFT_OUT = {
    "/v2/accounts",
    "/v2/accounts/{account_id}",
    "/logs/actions/{action_run_id}",
    "/logs/steps",
    "/accounts/{account_id}/meta",
}
_CALL = re.compile(r'method="([A-Z]+)",\s*path=f?"([^"]+)"')


def test_what_is_made_from_the_document_is_as_it_stands() -> None:
    """Models and resources are as the tool writes them from today's document."""
    tool = runpy.run_path(str(ROOT / "tools/python_client.py"))
    written: dict[str, str] = tool["pages"](api.document())

    there = {
        f"{path.parent.name}/{path.name}" for part in ("models", "resources") for path in (PACKAGE / part).glob("*.py")
    }
    stale = [name for name in written if name not in there or (PACKAGE / name).read_text() != written[name]]

    assert not stale, "run: make reference"
    assert there == set(written)


def test_every_operation_can_be_called() -> None:
    """Each operation of the document that is for programs has its method, in both manners."""
    wanted = {
        (verb.upper(), path)
        for path, methods in api.document()["paths"].items()
        for verb, operation in methods.items()
        if "Hub" not in operation["tags"] and path not in BY_HAND | LEFT_OUT
    }

    for prefix in ("", "async_"):
        files = [
            path for path in (PACKAGE / "resources").glob("*.py") if path.name.startswith("async_") == bool(prefix)
        ]
        calls = {call for path in files for call in _CALL.findall(path.read_text())}
        plain = {(verb, re.sub(r"\{segment\((\w+)\)\}", "{}", path)) for verb, path in calls}
        assert plain == {(verb, re.sub(r"\{\w+\}", "{}", path)) for verb, path in wanted}


def test_every_resource_is_a_member_of_the_client() -> None:
    """Whatever resource the document brings, both clients have it."""
    names = [path.stem for path in (PACKAGE / "resources").glob("[!_]*.py") if not path.stem.startswith("async_")]
    made = {
        client.Crossdock: client.Crossdock("key", "https://hub.example"),
        client.AsyncCrossdock: client.AsyncCrossdock("key", "https://hub.example"),
    }

    for kind, one in made.items():
        prefix = "async_" if kind is client.AsyncCrossdock else ""
        for name in names:
            module = importlib.import_module(f"crossdock_client.resources.{prefix}{name}")
            kinds = [
                found for _, found in inspect.getmembers(module, inspect.isclass) if found.__module__ == module.__name__
            ]
            assert isinstance(getattr(one, name), tuple(kinds))


def test_both_manners_can_do_the_same() -> None:
    """Every public method stands in both clients, with the same arguments."""
    blocking = client.Crossdock("key", "https://hub.example")
    waiting = client.AsyncCrossdock("key", "https://hub.example")

    def methods(one: Any) -> dict[str, list[str]]:
        return {
            f"{name}.{method}": list(inspect.signature(found).parameters)
            for name, resource in vars(one).items()
            if not name.startswith("_")
            for method, found in inspect.getmembers(resource, callable)
            if not method.startswith("_")
        }

    assert methods(blocking) == methods(waiting)
    assert len(methods(blocking)) > 30
