"""A sample view for the pages of connectors and their profiles."""

from __future__ import annotations

from dataclasses import replace

from crossdock.hub import views_dashboard as dash
from crossdock.hub.connectors import views as profiles
from unit.hub.samples_dashboard import nav
from unit.hub.samples_link import EASY, PROBLEM

ON = dash.BadgeView(text="On", tone="good")
SWITCH = dash.MenuItemView(label="Switch off", url="/dashboard/profiles/int_1/switch-off", posts=True)
ROW = profiles.ProfileRowView(
    name="ParcelPath: API access token",
    badges=[ON, dash.BadgeView(text="Default", tone="info")],
    said="Every action · 3 accounts",
    edit="/dashboard/profiles/int_1",
    toggle=SWITCH,
)
ACTION = profiles.ActionView(
    name="parcelpath_list_shipments",
    label="List shipments",
    effect=dash.BadgeView(text="Reads", tone="good"),
    chosen=True,
    words="parcelpath list shipments",
)
HELD = profiles.ProfileHeldView(
    id="int_1",
    badges=[ON],
    used="No account",
    toggle=SWITCH,
    make_default="/dashboard/profiles/int_1/default",
    delete="/dashboard/profiles/int_1/delete",
)
FORM = profiles.ProfileView(
    nav=nav("connectors"),
    title="Reports",
    connector="ParcelPath",
    logo=EASY,
    method="Sign in",
    action="/dashboard/profiles/int_1",
    name="Reports",
    environments=[
        dash.ChoiceView(value="", label="As the credential says", chosen=True),
        dash.ChoiceView(value="sandbox", label="Sandbox"),
    ],
    redirect_uri="https://hub.example.com/connect/oauth2/parcelpath/callback",
    fields=[
        profiles.SetupFieldView(
            key="client_id", label="Client id", secret=False, help="As shown there.", value="abc", kept=False
        ),
        profiles.SetupFieldView(key="client_secret", label="Client secret", secret=True, help="", value="", kept=True),
    ],
    scopes=[
        profiles.ScopeView(key="shipment:read", label="Read shipments", advanced=False, chosen=True),
        profiles.ScopeView(key="rate:read", label="Ask for rates", advanced=True, chosen=False),
    ],
    scopes_otherwise="shipment:read",
    asks_itself=True,
    effects=[
        dash.ChoiceView(value="read", label="Reading only", chosen=True, help="Nothing is changed."),
        dash.ChoiceView(value="destructive", label="Everything", help="As far as the person allows."),
    ],
    every=False,
    areas=[
        profiles.AreaView(
            key="shipments",
            label="Shipments",
            actions=[
                ACTION,
                replace(
                    ACTION,
                    name="parcelpath_cancel_shipment",
                    label="Cancel a shipment",
                    effect=dash.BadgeView(text="Cannot be undone", tone="bad"),
                    chosen=False,
                ),
            ],
            chosen=1,
        )
    ],
    patterns="parcelpath_get_*",
    said="12 of 138 actions · reading only",
    held=HELD,
)
PROFILES: dict[str, tuple[str, object]] = {
    "connectors": (
        "dashboard/connectors.html",
        profiles.ConnectorsView(
            nav=nav("connectors"),
            connectors=[
                profiles.ConnectorView(
                    name="ParcelPath",
                    logo=EASY,
                    description="Rates, shipments, labels and tracking with many couriers.",
                    version="1.0.0",
                    actions=(8, 3),
                    ways=[
                        profiles.WayView(
                            method="API access token",
                            note="A token that a person copies.",
                            profiles=[ROW, replace(ROW, name="Reports", badges=[ON], edit=None, toggle=None)],
                            add="/dashboard/profiles/new/parcelpath/token",
                            needs_setup=False,
                        ),
                        profiles.WayView(
                            method="Sign in",
                            note="",
                            profiles=[],
                            add="/dashboard/profiles/new/parcelpath/oauth",
                            needs_setup=True,
                        ),
                    ],
                )
            ],
        ),
    ),
    "connectors-none": ("dashboard/connectors.html", profiles.ConnectorsView(nav=nav("connectors"), connectors=[])),
    "profile": ("dashboard/profile.html", FORM),
    "profile-new": ("dashboard/profile.html", replace(FORM, held=None, problem=PROBLEM, every=True, fields=[])),
}
