from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest

from connector_samples import (
    ACCESS,
    CATALOGUE,
    EASYSHIP,
    MENDED,
    METHODS,
    OTHER_REFRESH,
    PRODUCTION,
    REFRESH,
    REFUSED,
    SANDBOX,
    SHIPHERO,
    connector_id,
    jwt,
)
from crossdock.connectors import guide
from crossdock.connectors.guide import MASK, Recognition, Submission
from crossdock.connectors.model import AuthMethod, Connector, EnvironmentType
from crossdock.connectors.paste import LONGEST, NOTES
from crossdock.kernel.secret import Secret

NOW = datetime(2026, 11, 21, tzinfo=UTC)
TOKEN = EASYSHIP.auth_method("token")
RENEWING = SHIPHERO.auth_method("refresh_token")


def recognise(provider: str, field: str, text: str) -> Recognition:
    connector = CATALOGUE.get(provider)
    return guide.recognise(connector=connector, method=connector.auth_methods[0], field=field, text=text, now=NOW)


def submit(connector: Connector, wanted: EnvironmentType | None = None, **fields: str) -> Submission:
    method = connector.auth_methods[0]
    return guide.recognise_all(connector=connector, method=method, fields=fields, now=NOW, wanted=wanted)


@pytest.mark.parametrize(("provider", "field", "text", "cause"), REFUSED, ids=connector_id)
def test_refused_paste_is_told_by_its_own_cause(provider: str, field: str, text: str, cause: str) -> None:
    """What cannot be used is refused with the cause that says what it is."""
    found = recognise(provider, field, text)

    assert (found.verdict, found.cause.key if found.cause else None) == ("refused", cause)
    assert found.note is None
    assert found.environment is None


@pytest.mark.parametrize(("provider", "field", "text", "value", "mend"), MENDED, ids=connector_id)
def test_paste_that_can_be_mended_is_mended_and_says_how(
    provider: str, field: str, text: str, value: str, mend: str
) -> None:
    """The token is found in what surrounds it, and the person is told what was left out."""
    found = recognise(provider, field, text)

    assert found.verdict == "mended"
    assert found.value == Secret(value)
    assert found.note == NOTES[mend]
    assert found.cause is None


@pytest.mark.parametrize(
    ("provider", "field", "text", "environment"),
    [
        ("easyship", "api_token", PRODUCTION, "production"),
        ("easyship", "api_token", SANDBOX, "sandbox"),
        ("shiphero", "refresh_token", REFRESH, "production"),
        ("shiphero", "access_token", ACCESS, "production"),
    ],
)
def test_good_token_passes_untouched_and_names_its_environment(
    provider: str, field: str, text: str, environment: str
) -> None:
    """A token pasted as it is needs no words, and its prefix tells the environment."""
    found = recognise(provider, field, text)

    assert (found.verdict, found.note, found.cause) == ("ok", None, None)
    assert found.value == Secret(text)
    assert found.environment == environment


def test_twenty_wrong_pastes_of_each_provider_get_twenty_different_answers() -> None:
    """No two kinds of mistake share a title, a remedy with its title, or a note."""
    for connector in (EASYSHIP, SHIPHERO):
        causes = {cause for provider, _, _, cause in REFUSED if provider == connector.key}
        notes = {mend for provider, *_, mend in MENDED if provider == connector.key}
        titles = {connector.cause(cause).title for cause in causes}

        assert len(titles) == len(causes)
        assert len(causes) >= 20
        assert len(notes) >= 6


def test_end_of_an_access_token_is_read_from_the_token_itself() -> None:
    """The person learns until when a pasted access token lives, without any request."""
    end = datetime(2026, 12, 1, tzinfo=UTC)

    found = recognise("shiphero", "access_token", jwt(expires=end.timestamp()))

    assert found.expires_at == end


@pytest.mark.parametrize(
    "text", ["eyJ" * 9000, "prod_" * 6000, "a" * LONGEST, "a.b-" * 8000, "{" * 30000, '"token":' * 4000]
)
@pytest.mark.parametrize(("provider", "field"), [("easyship", "api_token"), ("shiphero", "refresh_token")])
def test_hostile_paste_costs_no_time(provider: str, field: str, text: str) -> None:
    """No paste, however made, keeps the page busy for more than a moment."""
    began = time.process_time()

    recognise(provider, field, text)

    assert time.process_time() - began < 3.0


