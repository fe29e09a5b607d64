"""The files of an export: signed links, and the rows behind them, written as they are read."""

import csv
import hmac
import io
import json
import sqlite3
from collections.abc import Iterator, Sequence
from datetime import datetime

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from crossdock_twins.base import tokens
from crossdock_twins.base.store import Store
from crossdock_twins.shiphero.accounts import Account
from crossdock_twins.shiphero.data_exports import runs
from crossdock_twins.shiphero.data_exports.modules import Table, tables_of
from crossdock_twins.shiphero.data_exports.runs import Run
from crossdock_twins.shiphero.state import State

_KEY = "data-export-key"
_ROWS_AT_ONCE = 2000
_TYPES = {"csv": "text/csv", "json": "application/x-ndjson"}
_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


def ending(account: Account) -> str:
    """Give the format that an account has chosen for its exports."""
    chosen = str(account.settings.get("data_export_format", "csv"))
    return chosen if chosen in _TYPES else "csv"


def link(state: State, account: Account, run: Run, *, module: str, table: str) -> str:
    """Give a signed address that works for a day."""
    stamp = run.at.strftime("%Y%m%dT%H%M%S")
    folder = f"{account.id}/{run.kind.lower()}/{stamp}/{module.lower()}/{table}"
    path = f"/data-exports/{folder}/part-00000.{ending(account)}"
    expires = str(int((state.now() + runs.LINK_LIFE - _EPOCH).total_seconds()))
    return f"{state.url}{path}?Expires={expires}&Signature={runs.signature(_secret(state.store), path, expires)}"


def size(state: State, account: Account, run: Run, table: Table) -> int:
    """Count the bytes of a file without keeping it."""
    return sum(len(chunk) for chunk in contents(state.store, account, run, table))


def contents(store: Store, account: Account, run: Run, table: Table) -> Iterator[bytes]:
    """Write a file: its rows as they are now, those that were there when the run ran or, of changes, in its window."""
    accounts = [row["id"] for row in store.all("SELECT id FROM accounts WHERE ?1 IN (id, parent_id)", account.id)]
    marks = ", ".join("?" * len(accounts))
    born = table.changed.replace("updated_at", "created_at") if run.kind == runs.FULL else table.changed
    sql = (
        f"{table.sql.format(accounts=marks)} AND {born} < ? AND {table.changed} >= ?"
        f" ORDER BY 1 LIMIT {_ROWS_AT_ONCE} OFFSET ?"
    )
    is_csv, start = ending(account) == "csv", 0
    while True:
        rows = store.all(sql, *accounts, run.text, run.since, start)
        if rows or start == 0:
            yield _csv(rows, () if start else table.columns) if is_csv else _json(rows, table.columns)
        if len(rows) < _ROWS_AT_ONCE:
            return
        start += len(rows)


def routes(state: State) -> list[BaseRoute]:
    """Give the route of the files; the signature stands for a token."""

    async def serve(request: Request) -> Response:
        found = request.path_params
        expires, sent = request.query_params.get("Expires", ""), request.query_params.get("Signature", "")
        wanted = runs.signature(_secret(state.store), request.url.path, expires)
        if not hmac.compare_digest(sent.encode(), wanted.encode()):
            return JSONResponse({"message": "The signature is wrong. Ask the API for a new link."}, status_code=403)
        if int(expires) < (state.now() - _EPOCH).total_seconds():
            return JSONResponse({"message": "The link has expired. Ask the API for a new one."}, status_code=403)
        account = state.accounts.get(found["account"])
        table = None if account is None else tables_of(found["module"].upper(), account).get(found["table"])
        if account is None or table is None:
            return JSONResponse({"message": "There is no such file. Ask the API for a new link."}, status_code=404)
        at = datetime.strptime(f"{found['stamp']}+0000", "%Y%m%dT%H%M%S%z")
        run = Run(kind=found["kind"].upper(), at=at, account_id=account.id)
        return StreamingResponse(contents(state.store, account, run, table), media_type=_TYPES[ending(account)])

    return [Route("/data-exports/{account:int}/{kind}/{stamp}/{module}/{table}/{part}", serve)]


def _csv(rows: Sequence[sqlite3.Row], head: Sequence[str]) -> bytes:
    text = io.StringIO()
    sheet = csv.writer(text)
    if head:
        sheet.writerow(head)
    sheet.writerows(rows)
    return text.getvalue().encode()


def _json(rows: Sequence[sqlite3.Row], columns: Sequence[str]) -> bytes:
    return "".join(json.dumps(dict(zip(columns, row, strict=True))) + "\n" for row in rows).encode()


def _secret(store: Store) -> str:
    kept = store.meta_get(_KEY)
    if kept is None:
        kept = tokens.random_id()
        store.meta_set(_KEY, kept)
    return str(kept)
