"""A sample view for the templates of agent keys, the request log and the request tester."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from crossdock.hub import views_dashboard as dash
from crossdock.hub import views_link as link
from crossdock.hub.agents import views as agents
from crossdock.hub.calls import schema_form
from crossdock.hub.calls import tester_views as tester
from crossdock.hub.calls import views as logs
from crossdock.hub.calls.schema_form import Filled
from unit.hub.samples_dashboard import NOW, nav
from unit.hub.samples_link import EASY, HERO, PROBLEM

READ, WRITE, FINAL = (
    dash.BadgeView(text=word, tone=tone)  # type: ignore[arg-type] # three of the tones
    for word, tone in (("Read", "good"), ("Write", "warn"), ("Cannot be undone", "bad"))
)
GOOD, BAD = dash.BadgeView(text="200", tone="good"), dash.BadgeView(text="422", tone="bad")

SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["path", "body"],
    "properties": {
        "path": {
            "type": "object",
            "required": ["order_id"],
            "properties": {"order_id": {"type": "string", "description": "Id of the order."}},
        },
        "query": {
            "type": "object",
            "properties": {
                "dry_run": {"type": "boolean", "description": "Only look."},
                "since": {"type": "string", "format": "date"},
                "fields": {"type": "string", "maxLength": 4000, "description": "More fields."},
                "page_size": {"type": "integer", "minimum": 1, "maximum": 100, "default": 15},
            },
        },
        "body": {
            "type": "object",
            "required": ["reason", "items"],
            "properties": {
                "reason": {"type": "string", "enum": ["lost", "damaged"], "description": "Why."},
                "items": {
                    "type": "array",
                    "description": "What it is about.",
                    "items": {
                        "type": "object",
                        "required": ["sku"],
                        "properties": {
                            "sku": {"type": "string"},
                            "tags": {"type": "array", "items": {"type": "string"}},
                        },
                    },
                },
                "address": {"type": "object", "properties": {"city": {"type": ["string", "null"]}}},
                "metadata": {"type": "object", "description": "Anything."},
                **{f"note_{number}": {"type": "string"} for number in range(1, 6)},
            },
        },
    },
}
FILLED = Filled(
    values={
        "path": {"order_id": "<id of an order>"},
        "body": {"items": [{"sku": "A-1", "tags": ["red", "blue"]}, None]},
    },
    broken={"body.metadata": "{not json"},
    problems={"body.metadata": "This is not JSON.", "body.reason": "is missing"},
)
ROW = logs.LogRowView(
    url="/dashboard/logs/call_1",
    action="parcelpath_list_shipments",
    label="List shipments",
    account="Acme Pet Supplies",
    account_url="/dashboard/accounts/acc_1",
    logo=EASY,
    effect=READ,
    status=GOOD,
    cause="",
    milliseconds=182,
    share=40.5,
    actor="API key Backend",
    when=NOW,
)
FILTERS = logs.FiltersView(
    accounts=[dash.ChoiceView(value="", label="Any account", chosen=True)],
    connectors=[dash.ChoiceView(value="", label="Any provider", chosen=True)],
    results=[dash.ChoiceView(value="", label="Any result"), dash.ChoiceView(value="no", label="Failed", chosen=True)],
    effects=[dash.ChoiceView(value="", label="Any effect", chosen=True)],
    ranges=[dash.ChoiceView(value="", label="Any time", chosen=True)],
    whos=[logs.GroupView(label="API keys", choices=[dash.ChoiceView(value="key:key_1", label="API key Backend")])],
    action="list",
    call="",
    since="2026-11-21T14:00",
    until="",
    used=2,
    more_open=True,
)
LOGS = logs.LogsView(
    nav=nav("logs"),
    rows=[
        ROW,
        replace(
            ROW,
            url="/dashboard/logs/call_2",
            status=BAD,
            cause="unprocessable",
            effect=WRITE,
            account_url="",
            share=0.6,
        ),
        replace(ROW, url="/dashboard/logs/call_3", action="packmate_" + "a_very_long_name_" * 4, logo=HERO, label=""),
    ],
    filters=FILTERS,
    here="/dashboard/logs",
    clear="/dashboard/logs",
    newest="/dashboard/logs",
    older="/dashboard/logs?next=x",
    export="/dashboard/logs/export",
    first_call="",
    tester="/dashboard/tester",
)
SIDE = logs.SideView(
    headers=[("Content-Type", "application/json"), ("X-Request-Id", "8d2f" * 12)],
    texts=[logs.TextView(label="Body", text='{\n  "name": "Ümläut <b>",\n  "count": 3,\n  "open": true\n}')],
)
STEP = logs.StepView(
    number=1,
    title="Step 1",
    method="GET",
    url="https://api.parcelpath.example/2024-09/shipments/" + "x" * 60,
    status=dash.BadgeView(text="401", tone="bad"),
    milliseconds=80,
    start=0,
    width=40,
    when=NOW,
    problem=PROBLEM,
    sent=logs.SideView(headers=[], texts=[]),
    got=SIDE,
    opened=True,
)
WRONG = ["path.shipment_id", "body.parcels.0.items.0.declared_customs_value", "query." + "a_very_long_name_" * 6]
LOG = logs.LogView(
    nav=nav("logs"),
    id="call_1",
    action="parcelpath_list_shipments",
    label="List shipments",
    logo=EASY,
    status=GOOD,
    effect=READ,
    milliseconds=182,
    when=NOW,
    facts=[("Request id", "call_1", ""), ("Account", "Acme Pet Supplies", "/dashboard/accounts/acc_1")],
    problem=None,
    steps=[STEP, replace(STEP, number=2, title="Step 2", status=GOOD, problem=None, sent=SIDE, start=45.5, width=54.5)],
    nothing_sent="It was refused here. Nothing was sent to the provider.",
    repeat_of=None,
    wrong=(),
    again="/dashboard/tester?account=acc_1",
    back="/dashboard/logs",
)
AGENT = agents.AgentRowView(
    name="Order assistant",
    prefix="v1.agent.Ab3d",
    owner="Acme Inc",
    owner_id="cust_42",
    accounts=["Acme Pet Supplies"],
    actions=["*_list_*", "parcelpath_get_*"],
    effects=[READ, WRITE],
    ends=NOW + timedelta(days=90),
    used="2 hours ago",
    status=dash.BadgeView(text="Active", tone="good"),
    revoke="/dashboard/agents/agk_1/revoke",
    logs="/dashboard/logs?who=agent%3Aagk_1",
)
AGENT_FORM = agents.AgentFormView(
    nav=nav("agents"),
    owner_id="cust_42",
    owner="Acme Inc",
    name="",
    accounts=[dash.ChoiceView(value="acc_1", label="Acme Pet Supplies · ParcelPath", chosen=True)],
    actions="*_list_*\nnothing_*",
    patterns=["*", "*_list_*"],
    effects=[
        dash.ChoiceView(value="read", label="Read only", chosen=True, help="It can look, and change nothing."),
        dash.ChoiceView(value="write", label="Read and write", help="It can also create and change things."),
    ],
    ends="2027-02-19",
    earliest="2026-11-22",
    latest="2027-11-21",
    reach=[agents.ReachView(effect=READ, offered=40, said="40 tools", names="parcelpath_list_shipments …")],
    total=40,
    unfit="nothing_*",
    problem=PROBLEM,
)
MADE = agents.AgentMadeView(
    nav=nav("agents"),
    secret="v1.agent.not-a-real-key",
    configuration='{\n  "mcpServers": {}\n}',
    command='{\n  "mcpServers": {}\n}',
    url="https://hub.example.com/mcp",
    header="Authorization: Bearer v1.agent.not-a-real-key",
    facts=[("Name", "Order assistant")],
    several=True,
    back=link.ButtonView(label="I have copied it", url="/dashboard/agents"),
)
PICK_ROW = tester.ActionRowView(
    url="/dashboard/tester?account=acc_1&action=parcelpath_cancel_shipment",
    name="parcelpath_cancel_shipment",
    label="Cancel a shipment",
    effect=FINAL,
    granted=False,
)
PICK = tester.PickView(
    nav=nav("tester"),
    accounts=[dash.ChoiceView(value="acc_1", label="Acme Pet Supplies · ParcelPath", chosen=True)],
    account="acc_1",
    query="",
    areas=[tester.AreaView(label="Shipments", actions=[PICK_ROW, replace(PICK_ROW, granted=True, effect=READ)])],
    hits=[],
    total=2,
)
RESULT = tester.ResultView(
    status=GOOD,
    milliseconds=182,
    log="/dashboard/logs/call_1",
    call="call_1",
    problem=None,
    wrong=(),
    warnings=["One label is late."],
    data='{\n  "id": "ESUS1",\n  "weight": -1.5e3,\n  "note": null\n}',
    left_out=120,
    said=(),
    file=tester.FileView(
        name="label.pdf", said="application/pdf · 12 KiB", url="data:application/octet-stream;base64,AA==", picture=""
    ),
    next="2",
)
FORM = tester.TesterView(
    nav=nav("tester"),
    account_id="acc_1",
    account="Acme Pet Supplies · ParcelPath",
    logo=EASY,
    action="parcelpath_cancel_shipment",
    label="Cancel a shipment",
    description="Cancel a shipment before it leaves.",
    effect=FINAL,
    back="/dashboard/tester?account=acc_1",
    docs="https://docs.parcelpath.example/cancel",
    mode="form",
    groups=schema_form.groups(inputs=SCHEMA, filled=FILLED),
    text="",
    text_problem="",
    examples=[dash.ChoiceView(value="/dashboard/tester?example=1", label="Fill in the example")],
    has_gaps=True,
    refused="This account is linked without the permission that this action needs.",
    edit="/dashboard/accounts/acc_1/edit",
    sure=None,
    result=RESULT,
    curl="curl 'https://hub.example.com/actions/rpc'",
    inputs="{}",
)
CONSOLE: dict[str, tuple[str, object]] = {
    "logs": ("dashboard/logs.html", LOGS),
    "logs-none-fits": ("dashboard/logs.html", replace(LOGS, rows=[])),
    "logs-empty": (
        "dashboard/logs.html",
        replace(
            LOGS, rows=[], filters=replace(FILTERS, used=0), first_call="curl 'https://hub.example.com/actions/rpc'"
        ),
    ),
    "log": ("dashboard/log.html", LOG),
    "log-refused": ("dashboard/log.html", replace(LOG, steps=[], status=BAD, problem=PROBLEM, again=None, wrong=WRONG)),
    "agents": (
        "dashboard/agents.html",
        agents.AgentsView(nav=nav("agents"), rows=[AGENT, replace(AGENT, accounts=[], revoke=None)]),
    ),
    "agents-empty": ("dashboard/agents.html", agents.AgentsView(nav=nav("agents"), rows=[])),
    "agent-owner": (
        "dashboard/agent_owner.html",
        agents.OwnersView(
            nav=nav("agents"),
            owners=[
                agents.OwnerView(id="cust_42", name="Acme Inc", url="/dashboard/agents/new?owner=x", said="2 accounts")
            ],
        ),
    ),
    "agent-new": ("dashboard/agent_new.html", AGENT_FORM),
    "agent-new-nothing": (
        "dashboard/agent_new.html",
        replace(AGENT_FORM, accounts=[], total=0, problem=None, unfit=""),
    ),
    "agent-made": ("dashboard/agent_made.html", MADE),
    "tester": ("dashboard/tester.html", PICK),
    "tester-found": ("dashboard/tester.html", replace(PICK, query="cancel", hits=[PICK_ROW])),
    "tester-none": ("dashboard/tester.html", replace(PICK, accounts=[], areas=[])),
    "tester-form": ("dashboard/tester_form.html", FORM),
    "tester-json": (
        "dashboard/tester_form.html",
        replace(FORM, mode="json", text="{", text_problem="This is not JSON.", refused="", result=None),
    ),
    "tester-sure": (
        "dashboard/tester_form.html",
        replace(
            FORM,
            result=None,
            refused="",
            sure=tester.SureView(
                title="Cancel a shipment: send it to Acme Pet Supplies?",
                explanation="This cannot be undone.",
                data="{}",
                button="Yes, do it",
                is_final=True,
                once="try_1",
            ),
        ),
    ),
    "tester-failed": (
        "dashboard/tester_form.html",
        replace(
            FORM,
            result=replace(
                RESULT,
                status=BAD,
                problem=PROBLEM,
                wrong=[("body.reason", "is missing", "in-body-reason"), ("body.other", "is not an input", "")],
                data="",
                file=None,
                said=[logs.TextView(label="The provider said", text="no")],
                look=tester.LookView(action="parcelpath_list_shipments", inputs="{}"),
            ),
        ),
    ),
}