def test_form_keeps_values_under_the_names_of_the_vault() -> None:
    """A form's key is the hub's, the stored name is the vault's."""
    found = submit(EASYSHIP, api_token=PRODUCTION)

    assert found.values == {"access_token": Secret(PRODUCTION)}
    assert found.credential == {"access_token": Secret(PRODUCTION)}
    assert found.setup == {}
    assert found.environment == "production"
    assert found.problems == ()


@pytest.mark.parametrize(
    ("wanted", "token", "cause"),
    [
        ("production", SANDBOX, "test_token_in_production"),
        ("test", PRODUCTION, "production_token_in_test"),
    ],
)
def test_token_of_the_other_world_is_refused(wanted: EnvironmentType, token: str, cause: str) -> None:
    """A sandbox token does not slip into a production account, nor the reverse."""
    found = submit(EASYSHIP, wanted=wanted, api_token=token)

    assert [(one.field, one.cause.key) for one in found.problems] == [("api_token", cause)]


def test_provider_without_a_test_world_takes_its_only_one() -> None:
    """Where a provider has no sandbox, a test account may use the real environment."""
    found = submit(SHIPHERO, wanted="test", refresh_token=REFRESH)

    assert found.problems == ()


def test_optional_field_may_stay_empty_and_required_field_may_not() -> None:
    """The access token is not asked for; the refresh token is."""
    found = submit(SHIPHERO, refresh_token="", access_token="")

    assert [(one.field, one.cause.key) for one in found.problems] == [("refresh_token", "paste_empty")]


@pytest.mark.parametrize(
    ("fields", "kept"),
    [
        ({"refresh_token": ACCESS, "access_token": REFRESH}, {"refresh_token": REFRESH, "access_token": ACCESS}),
        ({"refresh_token": "", "access_token": REFRESH}, {"refresh_token": REFRESH}),
        ({"refresh_token": REFRESH, "access_token": REFRESH}, {"refresh_token": REFRESH}),
    ],
)
def test_tokens_in_each_others_fields_are_put_right(fields: dict[str, str], kept: dict[str, str]) -> None:
    """Swapped, misplaced and repeated tokens need no second try, and the person is told."""
    found = guide.recognise_all(connector=SHIPHERO, method=RENEWING, fields=fields, now=NOW)

    assert found.problems == ()
    assert found.credential == {name: Secret(value) for name, value in kept.items()}
    assert len(found.notes) == 1


def test_another_refresh_token_in_the_access_field_is_refused() -> None:
    """Two different refresh tokens are not guessed between."""
    found = submit(SHIPHERO, refresh_token=REFRESH, access_token=OTHER_REFRESH)

    assert [(one.field, one.cause.key) for one in found.problems] == [("access_token", "paste_refresh_token")]


def test_recognition_shows_no_secret() -> None:
    """Neither the value nor what is left of a refused one appears in a repr."""
    shown = repr(recognise("easyship", "api_token", f"Bearer {PRODUCTION}")) + repr(submit(EASYSHIP, api_token=SANDBOX))

    assert PRODUCTION[5:20] not in shown
    assert SANDBOX[5:20] not in shown


@pytest.mark.parametrize(("connector", "method"), METHODS, ids=connector_id)
def test_hub_form_uses_only_what_the_hub_draws(connector: Connector, method: AuthMethod) -> None:
    """Field kinds, types and notices are those that the embedded hub knows."""
    config = guide.hub_config(connector=connector, method=method, existing=None)

    assert config["type"] == ("oauth2" if method.kind == "oauth2" else "custom")
    assert ("grantType" in config) == (method.kind == "oauth2")
    assert all(notice["type"] in {"info", "warning"} for notice in config["configNotices"])
    for field in config["configFields"]:
        assert field["type"] in {"text", "password", "number", "select", "text_area"}
        assert {"key", "label", "required", "readOnly", "secret"} <= field.keys()
        assert "validation" not in field
        assert "value" not in field


def test_hub_form_masks_stored_secrets_and_shows_open_values() -> None:
    """Of a stored secret the form holds its last characters behind the mask."""
    config = guide.hub_config(connector=SHIPHERO, method=RENEWING, existing={"refresh_token": "x9Q-"})

    fields = {field["key"]: field for field in config["configFields"]}
    assert fields["refresh_token"]["value"] == f"{MASK}x9Q-"
    assert "value" not in fields["access_token"]


def test_easyship_field_carries_the_label_that_people_know() -> None:
    """The label is the one of the official hub, so that guides elsewhere fit."""
    field = guide.hub_config(connector=EASYSHIP, method=TOKEN, existing=None)["configFields"][0]

    assert (field["key"], field["label"]) == ("api_token", "API Access Token")
