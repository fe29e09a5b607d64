"""`GET /account`."""

from crossdock_twins.easyship.account.merchants import get_merchant
from crossdock_twins.easyship.credit import ledger
from crossdock_twins.easyship.operations import Call, Handler
from crossdock_twins.easyship.replies import Reply


def show(call: Call) -> Reply:
    """Show the company; address, credit and payment sources appear with their scopes."""
    merchant = get_merchant(call.store, call.company)
    account: dict[str, object] = {"easyship_company_id": call.company.id, "name": call.company.name}
    if "public.address:read" in call.grant.scopes:
        account["billing_address"] = merchant.address
    if "public.credit:read" in call.grant.scopes:
        held = ledger.wallet(call.store, company_id=call.company.id, environment=call.grant.environment)
        account["credit"] = {
            "available_balance": held.available / 100,
            "balance": held.balance / 100,
            "currency": call.company.currency,
        }
    if "public.payment_source:read" in call.grant.scopes:
        account["payment_sources"] = [merchant.card]
    return Reply(members={"account": dict(sorted(account.items()))})


HANDLERS: dict[str, Handler] = {
    "account_show": show,
}
