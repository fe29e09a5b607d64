"""Codes that name a special case of an error class, with the words by which pages and documents explain each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from crossdock.kernel.errors import Disposition


@dataclass(frozen=True, slots=True)
class Special:
    """A code's page: title, explanation, remedy, HTTP status and what to do about it."""

    title: str
    explanation: str
    remedy: str
    status: int
    disposition: Disposition = "fix_request"


SPECIAL: Final[Mapping[str, Special]] = MappingProxyType(
    {
        "account_mismatch": Special(
            "Two accounts are named",
            "The header and the body of the request name different accounts.",
            "Name the account once, in the x-account-id header.",
            400,
        ),
        "account_missing": Special(
            "No account is named",
            "The call does not say for which linked account it is.",
            "Send the account's id in the x-account-id header.",
            400,
        ),
        "agent_action": Special(
            "The agent's key is not for this action",
            "An agent key names the actions that it may run.",
            "Use one of the tools that are listed, or make an agent key that names this action.",
            403,
        ),
        "agent_effect": Special(
            "The agent may not do this",
            "An agent key or a connection may be bound to reading alone.",
            "Use an action that only reads, or make an agent key with this effect.",
            403,
        ),
        "already_linked": Special(
            "This account is linked already",
            "The same account at the provider was linked before for the same customer.",
            "Renew the credential of the first one, or say that a second one is meant.",
            409,
        ),
        "app_refused": Special(
            "The app's request cannot be granted",
            "An app that wants to connect by OAuth asked for something that it cannot have; `error` has OAuth's word.",
            "Read the message. Removing the connection in the app and adding it again often helps.",
            400,
        ),
        "collect_impossible": Special(
            "There is nothing to collect",
            "The action gives its whole answer at once; it has no pages.",
            "Leave collect out of the request.",
            422,
        ),
        "credential_renewed": Special(
            "The credential was renewed just now",
            "The provider refused the old credential. It has been renewed, and nothing was done.",
            "Send the same call again.",
            502,
            "retry",
        ),
        "csrf": Special(
            "The form came from elsewhere",
            "A form is only taken from the page that this hub itself showed you.",
            "Load the page again and repeat what you did.",
            403,
        ),
        "data_dir_in_use": Special(
            "Another Crossdock uses this data directory",
            "Two processes cannot run the embedded database of one directory.",
            "Stop the other one, or name another directory with --data-dir.",
            409,
        ),
        "database_busy": Special(
            "The database is busy",
            "Every connection was in use for two seconds.",
            "Try again in a moment. The operator may raise CROSSDOCK_POOL_SIZE.",
            503,
            "wait",
        ),
        "database_down": Special(
            "The database does not answer",
            "The connection failed or broke off.",
            "Try again in a moment. The operator finds more with crossdock doctor.",
            503,
            "wait",
        ),
        "definition_invalid": Special(
            "A connector's definition is wrong",
            "Crossdock does not start with a definition that it does not understand.",
            "Correct the file at the line that the message names, and start again.",
            500,
            "give_up",
        ),
        "effect_not_granted": Special(
            "The account is linked without that permission",
            "The person who linked it did not allow this kind of action.",
            "Link the account again and switch the permission on.",
            403,
        ),
        "effect_unclear": Special(
            "What the call would do is not clear",
            "Nobody can say whether it only reads: the document cannot be read, or servers could read it in two ways.",
            "Send it plainly: query and variables as JSON, a request with the method that it has. Or use an action.",
            422,
        ),
        "http_error": Special(
            "The request failed",
            "The address did not take the request.",
            "Look the address and its methods up in the API document at /openapi.json.",
            400,
        ),
        "idempotency_answer_not_kept": Special(
            "The answer was too large to be kept",
            "The write under this Idempotency-Key was done; its answer was over 1 MiB and is gone.",
            "Read what it made or changed instead of sending it again.",
            409,
        ),
        "idempotency_key_in_use": Special(
            "The same write is running",
            "A request with this Idempotency-Key was sent before and has not been answered yet.",
            "Wait for the seconds that Retry-After names, then send the same request with the same key.",
            409,
            "wait",
        ),
        "idempotency_key_invalid": Special(
            "The Idempotency-Key is not valid",
            "A key is 1 to 255 printable ASCII characters, in quotes or bare.",
            "Send a UUID made for this one request.",
            400,
        ),
        "idempotency_key_reused": Special(
            "The Idempotency-Key was used for another request",
            "A key stands for one request for a day: the same account, address and body.",
            "Make a new key for each new request.",
            422,
        ),
        "internal_error": Special(
            "Something inside Crossdock failed",
            "This was not foreseen. The log tells more.",
            "Try again. If it stays, look at the server's log.",
            500,
            "give_up",
        ),
        "link_unknown": Special(
            "This link is not known",
            "It may have been copied in part, opened in another browser, or taken back.",
            "Open the whole link once more, or ask for a new one.",
            401,
        ),
        "link_used": Special(
            "This link has been used",
            "A link is for one account, and that account is linked.",
            "Ask the app that sent you for a new link.",
            409,
        ),
        "look_impossible": Special(
            "There is nothing to look for",
            "The action cannot be looked up, or nothing in its inputs names the thing that it makes.",
            "Leave x-crossdock-look out, or give what names the thing, such as its order number.",
            422,
        ),
        "links_not_granted": Special(
            "The agent may not ask for accounts",
            "An agent asks people to link accounts only where a person allowed that for its key or connection.",
            "Make an agent key that may request links, or link the account yourself.",
            403,
        ),
        "links_pending": Special(
            "Too many requests of the agent wait",
            "An agent may have five requests for accounts open at a time.",
            "Answer one of them, or wait until they end after a day.",
            409,
        ),
        "method_not_allowed": Special(
            "This address does not take that method",
            "The path is right, but not with this HTTP method.",
            "Look the methods up in the API document at /openapi.json.",
            405,
        ),
        "missing_scope": Special(
            "The key may not do this",
            "The API key or the person's role does not hold the scope that this needs.",
            "Use a key with that scope, or ask an admin of the project.",
            403,
        ),
        "oauth_state": Special(
            "The sign-in was not started here",
            "The provider's answer belongs to no sign-in of this browser, or came too late.",
            "Start linking again, in one window, and finish within ten minutes.",
            400,
        ),
        "outcome_settling": Special(
            "Whether it happened shows soon",
            "A write was interrupted. It is not there, but may still be on its way at the provider.",
            "Wait for the seconds that Retry-After names, then send the same request with the same Idempotency-Key.",
            409,
            "wait",
        ),
        "outcome_unknown": Special(
            "Whether it happened is not known",
            "A write was sent and its answer was lost, so that nobody sends it again by itself.",
            "Sent with an Idempotency-Key, ask GET /idempotency_keys/{key}, or send the same again with the same key. "
            "Else look with the action that look_with names.",
            502,
            "give_up",
        ),
        "pace_exceeded": Special(
            "The account's budget at the provider is spent",
            "Calls wait for their turn within the provider's limits, and this one would have waited too long.",
            "Wait for the seconds that Retry-After names; send what can wait with x-crossdock-priority: bulk.",
            429,
            "wait",
        ),
        "paging_stuck": Special(
            "The list does not go on",
            "The provider gave the same page again in place of the next one.",
            "Read the list page by page with next, or narrow it with a filter.",
            502,
            "retry",
        ),
        "port_in_use": Special(
            "The port is taken",
            "Another program listens on this address.",
            "Stop it, or take other ports with --port.",
            500,
            "give_up",
        ),
        "profile_action": Special(
            "The connector profile is not for this action",
            "A connector profile may name the actions that its accounts can be called with.",
            "Use another action, or add this one to the profile on the dashboard under Connectors.",
            403,
        ),
        "profile_effect": Special(
            "The connector profile does not go as far as this",
            "A connector profile may be bound to reading, or to writing without deleting.",
            "Use an action that only reads, or widen the profile on the dashboard under Connectors.",
            403,
        ),
        "profile_in_use": Special(
            "The connector profile is in use",
            "Accounts are linked through it, and would be left without their setup.",
            "Link its accounts again through another profile, or delete them, or switch the profile off.",
            409,
        ),
        "profile_mismatch": Special(
            "The account has another connector profile",
            "The call names a connector profile that is not the one the account is linked through.",
            "Leave the header x-connector-profile-id out, or name the account's own profile.",
            400,
        ),
        "profile_proxy": Special(
            "The connector profile is for chosen actions only",
            "A request of one's own could do what none of the chosen actions does.",
            "Run an action instead, or choose every action for the profile.",
            403,
        ),
        "run_full": Special(
            "The run of synced calls is full",
            "A run of synced calls holds a bounded number of rows.",
            "Go on with another run_id, or leave it out to begin a new run.",
            409,
        ),
        "screening_shuts_proxy": Special(
            "Agents get no raw answers here",
            "The project keeps results back that read like orders to a model, and a raw answer cannot be looked over.",
            "Use an action instead, or let the project mark such results on the dashboard under Settings.",
            403,
        ),
        "seal_broken": Special(
            "A stored secret cannot be opened",
            "It was changed, moved to another row, cut short, or sealed with another key.",
            "Restore the database and the key ring from the same backup, or link the account again.",
            500,
            "give_up",
        ),
        "session_expired": Special(
            "This link's time is over",
            "For safety a link works for a limited time. Nothing was lost.",
            "Press Continue on the page, or start again in the app that sent you.",
            401,
        ),
        "signed_out": Special(
            "Nobody is signed in here",
            "The sign-in ended, or never was.",
            "Sign in to the dashboard.",
            401,
        ),
        "too_large": Special(
            "The request is too large",
            "Its body is larger than this address takes.",
            "Send less at once.",
            413,
        ),
        "transport_failed": Special(
            "The provider could not be reached",
            "There was no reply: the message says at which step it ended.",
            "Try again in a few minutes, and look at the provider's status page.",
            502,
            "retry",
        ),
        "unsupported_media_type": Special(
            "This address takes JSON",
            "The content type of the body is another one.",
            "Send JSON with the header content-type: application/json.",
            415,
        ),
        "vault_key": Special(
            "The vault's key is missing or wrong",
            "Stored credentials open only with the key ring that sealed them.",
            "Restore the key ring that belongs to this database from your backup.",
            500,
            "give_up",
        ),
        "wrong_connector": Special(
            "The action belongs to another provider",
            "An action's name begins with its provider, and the account is linked at another one.",
            "Use an action of the account's own provider, or name another account.",
            400,
        ),
    }
)
