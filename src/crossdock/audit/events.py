"""The names of audit events, and the sentence by which a page shows each."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

PROJECT_CREATED: Final = "project.created"
PROJECT_ORIGINS_CHANGED: Final = "project.origins.changed"
PROJECT_SCREENING_CHANGED: Final = "project.screening.changed"
KEY_CREATED: Final = "key.created"
KEY_REVOKED: Final = "key.revoked"
AGENT_KEY_CREATED: Final = "agent_key.created"
AGENT_KEY_REVOKED: Final = "agent_key.revoked"
AGENT_CALLED: Final = "agent.called"
APP_ALLOWED: Final = "app.allowed"
APP_DENIED: Final = "app.denied"
APP_TOKEN_ISSUED: Final = "app.token.issued"  # noqa: S105 - an event's name
APP_REVOKED: Final = "app.revoked"
LINK_REQUESTED: Final = "link.requested"
LINK_OPENED: Final = "link.opened"
LINK_DECLINED: Final = "link.declined"
PERSON_ADDED: Final = "person.added"
PERSON_PASSWORD_CHANGED: Final = "person.password.changed"  # noqa: S105 - an event's name
SIGN_IN_SUCCEEDED: Final = "sign_in.succeeded"
SIGN_IN_REFUSED: Final = "sign_in.refused"
SIGN_IN_ENDED: Final = "sign_in.ended"
INTEGRATION_CREATED: Final = "integration.created"
INTEGRATION_UPDATED: Final = "integration.updated"
INTEGRATION_ENABLED: Final = "integration.enabled"
INTEGRATION_DISABLED: Final = "integration.disabled"
INTEGRATION_DELETED: Final = "integration.deleted"
SESSION_CREATED: Final = "connect_session.created"
SESSION_RENEWED: Final = "connect_session.renewed"
LINK_TESTED: Final = "link.tested"
LINK_FAILED: Final = "link.failed"
LINK_CANCELLED: Final = "link.cancelled"
ACCOUNT_LINKED: Final = "account.linked"
ACCOUNT_RELINKED: Final = "account.relinked"
ACCOUNT_EDITED: Final = "account.edited"
ACCOUNT_PAUSED: Final = "account.paused"
ACCOUNT_RESUMED: Final = "account.resumed"
ACCOUNT_DELETED: Final = "account.deleted"
ACCOUNT_TESTED: Final = "account.tested"
ACCOUNT_STATUS_CHANGED: Final = "account.status.changed"
TOKEN_REFRESHED: Final = "token.refreshed"  # noqa: S105 - an event's name
TOKEN_REFRESH_FAILED: Final = "token.refresh.failed"  # noqa: S105 - an event's name
TOKEN_REFRESH_INTERRUPTED: Final = "token.refresh.interrupted"  # noqa: S105 - an event's name
ACTION_WROTE: Final = "action.wrote"
ACTION_REFUSED: Final = "action.refused"
ACTION_OUTCOME_UNKNOWN: Final = "action.outcome_unknown"
PROXY_WROTE: Final = "proxy.wrote"
PROXY_REFUSED: Final = "proxy.refused"
WEBHOOK_CREATED: Final = "webhook.created"
WEBHOOK_UPDATED: Final = "webhook.updated"
WEBHOOK_DELETED: Final = "webhook.deleted"
WEBHOOK_DISABLED: Final = "webhook.disabled"
WEBHOOK_SECRET_ROTATED: Final = "webhook.secret.rotated"  # noqa: S105 - an event's name
DELIVERY_REPLAYED: Final = "delivery.replayed"

TITLES: Final[Mapping[str, str]] = MappingProxyType(
    {
        PROJECT_CREATED: "The project was created",
        PROJECT_ORIGINS_CHANGED: "The allowed origins were changed",
        PROJECT_SCREENING_CHANGED: "How results are screened was changed",
        KEY_CREATED: "An API key was created",
        KEY_REVOKED: "An API key was revoked",
        AGENT_KEY_CREATED: "An agent key was created",
        AGENT_KEY_REVOKED: "An agent key was revoked",
        AGENT_CALLED: "An agent called a tool",
        APP_ALLOWED: "An app was let in",
        APP_DENIED: "An app was refused",
        APP_TOKEN_ISSUED: "An app got a token",
        APP_REVOKED: "What an app was allowed came to an end",
        LINK_REQUESTED: "An agent asked for an account to be linked",
        LINK_OPENED: "An agent's request for an account was opened",
        LINK_DECLINED: "An agent's request for an account was declined",
        PERSON_ADDED: "A person was added",
        PERSON_PASSWORD_CHANGED: "A password was changed",
        SIGN_IN_SUCCEEDED: "Signed in",
        SIGN_IN_REFUSED: "A sign-in was refused",
        SIGN_IN_ENDED: "Signed out",
        INTEGRATION_CREATED: "A connector profile was made",
        INTEGRATION_UPDATED: "A connector profile was changed",
        INTEGRATION_ENABLED: "A connector profile was switched on",
        INTEGRATION_DISABLED: "A connector profile was switched off",
        INTEGRATION_DELETED: "A connector profile was deleted",
        SESSION_CREATED: "A link was made",
        SESSION_RENEWED: "A link was renewed",
        LINK_TESTED: "A credential was tested",
        LINK_FAILED: "Linking failed",
        LINK_CANCELLED: "Linking was cancelled",
        ACCOUNT_LINKED: "The account was linked",
        ACCOUNT_RELINKED: "The account was linked again",
        ACCOUNT_EDITED: "The account was edited",
        ACCOUNT_PAUSED: "The account was paused",
        ACCOUNT_RESUMED: "The account was resumed",
        ACCOUNT_DELETED: "The account was deleted and its secrets erased",
        ACCOUNT_TESTED: "The account was tested",
        ACCOUNT_STATUS_CHANGED: "The status changed",
        TOKEN_REFRESHED: "The token was refreshed",
        TOKEN_REFRESH_FAILED: "A refresh failed",
        TOKEN_REFRESH_INTERRUPTED: "A refresh was interrupted",
        ACTION_WROTE: "An action wrote to the provider",
        ACTION_REFUSED: "An action was refused",
        ACTION_OUTCOME_UNKNOWN: "An action was interrupted: its outcome is not known",
        PROXY_WROTE: "A proxied call wrote to the provider",
        PROXY_REFUSED: "A proxied call was refused",
        WEBHOOK_CREATED: "A webhook was added",
        WEBHOOK_UPDATED: "A webhook was changed",
        WEBHOOK_DELETED: "A webhook was deleted",
        WEBHOOK_DISABLED: "A webhook was switched off, because its deliveries failed for days",
        WEBHOOK_SECRET_ROTATED: "A webhook's signing secret was replaced",
        DELIVERY_REPLAYED: "A delivery was sent again",
    }
)
