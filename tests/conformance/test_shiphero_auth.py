from typing import Any

import pytest

from shiphero_client import Client
from twins import Reply, ShipheroTwin, fetch

_ME = "{ me { data { email } } }"


def _auth(twin: ShipheroTwin, path: str, data: Any) -> Reply:
    return fetch(f"{twin.api}{path}", method="POST", data=data)


def _status(twin: ShipheroTwin, token: str) -> int:
    return Client(twin.api, token).post(_ME).status


def test_a_refresh_gives_a_working_token_for_28_days(shiphero_twin: ShipheroTwin) -> None:
    """The answer of /auth/refresh has exactly the documented members, without a refresh token."""
    developer = shiphero_twin.developer()

    reply = _auth(shiphero_twin, "/auth/refresh", {"refresh_token": developer["refresh_token"]})

    answer = reply.json()
    assert reply.status == 200
    assert set(answer) == {"access_token", "expires_in", "scope", "token_type"}
    assert (answer["expires_in"], answer["token_type"]) == (2_419_200, "Bearer")
    assert answer["scope"] == "openid profile offline_access"
    assert _status(shiphero_twin, answer["access_token"]) == 200


def test_earlier_tokens_live_on_after_a_refresh(shiphero_twin: ShipheroTwin) -> None:
    """A refresh ends nothing, and the refresh token works again and again."""
    developer = shiphero_twin.developer()
    sent = {"refresh_token": developer["refresh_token"]}

    tokens = [_auth(shiphero_twin, "/auth/refresh", sent).json()["access_token"] for _ in range(3)]

    assert len(set(tokens)) == 3
    assert [_status(shiphero_twin, token) for token in (developer["access_token"], *tokens)] == [200] * 4


def test_access_tokens_die_after_28_days(shiphero_twin: ShipheroTwin) -> None:
    """A token works on day 27 and not on day 28, when a refresh gives a new one."""
    developer = shiphero_twin.developer()

    shiphero_twin.clock_advance("27d23h")
    before = _status(shiphero_twin, developer["access_token"])
    shiphero_twin.clock_advance("1h")
    after = Client(shiphero_twin.api, developer["access_token"]).post(_ME)
    fresh = _auth(shiphero_twin, "/auth/refresh", {"refresh_token": developer["refresh_token"]}).json()

    assert (before, after.status) == (200, 401)
    assert "expired" in after.json()["message"]
    assert _status(shiphero_twin, fresh["access_token"]) == 200


def test_e_mail_and_password_give_both_tokens(shiphero_twin: ShipheroTwin) -> None:
    """/auth/token answers with a refresh token as well, the same one each time."""
    developer = shiphero_twin.developer("with@password.example", password="correct horse")
    sent = {"username": "WITH@password.example", "password": "correct horse"}

    first, second = (_auth(shiphero_twin, "/auth/token", sent).json() for _ in range(2))

    assert set(first) == {"access_token", "expires_in", "refresh_token", "scope", "token_type"}
    assert first["refresh_token"] == second["refresh_token"] == developer["refresh_token"]
    assert _status(shiphero_twin, first["access_token"]) == 200


def test_people_get_tokens_too(shiphero_twin: ShipheroTwin) -> None:
    """The owner's own login works at /auth/token, and the API knows who calls."""
    sent = {"username": shiphero_twin.email, "password": shiphero_twin.password}

    token = _auth(shiphero_twin, "/auth/token", sent).json()["access_token"]

    assert Client(shiphero_twin.api, token).data(_ME)["me"]["data"]["email"] == shiphero_twin.email


@pytest.mark.parametrize("path", ["/auth/refresh", "//auth/refresh", "/auth//refresh", "/auth/refresh/", "/auth/token"])
def test_slashes_and_the_other_endpoint_are_forgiven(shiphero_twin: ShipheroTwin, path: str) -> None:
    """Real clients double slashes, send extra members, and send the refresh token to /auth/token."""
    developer = shiphero_twin.developer()

    reply = _auth(shiphero_twin, path, {"refresh_token": developer["refresh_token"], "grant_type": "refresh_token"})

    assert reply.status == 200
    assert "refresh_token" not in reply.json()


