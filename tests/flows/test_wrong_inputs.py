"""Every wrong paste and every broken token gets its own right answer on the page, without a script."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from connector_samples import REFUSED
from guest import Guest, Sight
from house import Live
from twins import EasyshipTwin, ShipheroTwin

LOOKS = 600


@dataclass(frozen=True, slots=True)
class Twins:
    """Both twins, for breaking a token at its provider."""

    easyship: EasyshipTwin
    shiphero: ShipheroTwin

    def token(self) -> str:
        token: str = self.easyship.integration()["production_token"]
        return token

    def refresh_token(self) -> str:
        self.clear()
        token: str = self.shiphero.developer()["refresh_token"]
        return token

    def clear(self) -> None:
        self.shiphero.reset()
        self.easyship.clear_faults()


Break = Callable[[Twins], tuple[str, dict[str, str]]]


def _easyship(kind: str, *, paths: str = "/2024-09/*", **members: object) -> Break:
    def broken(twins: Twins) -> tuple[str, dict[str, str]]:
        token = twins.token()
        twins.easyship.fault(kind, paths=paths, **members)
        return "easyship", {"api_token": token}

    return broken


def _shiphero(kind: str, *, paths: str = "*", **members: object) -> Break:
    def broken(twins: Twins) -> tuple[str, dict[str, str]]:
        token = twins.refresh_token()
        twins.shiphero.fault(kind, paths=paths, **members)
        return "shiphero", {"refresh_token": token}

    return broken


def _unknown(provider: str, field: str, token: str) -> Break:
    return lambda _: (provider, {field: token})


def _suspended(twins: Twins) -> tuple[str, dict[str, str]]:
    token = twins.refresh_token()
    twins.shiphero.set_state(twins.shiphero.accounts()[0]["id"], "suspended")
    return "shiphero", {"refresh_token": token}


def _unchecked(twins: Twins) -> tuple[str, dict[str, str]]:
    made = twins.easyship.integration()
    twins.easyship.set_state(made["account_id"], "suspended")
    return "easyship", {"api_token": made["production_token"]}


BROKEN: list[tuple[Break, str]] = [
    (_unknown("easyship", "api_token", "prod_" + "A" * 43 + "="), "token_refused"),
    (_unchecked, "identity_check_needed"),
    (_easyship("forbidden"), "scope_missing"),
    (_easyship("rate_limited"), "rate_limited"),
    (_easyship("server_error"), "provider_error"),
    (_easyship("html"), "maintenance_page"),
    (_easyship("cut_off"), "answer_cut_off"),
    (_unknown("shiphero", "refresh_token", "A" * 43), "refresh_token_refused"),
    (_suspended, "account_not_active"),
    (_shiphero("rate_limited", paths="/graphql"), "rate_limited"),
    (_shiphero("server_error", paths="/graphql"), "provider_error"),
    (_shiphero("html", paths="/graphql"), "maintenance_page"),
    (_shiphero("cut_off", paths="/graphql"), "answer_cut_off"),
    (_shiphero("html", status=403), "network_blocked"),
]


async def paste(live: Live, guest: Guest, provider: str, fields: dict[str, str]) -> Sight:
    """Open a link for the provider, paste, and look until the test is over."""
    body = {"origin_owner_id": "shop-1", "origin_owner_name": "Shop", "provider": provider, "multiple": True}
    made = (await live.call("POST", "/connect_sessions", data=body)).json()
    sight = await guest.get(made["auth_link_url"])
    form = next(form for form in sight.forms if any(name in dict(form.values) for name in fields))
    sight = await guest.submit(sight, form.action, dict(fields))
    for _ in range(LOOKS):
        if 'http-equiv="refresh"' not in sight.html:
            return sight
        await asyncio.sleep(0.1)
        sight = await guest.get(sight.url)
    raise AssertionError("the test did not end")


async def test_each_wrong_paste_has_its_own_answer_on_the_page(live: Live, guest: Guest) -> None:
    """Forty wrong pastes and more: the page names what each one is, and nothing is sent to the provider."""
    answers: dict[tuple[str, str], str] = {}

    for provider, field, text, cause in REFUSED:
        needed = {"refresh_token": "A" * 43} if field == "access_token" else {}
        sight = await paste(live, guest, provider, {**needed, field: text})
        told = live.house.catalogue.get(provider).cause(cause)
        assert told.title in sight.text, f"{provider} {cause}: {sight.text[:600]}"
        assert told.remedy in sight.text, f"{provider} {cause}"
        answers[provider, cause] = told.title

    assert len(answers) >= 40
    for provider in ("easyship", "shiphero"):
        titles = [title for (name, _), title in answers.items() if name == provider]
        assert len(set(titles)) == len(titles) >= 20


async def test_each_broken_token_has_its_own_answer_on_the_page(
    live: Live, guest: Guest, easyship_twin: EasyshipTwin, shiphero_twin: ShipheroTwin
) -> None:
    """Tokens that look right and do not work: the page says why, what to do, and has one button."""
    twins = Twins(easyship_twin, shiphero_twin)
    seen: list[tuple[str, str]] = []

    for broken, cause in BROKEN:
        twins.clear()
        provider, fields = broken(twins)
        sight = await paste(live, guest, provider, fields)
        told = live.house.catalogue.get(provider).cause(cause)
        assert told.title in sight.text, f"{provider} {cause}: {sight.text[:600]}"
        assert told.button in sight.text, f"{provider} {cause}: {sight.text[:600]}"
        assert all(value not in sight.html for value in fields.values())
        seen.append((provider, told.title))

    assert len(set(seen)) == len(BROKEN)
    assert (await live.call("GET", "/accounts")).json() == []
