"""`GET /account`."""

from crossdock_twins.easyship.addresses.store import default_address
from crossdock_twins.easyship.credit.routes import credit_json
from crossdock_twins.easyship.operations import Call, Handler
from crossdock_twins.easyship.payment_sources.store import ACTIVE, SOURCES
from crossdock_twins.easyship.replies import Reply


def show(call: Call) -> Reply:
    """Show the company; address, credit and payment sources appear with their scopes."""
    scopes = call.grant.scopes
    account: dict[str, object] = {"easyship_company_id": call.company.id, "name": call.company.name}
    if "public.address:read" in scopes:
        account["billing_address"] = default_address(
            call.store, company=call.company, environment=call.grant.environment, role="billing"
        )
    if "public.credit:read" in scopes:
        account["credit"] = credit_json(call)
    if "public.payment_source:read" in scopes:
        account["payment_sources"] = SOURCES.some(call.store, call.owner, ACTIVE, order="number")
    return Reply(members={"account": dict(sorted(account.items()))})


HANDLERS: dict[str, Handler] = {
    "account_show": show,
}
