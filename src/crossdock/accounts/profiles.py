"""What an account's connector profile lets pass, whatever its person and its caller may do."""

from __future__ import annotations

from crossdock.accounts.model import Account
from crossdock.connectors.model import Effect
from crossdock.kernel.errors import ForbiddenError, InvalidRequestError

_REMEDY = "Use another action, or have an admin of the project change the profile on the dashboard under Connectors."


def check(account: Account, *, action: str | None, effect: Effect) -> None:
    """Raise ForbiddenError unless the profile holds the action and its effect; None is a request of one's own."""
    choice = account.choice
    if effect not in choice.effects:
        raise ForbiddenError(
            "The account's connector profile does not go as far as this.",
            remedy=_REMEDY,
            code="profile_effect",
            detail={
                "effect": effect,
                "granted": sorted(choice.effects),
                "connector_profile_id": account.integration_id,
            },
        )
    if action is None and not choice.is_every_action:
        raise ForbiddenError(
            "The account's connector profile is for chosen actions, and a request of one's own is none of them.",
            remedy="Run an action instead, or have an admin of the project choose every action for the profile.",
            code="profile_proxy",
            detail={"connector_profile_id": account.integration_id},
        )
    if action is not None and not choice.names(action):
        raise ForbiddenError(
            "The account's connector profile is not for this action.",
            remedy=_REMEDY,
            code="profile_action",
            detail={"action": action, "connector_profile_id": account.integration_id},
        )


def check_named(account: Account, *, profile_id: str | None) -> None:
    """Raise InvalidRequestError where a call names a profile that is not the account's."""
    if profile_id and profile_id != account.integration_id:
        raise InvalidRequestError(
            "The account is not linked through the connector profile that the call names.",
            remedy="Leave `x-connector-profile-id` out, or name the account's own profile: GET /v2/accounts/{id}.",
            code="profile_mismatch",
        )
