"""The log's and the tester's pages as somebody without scripts works with them, over real HTTP."""

from __future__ import annotations

import base64
import html
import re
from typing import Any
from urllib.parse import urlencode

import pytest

from guest import Guest, Sight
from house import Live
from shared_house import link_pasted
from twins import EasyshipTwin, ShipheroTwin

EVERYTHING = ["read", "write", "destructive"]


async def arranged(live: Live, guest: Guest, twin: EasyshipTwin) -> str:
    """Link an account that may do everything, and sign in."""
    account = await link_pasted(live, twin.integration()["production_token"], owner="Acme Pets")
    await live.call("PATCH", f"/accounts/{account}", data={"effects": EVERYTHING})
    await guest.sign_in(live)
    return account


async def rpc(live: Live, account: str, action: str, **inputs: Any) -> Any:
    answer = await live.call(
        "POST", "/actions/rpc", data={"action": action, **inputs}, headers={"x-account-id": account}
    )
    return answer.json()


async def ran(guest: Guest, account: str, action: str, **fields: str) -> Sight:
    """Fill fields of an action's form in and run it."""
    form = await guest.get(f"/dashboard/tester?{urlencode({'account': account, 'action': action})}")
    return await guest.submit(form, "/dashboard/tester#result", {**fields, "deed": "run"})


def calls(page: Sight) -> list[str]:
    return re.findall(r'data-call="([^"]+)"', page.html)


async def test_the_log_goes_on_from_page_to_page(live: Live, guest: Guest, easyship_twin: EasyshipTwin) -> None:
    """Older leads on, Newest leads back, filters stay, and no call is shown twice or left out."""
    account = await arranged(live, guest, easyship_twin)
    for _ in range(53):
        await rpc(live, account, "easyship_get_shipment", path={"easyship_shipment_id": ""})

    first = await guest.get(f"/dashboard/logs?account={account}&result=no")
    second = await guest.get(first.link("Older"))
    back = await guest.get(second.link("Newest"))

    assert (len(calls(first)), len(calls(second))) == (50, 3)
    assert len({*calls(first), *calls(second)}) == 53
    assert calls(back) == calls(first)


async def test_an_id_leads_straight_to_its_call(live: Live, guest: Guest, easyship_twin: EasyshipTwin) -> None:
    """The id that a log or an answer names opens the call's page; an unknown one says that nothing fits."""
    account = await arranged(live, guest, easyship_twin)
    await rpc(live, account, "easyship_get_account")
    call = (await live.call("GET", "/requests/logs")).json()["data"][0]["request_id"]

    found = await guest.get(f"/dashboard/logs?id={call}")
    missing = await guest.get("/dashboard/logs?id=call_nowhere")

    assert found.url.endswith(f"/dashboard/logs/{call}")
    assert "No call fits" in missing.text


async def test_a_renewed_credential_shows_as_two_steps(live: Live, guest: Guest, shiphero_twin: ShipheroTwin) -> None:
    """A call that was refused, renewed and sent again has both exchanges, each with its own status."""
    account = await link_pasted(
        live, shiphero_twin.developer()["refresh_token"], owner="Beta", provider="shiphero", field="refresh_token"
    )
    await guest.sign_in(live)
    shiphero_twin.fault("401", paths="/graphql", times=1)
    await rpc(live, account, "shiphero_get_account")
    call = (await live.call("GET", "/requests/logs")).json()["data"][0]["request_id"]

    page = await guest.get(f"/dashboard/logs/{call}")

    assert "Step 1" in page.text
    assert "Step 2" in page.text
    assert "From 127.0.0.1" in " ".join(page.text.split())
    assert "GraphQL document" in page.text


async def test_a_refused_call_names_its_inputs(live: Live, guest: Guest, easyship_twin: EasyshipTwin) -> None:
    """In place of steps stand the names of what was wrong, and that nothing was sent; the values stand nowhere."""
    account = await arranged(live, guest, easyship_twin)
    value = "what-was-given-there"
    inputs = {"path": {"easyship_shipment_id": f"{value}!"}, "query": {"format": value}}
    await rpc(live, account, "easyship_get_shipment", **inputs)
    call = (await live.call("GET", "/requests/logs")).json()["data"][0]["request_id"]

    page = await guest.get(f"/dashboard/logs/{call}")

    assert "Nothing was sent to the provider" in page.text
    assert "These inputs were wrong path.easyship_shipment_id query.format" in " ".join(page.text.split())
    assert value not in page.html