def test_a_form_is_taken_for_json(shiphero_twin: ShipheroTwin) -> None:
    """A form-encoded body works, whatever its content type says."""
    developer = shiphero_twin.developer()
    body = f"refresh_token={developer['refresh_token']}".encode()

    replies = [
        fetch(f"{shiphero_twin.api}/auth/refresh", method="POST", body=body, headers={"Content-Type": kind})
        for kind in ("application/x-www-form-urlencoded", "application/json")
    ]

    assert [reply.status for reply in replies] == [200, 200]


@pytest.mark.parametrize(
    ("path", "sent", "status", "error"),
    [
        ("/auth/refresh", {"refresh_token": "nobody's"}, 403, "invalid_grant"),
        ("/auth/refresh", {}, 400, "invalid_request"),
        ("/auth/refresh", {"refresh_token": "\ud800"}, 400, "invalid_request"),
        ("/auth/refresh", {"refresh_token": 5}, 400, "invalid_request"),
        ("/auth/refresh", ["odd"], 400, "invalid_request"),
        ("/auth/token", {"username": "owner@shiphero.twin", "password": "wrong"}, 403, "invalid_grant"),
        ("/auth/token", {"username": "nobody@x.example", "password": "wrong"}, 403, "invalid_grant"),
        ("/auth/token", {"username": "owner@shiphero.twin"}, 400, "invalid_request"),
    ],
)
def test_refusals(shiphero_twin: ShipheroTwin, path: str, sent: Any, status: int, error: str) -> None:
    """A refusal is no 2xx and has the members of OAuth's errors."""
    reply = _auth(shiphero_twin, path, sent)

    assert reply.status == status
    assert reply.json()["error"] == error
    assert reply.json()["error_description"]


@pytest.mark.parametrize("state", ["suspended", "cancelled", "inactive"])
def test_tokens_of_a_closed_account_look_right_and_do_not_work(shiphero_twin: ShipheroTwin, state: str) -> None:
    """Both endpoints go on answering 200; the API refuses new and earlier tokens until the account is active."""
    developer = shiphero_twin.developer("d@shop.example", password="correct horse")
    shiphero_twin.set_state(developer["account_id"], state)

    by_refresh = _auth(shiphero_twin, "/auth/refresh", {"refresh_token": developer["refresh_token"]})
    by_login = _auth(shiphero_twin, "/auth/token", {"username": "d@shop.example", "password": "correct horse"})
    tokens = [developer["access_token"], by_refresh.json()["access_token"], by_login.json()["access_token"]]
    refused = [Client(shiphero_twin.api, token).post(_ME) for token in tokens]
    shiphero_twin.set_state(developer["account_id"], "active")

    assert (by_refresh.status, by_login.status) == (200, 200)
    assert [reply.status for reply in refused] == [401, 401, 401]
    assert all(set(reply.json()) == {"message"} for reply in refused)
    assert [_status(shiphero_twin, token) for token in tokens] == [200, 200, 200]


def test_a_removed_developer_is_nobody(shiphero_twin: ShipheroTwin) -> None:
    """Once the developer is gone, neither token works."""
    developer = shiphero_twin.developer()
    shiphero_twin.control("DELETE", f"/developers/{developer['id']}")

    reply = _auth(shiphero_twin, "/auth/refresh", {"refresh_token": developer["refresh_token"]})

    assert reply.status == 403
    assert _status(shiphero_twin, developer["access_token"]) == 401


@pytest.mark.parametrize("value", ["", "Bearer", "Bearer ", "Basic abc", "Bearer nonsense", "eyJhbGciOi"])
def test_what_is_no_bearer_token_is_refused(shiphero_twin: ShipheroTwin, value: str) -> None:
    """A missing, foreign or damaged bearer token is 401 with a message and no errors."""
    headers = {"Authorization": value} if value else {}

    reply = fetch(f"{shiphero_twin.api}/graphql", method="POST", headers=headers, data={"query": _ME})

    assert reply.status == 401
    assert set(reply.json()) == {"message"}


def test_the_scheme_is_read_in_any_case(shiphero_twin: ShipheroTwin) -> None:
    """`bearer` in lower case is a bearer token too."""
    token = shiphero_twin.developer()["access_token"]

    reply = fetch(
        f"{shiphero_twin.api}/graphql", method="POST", headers={"Authorization": f"bearer {token}"}, data={"query": _ME}
    )

    assert reply.status == 200
