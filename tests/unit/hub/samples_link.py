"""A sample view for every template of the link flow."""

from __future__ import annotations

import json

from crossdock.hub import views_link as link
from crossdock.hub.logos import lettermark

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
    "embed": (
        "link/embed.html",
        link.EmbedView(
            frame=None,
            texts={
                "opening": ("One moment", "The page is being opened."),
                "window": ("This goes on in a new window", "Press the button."),
            },
        ),
    ),
    "closing": (
        "link/closing.html",
        link.NoticeView(
            frame=None,
            tone="good",
            title="You can close this window",
            explanation="The sign-in is over.",
            remedy="Go back to the window that you came from.",
            button=None,
        ),
    ),
}