async def test_an_audit_entry_leads_to_its_calls(live: Live, guest: Guest, easyship_twin: EasyshipTwin) -> None:
    """Beside a refused write stands the way to the call that it was."""
    account = await arranged(live, guest, easyship_twin)
    await live.call("PATCH", f"/accounts/{account}", data={"effects": ["read"]})
    await rpc(live, account, "easyship_create_shipment", body={})

    page = await guest.get((await guest.get("/dashboard/audit")).link("See the calls"))

    assert len(calls(page)) == 1
    assert "effect_not_granted" in page.text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"query":\n {"page_size": 2}', "reading stopped at line 2, character 18"),
        ('{"page_size": 2}', "Write one object of path, query and body"),
        ("[" * 100_000, "nested too deeply"),
    ],
)
async def test_what_is_wrong_with_written_inputs_is_said(
    live: Live, guest: Guest, easyship_twin: EasyshipTwin, text: str, said: str
) -> None:
    """Broken JSON is told from JSON that is no inputs; what was written stays in its field."""
    account = await arranged(live, guest, easyship_twin)
    form = await guest.get(f"/dashboard/tester?account={account}&action=easyship_list_shipments")
    written = await guest.submit(form, "/dashboard/tester#result", {"deed": "json"})

    page = await guest.submit(written, "/dashboard/tester#result", {"deed": "run", "text": text})

    assert said in page.text
    assert html.escape(text, quote=True)[:40] in page.html.replace("&#34;", "&quot;")


async def test_a_refused_write_is_answered(live: Live, guest: Guest, easyship_twin: EasyshipTwin) -> None:
    """Running what the account is not linked for says so where the answer stands, with what to do."""
    account = await arranged(live, guest, easyship_twin)
    await live.call("PATCH", f"/accounts/{account}", data={"effects": ["read"]})
    form = await guest.get(f"/dashboard/tester?account={account}&action=easyship_create_shipment&example=1")

    page = await guest.submit(form, "/dashboard/tester#result", {"deed": "run"})

    assert "Allow it under Edit on the account's page" in page.text.split("Answer", 1)[1]
    assert "Run the action to see its answer here" not in page.text


async def test_a_list_goes_on_in_the_tester(live: Live, guest: Guest, easyship_twin: EasyshipTwin) -> None:
    """Next page runs the same inputs from where the last answer ended."""
    easyship_twin.seed("small-shop")
    account = await arranged(live, guest, easyship_twin)

    first = await ran(guest, account, "easyship_list_shipments", **{"query.page_size": "1"})
    following = re.search(r'value="(run:[^"]+)"', first.html)
    assert following is not None
    form = next(form for form in first.forms if "inputs" in dict(form.values))
    second = await guest.post("/dashboard/tester", [*form.values, ("deed", following[1])])
    ids = [re.findall(r"ES[A-Z]{2}\d+", page.html)[0] for page in (first, second)]

    assert ids[0] != ids[1]


async def test_a_file_is_offered_out_of_the_page(live: Live, guest: Guest, easyship_twin: EasyshipTwin) -> None:
    """The file's bytes stand in the page for downloading, under its name, and never as something a browser runs."""
    easyship_twin.seed("small-shop")
    account = await arranged(live, guest, easyship_twin)
    papers = (await rpc(live, account, "easyship_list_billing_documents", query={"page_size": 1}))["data"]

    page = await ran(guest, account, "easyship_download_billing_document", **{"path.id": papers[0]["id"]})
    found = re.search(r'href="data:application/octet-stream;base64,([^"]+)" download="([^"]+)"', page.html)

    assert found is not None
    assert base64.b64decode(found[1]).startswith(b"%PDF")
    assert found[2].endswith(".pdf")


async def test_an_interrupted_write_says_how_to_look(live: Live, guest: Guest, easyship_twin: EasyshipTwin) -> None:
    """Where nobody knows whether it happened, a button looks, with the inputs that find it."""
    account = await arranged(live, guest, easyship_twin)
    form = await guest.get(f"/dashboard/tester?account={account}&action=easyship_create_shipment&example=1")
    asked = await guest.submit(form, "/dashboard/tester#result", {"deed": "run"})
    easyship_twin.fault("cut_off", paths="/2024-09/shipments", methods=["POST"])

    doubt = await guest.submit(asked, "/dashboard/tester#result", {"deed": "sure"})
    look = next(form for form in doubt.forms if dict(form.values).get("action") == "easyship_list_shipments")
    seen = await guest.post("/dashboard/tester", [*look.values, ("deed", "run")])

    assert "Whether it happened is not known" in doubt.text
    assert "Look whether it happened" in doubt.text
    assert seen.status == 200
    assert "Answer" in seen.text
