"""The Accounts page: the table with its filters, and linking from the dashboard."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlencode

from starlette.responses import RedirectResponse, Response

from crossdock.accounts.model import NEEDS_PERSON, STATUSES, AccountList, AccountQuery
from crossdock.hub import deeds, notices
from crossdock.hub.accounts import shown as account_shown
from crossdock.hub.desk import Desk
from crossdock.hub.forms import Form
from crossdock.hub.link.fill import chosen_effects
from crossdock.hub.views_dashboard import AccountsView, ChoiceView, LinkFormView, PagesView
from crossdock.hub.views_link import ButtonView, ProblemView
from crossdock.hub.visit import keep_token
from crossdock.kernel.errors import CrossdockError
from crossdock.linking.session import LONGEST_LIFE, SessionRequest
from crossdock.linking.sessions import Created

_ROWS = 25
_MOST_PAGES = 4000


async def index(desk: Desk) -> Response:
    """Show the accounts that fit the filters."""
    params = desk.request.query_params
    number = int(params.get("page", "1")) if params.get("page", "1").isdecimal() else 1
    number = min(max(number, 1), _MOST_PAGES)
    query = AccountQuery(
        providers=(params["provider"],) if params.get("provider") else (),
        origin_owner_ids=(params["owner"].strip(),) if params.get("owner", "").strip() else (),
        statuses=_statuses(params.get("status", "")),
        search=params.get("q", "").strip()[:100] or None,
        limit=_ROWS,
        offset=(number - 1) * _ROWS,
    )
    found = await desk.ctx.accounts.list(project_id=desk.project_id, query=query)
    waiting = replace(AccountQuery(), statuses=tuple(sorted(NEEDS_PERSON)), limit=1)
    attention = await desk.ctx.accounts.list(project_id=desk.project_id, query=waiting)
    view = AccountsView(
        nav=desk.nav("accounts"),
        rows=[account_shown.row(desk, one, desk.ctx.catalogue.get(one.connector_key)) for one in found.rows],
        query=query.search or "",
        owner=params.get("owner", "").strip(),
        statuses=_status_choices(desk, params.get("status", "")),
        providers=provider_choices(desk, params.get("provider", ""), any_label="Any provider"),
        filtered=any(params.get(name) for name in ("q", "status", "provider", "owner")),
        may_link=desk.may("connect_sessions:write"),
        pages=_pages(desk, found, number),
        attention=attention.total,
        asked=await desk.ctx.link_requests.waiting(project_id=desk.project_id),
    )
    return desk.page("dashboard/accounts.html", view)


async def link_form(desk: Desk) -> Response:
    """Show the form that starts linking."""
    return _link_form(desk, owner_id="", owner_name="", provider="", problem=None)


async def link(desk: Desk) -> Response:
    """Open a connect session: go to it at once, or show its link for sending."""
    request = requested(desk.sent())
    owner_id, owner_name, provider = request.origin_owner_id, request.origin_owner_name, request.provider or ""
    if not owner_id or not owner_name:
        problem = ProblemView(
            title=desk.texts.text("Whose account is it?"),
            explanation=desk.texts.text("Owner id and owner name are both needed."),
            remedy=desk.texts.text("Fill in both, then go on."),
        )
        return _link_form(desk, owner_id=owner_id, owner_name=owner_name, provider=provider, problem=problem)
    try:
        created = await desk.ctx.sessions.create(principal=desk.principal, request=request)
    except CrossdockError as error:
        problem = notices.problem(error)
        return _link_form(desk, owner_id=owner_id, owner_name=owner_name, provider=provider, problem=problem)
    if request.channel == "hosted":
        return show_link(desk, created, back=deeds.copied(desk, "/dashboard/accounts"))
    return go_link(desk, created)


def requested(form: Form, *, return_url: str | None = None) -> SessionRequest:
    """Return the connect session that a form asks for: to go to now, or a link to send, which leads back nowhere."""
    request = SessionRequest(
        origin_owner_id=form.clean("owner_id"),
        origin_owner_name=form.clean("owner_name"),
        provider=form.clean("provider") or None,
        multiple="several",
        effects=chosen_effects(asked=True, read_only=form.get("read_only") == "yes", destructive=False),
        return_url=return_url,
        channel="dashboard",
    )
    if form.get("way") != "hosted":
        return request
    return replace(request, channel="hosted", life=LONGEST_LIFE, return_url=None)


def go_link(desk: Desk, created: Created) -> Response:
    """Send the browser to a connect session's pages, its token in the cookie and not in the address."""
    answer = RedirectResponse(f"/link/s/{created.session.id}", status_code=303, headers={"Cache-Control": "no-store"})
    keep_token(desk.ctx, answer, session=created.session, token=created.token.reveal())
    return answer


def show_link(desk: Desk, created: Created, *, back: ButtonView) -> Response:
    """Show the address of a connect session, this once, for sending it to whoever has the account."""
    texts = desk.texts
    return deeds.once(
        desk,
        place="accounts",
        title=texts.text("The link is ready"),
        explanation=texts.text("Send it to the person who has the account. It is shown this once."),
        label=texts.text("Link"),
        secret=created.url,
        facts=[
            (texts.text("For"), created.session.origin_owner_name),
            (texts.text("Works until"), texts.moment(created.session.expires_at)),
        ],
        back=back,
    )


def _link_form(desk: Desk, *, owner_id: str, owner_name: str, provider: str, problem: ProblemView | None) -> Response:
    view = LinkFormView(
        nav=desk.nav("accounts"),
        providers=provider_choices(desk, provider, any_label="The person chooses"),
        owner_id=owner_id,
        owner_name=owner_name,
        problem=problem,
    )
    return desk.page("dashboard/link.html", view, status=422 if problem else 200)


def _statuses(wanted: str) -> tuple[str, ...]:
    if wanted == "attention":
        return tuple(sorted(NEEDS_PERSON))
    return (wanted,) if wanted in {*STATUSES, "inactive"} else ()


def _status_choices(desk: Desk, chosen: str) -> list[ChoiceView]:
    words = {"": "Any status", "attention": "Needs somebody"}
    words |= {key: word for key, (_, word) in account_shown.STATUSES.items()}
    return [ChoiceView(value=key, label=desk.texts.text(word), chosen=key == chosen) for key, word in words.items()]


def provider_choices(desk: Desk, chosen: str, *, any_label: str) -> list[ChoiceView]:
    """Offer the connectors for choosing, after an option that names none."""
    choices = [ChoiceView(value="", label=desk.texts.text(any_label), chosen=not chosen)]
    return choices + [
        ChoiceView(value=one.key, label=one.name, chosen=one.key == chosen) for one in desk.ctx.catalogue.connectors()
    ]


def _pages(desk: Desk, found: AccountList, number: int) -> PagesView:
    kept = {key: value for key, value in desk.request.query_params.items() if key not in {"page", "notice"} and value}

    def url(page: int) -> str:
        return "/dashboard/accounts?" + urlencode({**kept, "page": str(page)})

    first = (number - 1) * _ROWS + 1
    last = first + len(found.rows) - 1
    return PagesView(
        said=desk.span(first=first, last=last, total=found.total, one="%(num)s account", many="%(num)s accounts"),
        previous=url(number - 1) if number > 1 else None,
        next=url(number + 1) if last < found.total else None,
    )
