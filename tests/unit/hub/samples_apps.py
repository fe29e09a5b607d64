"""A sample view for every template about connected apps and agents' requests."""

from __future__ import annotations

from dataclasses import replace

from crossdock.hub import views_dashboard as dash
from crossdock.hub.agents import apps_views as apps
from crossdock.hub.agents import requests_views as requests
from crossdock.hub.views_link import AskedView
from unit.hub.samples_dashboard import NOW, nav
from unit.hub.samples_link import CSRF, HERO, PROBLEM

ASKER = apps.AskerView(
    name="Order assistant",
    host="127.0.0.1:47831",
    on_this_machine=True,
    document=None,
    mixes_alphabets=False,
)
FAR = apps.AskerView(
    name="Desk of Robin",
    host="assistant.example.com",
    on_this_machine=False,
    document="https://assistant.example.com/oauth/client-metadata.json",
    mixes_alphabets=True,
)
ROW = apps.AppRowView(
    name="Order assistant",
    host="127.0.0.1:47831",
    owner="customer-17",
    accounts="2 accounts",
    may=["Read", "Create and change", "Ask for accounts"],
    made=NOW,
    by="Person robin@example.com",
    used="3 minutes ago",
    status=dash.BadgeView(text="Connected", tone="good"),
    note="until 21 Dec 2026",
    revoke="/dashboard/apps/app_1/revoke",
)
STOPPED = apps.AppRowView(
    name="Desk of Robin",
    host="assistant.example.com",
    owner="customer-18",
    accounts="All accounts",
    may=["Read"],
    made=NOW,
    by="Person robin@example.com",
    used="Never",
    status=dash.BadgeView(text="Stopped", tone="bad"),
    note="A token of it was used twice.",
    revoke=None,
)
CONSENT = apps.ConsentView(
    asker=ASKER,
    person="robin@example.com",
    project="Example Shop",
    csrf=CSRF,
    action="/dashboard/apps/allow",
    fields=[("client_id", "ocl_1"), ("state", "s")],
    owner="Acme Pet Supplies",
    other_owner="/dashboard/apps/allow?client_id=ocl_1",
    link="/dashboard/apps/allow/link?client_id=ocl_1",
    accounts=[
        dash.ChoiceView(value="acc_1", label="Acme EU · PackMate", chosen=True, help="acc_1"),
        dash.ChoiceView(value="acc_2", label="Acme US · ParcelPath Sandbox", help="acc_2"),
    ],
    every_account=False,
    effects=[
        dash.ChoiceView(value="write", label="Create and change", help="It may make orders. That can cost money."),
        dash.ChoiceView(value="destructive", label="Delete and cancel", help="It may do what cannot be undone."),
    ],
    only_reading=False,
    days=[dash.ChoiceView(value="30", label="30 days", chosen=True), dash.ChoiceView(value="365", label="1 year")],
    may_request_links=False,
)
REFUSED = apps.ConsentView(
    asker=FAR,
    person="robin@example.com",
    project="Example Shop",
    csrf=CSRF,
    action="/dashboard/apps/allow",
    fields=[("client_id", FAR.document or "")],
    owner="Acme Pet Supplies",
    other_owner=None,
    link="/dashboard/apps/allow/link?client_id=ocl_1",
    accounts=[dash.ChoiceView(value="acc_1", label="Acme EU · PackMate", help="acc_1")],
    every_account=True,
    effects=[],
    only_reading=True,
    days=[dash.ChoiceView(value="30", label="30 days", chosen=True)],
    may_request_links=True,
    problem=PROBLEM,
)
FIRST = apps.LinkFirstView(
    asker=ASKER,
    person="robin@example.com",
    project="Example Shop",
    csrf=CSRF,
    action="/dashboard/apps/allow/link",
    deny="/dashboard/apps/allow",
    fields=[("client_id", "ocl_1")],
    back=None,
    lead="An app works with linked accounts, and there is none yet.",
    owner_id="",
    owner_name="",
    providers=[dash.ChoiceView(value="", label="Choose on the next page", chosen=True)],
)
WISH = requests.RequestRowView(
    agent="Order assistant",
    kind="An agent with a key",
    provider="PackMate",
    logo=HERO,
    owner="Acme Pet Supplies",
    owner_id="customer-17",
    reason="I need the stock levels of the warehouse to say which of yesterday's orders can leave today.",
    asked=NOW,
    ago="3 minutes ago",
    status=dash.BadgeView(text="Waits", tone="warn"),
    note="Nobody has opened the link yet. It ends on 21 Dec 2026, 09:05 UTC.",
    account=None,
    follow="/dashboard/requests/lrq_1/follow",
    decline="/dashboard/requests/lrq_1/decline",
)
WISHES = requests.RequestsView(
    nav=nav("requests"),
    rows=[
        WISH,
        replace(
            WISH,
            agent="Desk of Robin",
            kind="A connected app",
            owner_id="",
            reason="x" * 300,
            status=dash.BadgeView(text="Linked", tone="good"),
            note="An account was linked. The agent was told its id.",
            account="/dashboard/accounts/acc_1",
            follow=None,
            decline=None,
        ),
    ],
    standings=[dash.ChoiceView(value="", label="All requests", chosen=True)],
    filtered=False,
    waiting=1,
    pages=dash.PagesView(said="1 to 2 of 22", next="/dashboard/requests?page=2"),
)
APPS: dict[str, tuple[str, object]] = {
    "list": (
        "dashboard/apps.html",
        apps.AppsView(nav=nav("apps"), rows=[ROW, STOPPED], address="http://127.0.0.1:8200/mcp"),
    ),
    "list-empty": (
        "dashboard/apps.html",
        apps.AppsView(nav=nav("apps"), rows=[], address="http://127.0.0.1:8200/mcp"),
    ),
    "consent": ("dashboard/consent.html", CONSENT),
    "consent-refused": ("dashboard/consent.html", REFUSED),
    "consent-unnamed": (
        "dashboard/consent.html",
        replace(CONSENT, asker=replace(ASKER, unnamed_server="http://127.0.0.1:8200/mcp")),
    ),
    "link-first": ("dashboard/consent_link.html", FIRST),
    "link-first-refused": (
        "dashboard/consent_link.html",
        replace(
            FIRST,
            asker=FAR,
            back="/dashboard/apps/allow?client_id=ocl_1",
            lead="customer-17 has no linked account yet.",
            owner_id="customer-17",
            problem=PROBLEM,
        ),
    ),
    "owners": (
        "dashboard/consent_owner.html",
        apps.OwnersView(
            asker=FAR,
            person="robin@example.com",
            project="Example Shop",
            owners=[
                apps.OwnerChoiceView(
                    name=f"Customer {number}",
                    id=f"customer-{number}",
                    url="/dashboard/apps/allow?o=1",
                    accounts="1 account",
                )
                for number in range(8)
            ],
            link="/dashboard/apps/allow/link?client_id=ocl_1",
        ),
    ),
    "requests": ("dashboard/requests.html", WISHES),
    "requests-empty": ("dashboard/requests.html", replace(WISHES, rows=[], waiting=0)),
    "requests-none-so": ("dashboard/requests.html", replace(WISHES, rows=[], filtered=True)),
    "asked": (
        "link/asked.html",
        AskedView(
            agent="Order assistant",
            owner="Acme Pet Supplies",
            name="PackMate",
            logo=HERO,
            reason="I need the stock levels of the warehouse to say which of yesterday's orders can leave today.",
            ends=NOW,
            csrf=CSRF,
            follow="/link/asked/t/follow",
            decline="/link/asked/t/decline",
        ),
    ),
}
