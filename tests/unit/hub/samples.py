"""A sample view for every template: what the rendering tests print, and what a browser looks at."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from crossdock.hub import views_dashboard as dash
from crossdock.hub import views_link as link
from crossdock.hub.logos import lettermark

NOW = datetime(2026, 11, 21, 14, 30, tzinfo=UTC)
CSRF = "sample-form-token"
EASY = lettermark(key="parcelpath", name="ParcelPath")
HERO = lettermark(key="packmate", name="PackMate")
RULES = json.dumps(
    [
        {"pattern": "^prod_[A-Za-z0-9+/=]{20,}$", "verdict": "ok", "text": "This is a production token."},
        {
            "pattern": "^eyJ",
            "verdict": "bad",
            "text": "This is an access token. It ends after 28 days.",
            "step": "copy_token",
            "button": "Show me the other one",
        },
    ]
)


def frame(step: link.Step, **more: object) -> link.FrameView:
    values: dict[str, object] = {"owner": "Acme Pet Supplies", "step": step, "csrf": CSRF, "home": "/link/s/7"}
    return link.FrameView(**(values | more))  # type: ignore[arg-type] # a sample's short form


BACK = link.ButtonView(label="Back", url="/link/s/7")
PROBLEM = link.ProblemView(
    title="PackMate does not take this token",
    explanation="PackMate answered that the token is not valid. It may have been deleted, or copied in part.",
    remedy="Copy the refresh token once more, from its first to its last character.",
    button=link.ButtonView(label="Show me where to copy it", url="/link/s/7/int_2#step-copy"),
    code="token_refused",
)
ACCESS = link.AccessView(
    read_only=True,
    locked=False,
    reads=("List shipments", "Get a rate"),
    writes=("Create a shipment", "Add tags to an order"),
    destructive=("Cancel a shipment", "Delete a shipment"),
    caveat="",
)
LOCKED = link.AccessView(
    read_only=True, locked=True, reads=("List orders",), writes=("Create an order",), destructive=()
)
STEPS = (
    link.GuideStepView(
        key="menu",
        number=1,
        title="Open API & Webhooks",
        body="In the left sidebar, under **Integrations**, press **API & Webhooks**.",
        image=None,
        alt="The sidebar of ParcelPath with API & Webhooks marked",
        link="https://app.example.com/api",
        variants=(("There is no **Integrations** group", "Ask an admin of your company to do this step."),),
    ),
    link.GuideStepView(
        key="copy_token",
        number=2,
        title="Copy the token",
        body="Open **Access Token** and press the copy sign. The token begins with `prod_`.",
        image=None,
        alt="The integration page with the token shown",
        link=None,
        highlighted=True,
    ),
)
METHODS = (
    link.MethodView(label="API access token", url="/link/s/7/int_1", current=True),
    link.MethodView(label="Sign in", url="/link/s/7/int_3", current=False),
)
TOKEN_FIELD = link.FieldView(
    key="api_token",
    label="API Access Token",
    kind="secret",
    required=True,
    description="Paste the whole token. It begins with `prod_` or `sand_`.",
    placeholder="prod_…",
    rules=RULES,
)
CHECKS_RUNNING = (
    link.CheckView(label="The text looks right", state="ok", text="A production token"),
    link.CheckView(label="The provider answers", state="ok", text=""),
    link.CheckView(label="The provider accepts it", state="running", text=""),
    link.CheckView(label="What it may do", state="waiting", text=""),
    link.CheckView(label="Which account this is", state="waiting", text=""),
)
CHECKS_FAILED = (
    link.CheckView(label="The text looks right", state="ok", text=""),
    link.CheckView(label="The provider answers", state="ok", text=""),
    link.CheckView(label="The provider accepts it", state="failed", text="PackMate does not take this token"),
    link.CheckView(label="What it may do", state="skipped", text=""),
    link.CheckView(label="Which account this is", state="skipped", text=""),
)
FACTS = (
    ("Account", "Acme Pet Supplies"),
    ("Company id", "CUS000123"),
    ("Country", "United States"),
    ("Linked by", "the person with this link"),
)

LINK: dict[str, tuple[str, object]] = {
    "choose": (
        "link/choose.html",
        link.ChooseView(
            frame=frame("choose"),
            query="",
            total=7,
            offers=[
                link.OfferView(
                    name="ParcelPath",
                    url="/link/s/7/int_1",
                    logo=EASY,
                    category="Shipping",
                    methods=("API access token", "Sign in"),
                ),
                link.OfferView(
                    name="PackMate",
                    url="/link/s/7/int_2",
                    logo=HERO,
                    category="Fulfilment",
                    methods=("Refresh token",),
                    linked_as="Acme Pet Supplies",
                ),
            ],
        ),
    ),
    "choose-empty": ("link/choose.html", link.ChooseView(frame=frame("choose"), query="", total=0, offers=[])),
    "choose-none-found": (
        "link/choose.html",
        link.ChooseView(frame=frame("choose"), query="zebra", total=2, offers=[]),
    ),
    "fill": (
        "link/fill.html",
        link.FillView(
            frame=frame("fill", back=BACK),
            name="ParcelPath",
            logo=EASY,
            action="/link/s/7/int_1",
            oauth=False,
            fields=[TOKEN_FIELD],
            steps=STEPS,
            methods=METHODS,
            access=ACCESS,
            twin=True,
        ),
    ),
    "fill-wrong": (
        "link/fill.html",
        link.FillView(
            frame=frame("fill", relink=True, test_mode=True),
            name="PackMate",
            logo=HERO,
            action="/link/s/7/int_2",
            oauth=False,
            fields=[
                link.FieldView(
                    key="refresh_token",
                    label="Refresh token",
                    kind="secret",
                    required=True,
                    kept="••••••••7f3a",
                    rules=RULES,
                    problem=link.ProblemView(
                        title="This is the access token.",
                        explanation="It ends after 28 days.",
                        remedy="Paste the refresh token instead.",
                        button=link.ButtonView(label="Show me the other one", url="#step-copy_token"),
                    ),
                ),
                link.FieldView(key="note", label="Access token", kind="text", required=False, value="kept text"),
                link.FieldView(
                    key="region",
                    label="Region",
                    kind="select",
                    required=True,
                    options=(("eu", "Europe"), ("us", "United States")),
                    value="us",
                ),
                link.FieldView(key="words", label="Remarks", kind="text_area", required=False),
            ],
            steps=STEPS,
            methods=METHODS[:1],
            access=LOCKED,
            relink_label="Acme Pet Supplies",
        ),
    ),
    "fill-oauth": (
        "link/fill.html",
        link.FillView(
            frame=frame("fill", back=BACK, framed=True),
            name="ParcelPath",
            logo=EASY,
            action="/link/s/7/int_3",
            oauth=True,
            fields=[],
            steps=[],
            methods=METHODS,
            access=ACCESS,
            problem=PROBLEM,
            ticket="sample-ticket",
        ),
    ),
    "test": (
        "link/test.html",
        link.TestView(
            frame=frame("test"),
            name="PackMate",
            logo=HERO,
            checks=CHECKS_RUNNING,
            running=True,
            said="2 of 5 checks passed.",
        ),
    ),
    "test-failed": (
        "link/test.html",
        link.TestView(
            frame=frame("test"),
            name="PackMate",
            logo=HERO,
            checks=CHECKS_FAILED,
            running=False,
            said="The test failed.",
            problem=PROBLEM,
            provider_answer='{"message": "Unauthorized"}',
        ),
    ),
    "test-elsewhere": (
        "link/test.html",
        link.TestView(
            frame=frame("test"),
            name="ParcelPath",
            logo=EASY,
            checks=[],
            running=True,
            said="",
            waiting_elsewhere=True,
        ),
    ),
    "confirm": (
        "link/confirm.html",
        link.ConfirmView(
            frame=frame("confirm"),
            name="ParcelPath",
            logo=EASY,
            identity="Acme Pet Supplies",
            facts=FACTS[1:3],
            environment="Production",
            test_type=False,
            scopes_found=("shipment:read", "rate:read", "account:read"),
            scopes_missing=("label:write",),
            access=ACCESS,
            life="Works until it is revoked. Crossdock checks it every day.",
            action="/link/s/7/attempts/att_1/confirm",
            cancel="/link/s/7/attempts/att_1/cancel",
            token_could_write=True,
        ),
    ),
    "confirm-other": (
        "link/confirm.html",
        link.ConfirmView(
            frame=frame("confirm", relink=True),
            name="PackMate",
            logo=HERO,
            identity="Beta Bikes",
            facts=[("Account id", "7556")],
            environment="Sandbox",
            test_type=True,
            scopes_found=(),
            scopes_missing=(),
            access=LOCKED,
            life="Renews itself about every 22 days.",
            action="/link/s/7/attempts/att_1/confirm",
            cancel="/link/s/7/attempts/att_1/cancel",
            was="Acme Pet Supplies",
        ),
    ),
    "linked": (
        "link/linked.html",
        link.LinkedView(
            frame=frame("linked"),
            name="ParcelPath",
            logo=EASY,
            identity="Acme Pet Supplies",
            account_id="acc_01h9zq3v7e8w5k2m4n6p8r0s2t",
            facts=FACTS,
            life="Works until it is revoked. Crossdock checks it every day.",
            revoke=["Here: ask Example Shop to remove the link."],
            revoke_text="Delete the integration",
            revoke_link="https://app.example.com/api",
            back=link.ButtonView(label="Back to the app", url="https://shop.example.com/done"),
            receipt_url="/link/s/7/attempts/att_1/receipt",
            message='{"type": "AccountConnected", "account": {"id": "acc_1", "provider": "parcelpath"}}',
            origins='["https://shop.example.com"]',
        ),
    ),
    "expired": (
        "link/notice.html",
        link.NoticeView(
            frame=frame("none"),
            tone="warn",
            title="This link's time is over",
            explanation="For safety a link works for 30 minutes. Nothing is lost.",
            remedy="Continue where you were.",
            button=link.ButtonView(label="Continue", url="/link/s/7/renew", posts=True),
            csrf=CSRF,
        ),
    ),
    "unknown": (
        "link/notice.html",
        link.NoticeView(
            frame=None,
            tone="bad",
            title="This link is not known here",
            explanation="The link may have been copied in part, or taken back.",
            remedy="Ask the people who sent it for a new one.",
            button=None,
            code="unauthenticated",
        ),
    ),
}

ITEMS = (
    ("accounts", "Accounts", "/dashboard/accounts", "link"),
    ("connectors", "Connectors", "/dashboard/connectors", "plug"),
    ("keys", "API keys", "/dashboard/keys", "key"),
    ("webhooks", "Webhooks", "/dashboard/webhooks", "bell"),
    ("audit", "Audit", "/dashboard/audit", "list"),
    ("settings", "Settings", "/dashboard/settings", "cog"),
)


def nav(current: str, notice: tuple[link.Tone, str] | None = None) -> dash.NavView:
    return dash.NavView(
        current=current,
        person="robin@example.com",
        role="owner",
        project="Example Shop",
        csrf=CSRF,
        items=ITEMS,
        notice=notice,
    )


MENU = (
    dash.MenuItemView(label="Test", url="/dashboard/accounts/acc_1/test", posts=True),
    dash.MenuItemView(label="Link again", url="/dashboard/accounts/acc_1/relink", posts=True),
    dash.MenuItemView(label="Pause", url="/dashboard/accounts/acc_1/pause", posts=True),
    dash.MenuItemView(label="Edit", url="/dashboard/accounts/acc_1/edit"),
    dash.MenuItemView(label="Delete", url="/dashboard/accounts/acc_1/delete", danger=True),
)


def row(title: str, status: dash.BadgeView, **more: object) -> dash.AccountRowView:
    values: dict[str, object] = {
        "id": "acc_1",
        "url": "/dashboard/accounts/acc_1",
        "title": title,
        "provider": "ParcelPath",
        "logo": EASY,
        "environment": "Production",
        "test_type": False,
        "owner": "Acme Inc",
        "owner_id": "cust_42",
        "status": status,
        "reason": "",
        "health": "Checked 3 hours ago",
        "last_success": "2 minutes ago",
        "access": dash.BadgeView(text="Read", tone="good"),
        "menu": MENU,
    }
    return dash.AccountRowView(**(values | more))  # type: ignore[arg-type] # a sample's short form


ROWS = (
    row("Acme Pet Supplies", dash.BadgeView(text="Active", tone="good")),
    row(
        "Beta Bikes",
        dash.BadgeView(text="Needs linking", tone="bad"),
        provider="PackMate",
        logo=HERO,
        reason="The account is suspended at PackMate",
        health="Failing since 2 days",
        last_success="2 days ago",
        access=dash.BadgeView(text="Read + write", tone="warn"),
    ),
    row(
        "Gamma Garden with a rather long name for a shop of its size",
        dash.BadgeView(text="Paused", tone="quiet"),
        environment="Sandbox",
        test_type=True,
        health="Renews in 12 days",
        last_success="Never",
    ),
)
LIFE = dash.LifeView(
    sentence="Renews itself about every 22 days, as long as the account at PackMate is active.",
    now_x=64.0,
    marks=[
        dash.LifeMarkView(
            x=0, kind="linked", title="Linked", when=NOW - timedelta(days=40), said="40 days ago", future=False
        ),
        dash.LifeMarkView(
            x=35, kind="renewed", title="Renewed", when=NOW - timedelta(days=18), said="18 days ago", future=False
        ),
        dash.LifeMarkView(x=64, kind="now", title="Now", when=NOW, said="", future=False),
        dash.LifeMarkView(
            x=70, kind="next", title="Next renewal", when=NOW + timedelta(days=4), said="in 4 days", future=True
        ),
        dash.LifeMarkView(
            x=100, kind="end", title="Token ends", when=NOW + timedelta(days=10), said="in 10 days", future=True
        ),
    ],
)
EVENTS = (
    dash.EventRowView(title="The token was refreshed", when=NOW, actor="system:worker", detail="generation 2"),
    dash.EventRowView(
        title="The account was linked",
        when=NOW - timedelta(days=40),
        actor="session:7",
        detail="",
        number=3,
        subject="acc_1",
        subject_url="/dashboard/accounts/acc_1",
    ),
)
CHOICES = (
    dash.ChoiceView(value="", label="Any"),
    dash.ChoiceView(value="active", label="Active", chosen=True, help="What is active"),
)
PAGES = dash.PagesView(said="1 to 3 of 51", next="/dashboard/accounts?page=2")
WEBHOOK = dash.WebhookRowView(
    url="https://shop.example.com/hooks/crossdock",
    page="/dashboard/webhooks/wh_1",
    description="Production",
    events=("account.created", "account.needs_relink"),
    status=dash.BadgeView(text="On", tone="good"),
)

DASHBOARD: dict[str, tuple[str, object]] = {
    "sign-in": ("dashboard/sign_in.html", dash.SignInView(csrf=CSRF, email="", next="", notice="Sign in to go on.")),
    "sign-in-refused": (
        "dashboard/sign_in.html",
        dash.SignInView(csrf=CSRF, email="robin@example.com", next="", problem=PROBLEM),
    ),
    "accounts": (
        "dashboard/accounts.html",
        dash.AccountsView(
            nav=nav("accounts", ("good", "The account was paused.")),
            rows=ROWS,
            query="",
            owner="",
            statuses=CHOICES,
            providers=CHOICES,
            filtered=False,
            may_link=True,
            pages=PAGES,
            attention=1,
        ),
    ),
    "accounts-empty": (
        "dashboard/accounts.html",
        dash.AccountsView(
            nav=nav("accounts"),
            rows=(),
            query="",
            owner="",
            statuses=CHOICES,
            providers=CHOICES,
            filtered=False,
            may_link=True,
            pages=dash.PagesView(said="None yet"),
        ),
    ),
    "accounts-none-fit": (
        "dashboard/accounts.html",
        dash.AccountsView(
            nav=nav("accounts"),
            rows=(),
            query="zebra",
            owner="",
            statuses=CHOICES,
            providers=CHOICES,
            filtered=True,
            may_link=False,
            pages=dash.PagesView(said="None"),
        ),
    ),
    "account": (
        "dashboard/account.html",
        dash.AccountView(
            nav=nav("accounts"),
            row=ROWS[1],
            problem=PROBLEM,
            life=LIFE,
            facts=FACTS,
            scopes_found=("shipment:read", "rate:read"),
            scopes_missing=("label:write",),
            calls=[
                dash.CallRowView(
                    action="parcelpath_list_shipments",
                    effect=dash.BadgeView(text="Read", tone="good"),
                    status=dash.BadgeView(text="200", tone="good"),
                    milliseconds=182,
                    actor="key:key_1",
                    when=NOW,
                )
            ],
            events=EVENTS,
        ),
    ),
    "edit": (
        "dashboard/edit.html",
        dash.EditView(
            nav=nav("accounts"),
            title="Acme Pet Supplies",
            action="/dashboard/accounts/acc_1/edit",
            back="/dashboard/accounts/acc_1",
            label="Acme",
            owner_id="cust_42",
            owner_name="Acme Inc",
            effects=CHOICES,
            problem=PROBLEM,
        ),
    ),
    "delete": (
        "dashboard/sure.html",
        dash.SureView(
            nav=nav("accounts"),
            title="Delete Acme Pet Supplies?",
            explanation="Its credential is erased here at once. This cannot be undone.",
            consequences=["Calls with its id are refused.", "The token still works at ParcelPath: delete it there."],
            button=link.ButtonView(label="Delete the account", url="/dashboard/accounts/acc_1/delete", posts=True),
            back="/dashboard/accounts/acc_1",
        ),
    ),
    "link": (
        "dashboard/link.html",
        dash.LinkFormView(nav=nav("accounts"), providers=CHOICES, problem=PROBLEM),
    ),
    "shown-once": (
        "dashboard/once.html",
        dash.ShownOnceView(
            nav=nav("keys"),
            title="The key is made",
            explanation="Copy it now. It is not shown again.",
            label="API key",
            secret="v1.local.sample-key-that-opens-nothing",
            facts=[("Name", "Backend"), ("May", "accounts:read")],
            back=link.ButtonView(label="I have copied it", url="/dashboard/keys"),
        ),
    ),
    "connectors": (
        "dashboard/connectors.html",
        dash.ConnectorsView(
            nav=nav("connectors"),
            connectors=[
                dash.ConnectorView(
                    name="ParcelPath",
                    logo=EASY,
                    description="Rates, shipments, labels and tracking with many couriers.",
                    version="1.0.0",
                    actions=(8, 3),
                    integrations=[
                        dash.IntegrationRowView(
                            name="ParcelPath",
                            method="API access token",
                            status=dash.BadgeView(text="On", tone="good"),
                            note="",
                            toggle=dash.MenuItemView(
                                label="Switch off", url="/dashboard/connectors/int_1/off", posts=True
                            ),
                            setup=None,
                        ),
                        dash.IntegrationRowView(
                            name="ParcelPath",
                            method="Sign in",
                            status=dash.BadgeView(text="Not set up", tone="warn"),
                            note="Needs a client id and secret first.",
                            toggle=None,
                            setup="/dashboard/connectors/parcelpath/oauth",
                        ),
                    ],
                )
            ],
        ),
    ),
    "connectors-none": ("dashboard/connectors.html", dash.ConnectorsView(nav=nav("connectors"), connectors=[])),
    "setup": (
        "dashboard/setup.html",
        dash.SetupView(
            nav=nav("connectors"),
            name="ParcelPath",
            logo=EASY,
            method="Sign in",
            action="/dashboard/connectors/parcelpath/oauth",
            redirect_uri="https://hub.example.com/connect/oauth2/parcelpath/callback",
            fields=[
                dash.SetupFieldView(
                    key="client_id", label="Client id", secret=False, help="As shown there.", value="abc", kept=False
                ),
                dash.SetupFieldView(
                    key="client_secret", label="Client secret", secret=True, help="", value="", kept=True
                ),
            ],
            problem=PROBLEM,
        ),
    ),
    "keys": (
        "dashboard/keys.html",
        dash.KeysView(
            nav=nav("keys"),
            rows=[
                dash.KeyRowView(
                    name="Backend",
                    prefix="v1.local.Ab3d",
                    scopes=("accounts:read", "connect_sessions:write"),
                    created=NOW - timedelta(days=3),
                    used="5 minutes ago",
                    status=dash.BadgeView(text="Active", tone="good"),
                    revoke="/dashboard/keys/key_1/revoke",
                )
            ],
            scopes=CHOICES[1:],
            problem=PROBLEM,
        ),
    ),
    "keys-none": ("dashboard/keys.html", dash.KeysView(nav=nav("keys"), rows=[], scopes=CHOICES[1:])),
    "webhooks": ("dashboard/webhooks.html", dash.WebhooksView(nav=nav("webhooks"), rows=[WEBHOOK], events=CHOICES[1:])),
    "webhooks-none": (
        "dashboard/webhooks.html",
        dash.WebhooksView(nav=nav("webhooks"), rows=[], events=CHOICES[1:], problem=PROBLEM),
    ),
    "webhook": (
        "dashboard/webhook.html",
        dash.WebhookView(
            nav=nav("webhooks"),
            row=WEBHOOK,
            menu=MENU[:3],
            disabled="It was switched off, because deliveries failed for five days.",
            deliveries=[
                dash.DeliveryRowView(
                    event="account.created",
                    status=dash.BadgeView(text="Dead", tone="bad"),
                    attempts=10,
                    said="HTTP 500",
                    when=NOW,
                    replay="/dashboard/webhooks/wh_1/deliveries/del_1/replay",
                )
            ],
        ),
    ),
    "webhook-quiet": (
        "dashboard/webhook.html",
        dash.WebhookView(nav=nav("webhooks"), row=WEBHOOK, menu=(), deliveries=[]),
    ),
    "audit": (
        "dashboard/audit.html",
        dash.AuditView(
            nav=nav("audit"),
            rows=EVENTS,
            verdict=("good", "The chain is whole: 412 entries."),
            verify="/dashboard/audit/verify",
            pages=PAGES,
        ),
    ),
    "audit-empty": (
        "dashboard/audit.html",
        dash.AuditView(nav=nav("audit"), rows=[], verdict=None, verify="/dashboard/audit/verify", pages=PAGES),
    ),
    "settings": (
        "dashboard/settings.html",
        dash.SettingsView(
            nav=nav("settings"),
            action="/dashboard/settings",
            origins="https://shop.example.com",
            project_id="prj_1",
            problem=PROBLEM,
        ),
    ),
}

ENTRY = dash.CatalogueEntryView(
    code="token_refused",
    title="PackMate does not take this token",
    explanation="PackMate answered that the token is not valid.",
    remedy="Copy the refresh token once more.",
    disposition="relink",
    status=401,
    source="PackMate",
)
ERRORS: dict[str, tuple[str, object]] = {
    "catalogue": ("errors/catalogue.html", dash.CatalogueView(entries=[ENTRY], single=False)),
    "catalogue-entry": (
        "errors/catalogue.html",
        dash.CatalogueView(entries=[ENTRY, ENTRY], single=True, code="token_refused"),
    ),
}
PAGES_OF_ALL: dict[str, tuple[str, object]] = {
    **{f"link/{name}": page for name, page in LINK.items()},
    **{f"dashboard/{name}": page for name, page in DASHBOARD.items()},
    **{f"errors/{name}": page for name, page in ERRORS.items()},
}
