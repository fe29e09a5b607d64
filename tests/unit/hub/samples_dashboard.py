"""A sample view for every template of the dashboard."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from crossdock.hub import views_dashboard as dash
from crossdock.hub import views_link as link
from crossdock.hub.project import views as settings
from unit.hub.samples_link import CSRF, EASY, FACTS, HERO, PROBLEM

NOW = datetime(2026, 11, 21, 14, 30, tzinfo=UTC)
ITEMS = (
    ("accounts", "Accounts", "/dashboard/accounts", "link"),
    ("requests", "Link requests", "/dashboard/requests", "ask"),
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
            asked=2,
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
                    url="/dashboard/logs/call_1",
                    cause="",
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
        settings.SettingsView(
            nav=nav("settings"),
            action="/dashboard/settings",
            origins="https://shop.example.com",
            project_id="prj_1",
            screening=settings.ScreeningView(
                action="/dashboard/settings/screening",
                modes=[
                    settings.ModeView(value="mark", label="Mark it", explanation="It is told.", chosen=True),
                    settings.ModeView(value="off", label="Do nothing", explanation="As it is.", chosen=False),
                ],
                everyone=True,
                classifier=False,
                has_classifier=False,
                install='pip install "crossdock[classifier]"',
            ),
            problem=PROBLEM,
        ),
    ),
    "password": ("dashboard/password.html", settings.PasswordView(nav=nav("password"), problem=PROBLEM)),
}
