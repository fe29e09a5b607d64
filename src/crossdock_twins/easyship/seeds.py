"""Who is in the twin from the start."""

from datetime import datetime
from uuid import NAMESPACE_DNS, uuid5

from crossdock_twins.base.hosts import SignIn
from crossdock_twins.base.store import Store
from crossdock_twins.easyship.account.opening import open_account
from crossdock_twins.easyship.state import Company

OWNER = SignIn(email="owner@easyship.twin", password="pallets-and-parcels", role="admin")  # noqa: S106 - shown on the sign-in page
STAFF = SignIn(email="staff@easyship.twin", password="pallets-and-parcels", role="member")  # noqa: S106 - the same
OTHER_OWNER = SignIn(email="owner@bluekite.twin", password="pallets-and-parcels", role="admin")  # noqa: S106 - the same
EVERYBODY = (OWNER, STAFF, OTHER_OWNER)

_COMPANIES = (
    ("CUS000001", "Harbour & Pine Supply", "US", "USD", (("Nora Quill", OWNER), ("Sam Ortiz", STAFF))),
    ("CGB000002", "Blue Kite Toys", "GB", "GBP", (("Ines Vale", OTHER_OWNER),)),
)


def companies(store: Store, *, now: datetime) -> None:
    """Add two companies with their people and accounts; same seed, same ids."""
    for company_id, name, country, currency, people in _COMPANIES:
        store.execute(
            "INSERT INTO company (id, name, country_alpha2, currency) VALUES (?, ?, ?, ?)",
            *(company_id, name, country, currency),
        )
        company = Company(id=company_id, name=name, country_alpha2=country, currency=currency, state="active")
        open_account(store, company, now=now)
        for person_name, person in people:
            store.execute(
                "INSERT INTO person (id, company_id, name, email, password, role) VALUES (?, ?, ?, ?, ?, ?)",
                *(str(uuid5(NAMESPACE_DNS, person.email)), company_id, person_name),
                *(person.email, person.password, person.role),
            )
