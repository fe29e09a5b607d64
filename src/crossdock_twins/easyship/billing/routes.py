"""Billing documents with their lines and as PDF, and all records of a company's money, as JSON or as a table."""

import sqlite3
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from crossdock_twins.easyship.addresses.store import default_address
from crossdock_twins.easyship.billing.documents import Document, documents
from crossdock_twins.easyship.billing.paper import download
from crossdock_twins.easyship.credit import records
from crossdock_twins.easyship.errors import not_found
from crossdock_twins.easyship.operations import Call, Handler
from crossdock_twins.easyship.paging import countless
from crossdock_twins.easyship.records import Where
from crossdock_twins.easyship.replies import File, Reply

_ALL = -1


def index(call: Call) -> Reply:
    """List the documents, newest first."""
    query = call.query
    found = [
        document
        for document in documents(call.store, call.company, call.owner, now=call.now)
        if query.get("id") in {None, document.id}
        and query.get("type") in {None, document.type}
        and date.fromisoformat(query.get("from_date", "0001-01-01")) <= document.first
        and document.last <= date.fromisoformat(query.get("to_date", "9999-12-31"))
    ]
    rows, page = countless(lambda limit, offset: found[offset : offset + limit], query)
    return Reply(members={"billing_documents": [document.as_json() for document in rows]}, page=page)


def document_pdf(call: Call) -> Reply:
    """Give a document as PDF."""
    document = _found(call)
    rows = records.matching(call.store, call.owner, document.records, limit=_ALL, offset=0)
    address = default_address(call.store, company=call.company, environment=call.grant.environment, role="billing")
    lines = [records.record_json(row) for row in rows]
    content = download(document, company=call.company, address=address, lines=lines)
    return Reply(file=File(content=content, content_type="application/pdf", name=f"{document.id}.pdf"))


def document_records(call: Call) -> Reply:
    """List the lines of a document."""
    lines, dates = _found(call).records, _dates(call.query)
    return _listed(call, Where(sql=f"{lines.sql} AND {dates.sql}", values=(*lines.values, *dates.values)))


def transactions(call: Call) -> Reply:
    """List the records of the company's money; whoever accepts only text/csv gets a table."""
    where = _limited(call)
    if "text/csv" not in call.accept:
        return _listed(call, where)
    rows, _ = _page(call, where)
    return Reply(file=File(content=records.as_csv(rows), content_type="text/csv", name="transaction_records.csv"))


def _found(call: Call) -> Document:
    wanted = call.path["id"]
    for document in documents(call.store, call.company, call.owner, now=call.now):
        if document.id == wanted:
            return document
    raise not_found("Billing Document")


def _limited(call: Call) -> Where:
    query, dates = call.query, _dates(call.query)
    clauses, values = [dates.sql], [*dates.values]
    if "days_from_now" in query:
        clauses.append("created_at >= ?")
        values.append(
            (call.now - timedelta(days=min(query["days_from_now"], call.now.toordinal() - 1))).date().isoformat()
        )
    if "easyship_shipment_id" in query:
        clauses.append("shipment_id = ?")
        values.append(query["easyship_shipment_id"])
    if "adjustment" in query:
        clauses.append("adjustment_type IS NOT NULL" if query["adjustment"] else "adjustment_type IS NULL")
    if "type" in query:
        clauses.append("kind = ?")
        values.append(query["type"])
    return Where(sql=" AND ".join(clauses), values=values)


def _dates(query: Mapping[str, Any]) -> Where:
    """Limit records to days, both of them in."""
    clauses, values = ["1"], []
    if "from_date" in query:
        clauses.append("created_at >= ?")
        values.append(query["from_date"])
    if "to_date" in query:
        clauses.append("substr(created_at, 1, 10) <= ?")
        values.append(query["to_date"])
    return Where(sql=" AND ".join(clauses), values=values)


def _page(call: Call, where: Where) -> tuple[list[sqlite3.Row], Any]:
    def fetch(limit: int, offset: int) -> list[sqlite3.Row]:
        return records.matching(call.store, call.owner, where, limit=limit, offset=offset)

    return countless(fetch, call.query)


def _listed(call: Call, where: Where) -> Reply:
    rows, page = _page(call, where)
    return Reply(members={"transaction_records": [records.record_json(row) for row in rows]}, page=page)


HANDLERS: dict[str, Handler] = {
    "billing_documents_index": index,
    "billing_documents_download": document_pdf,
    "billing_documents_transactions_index": document_records,
    "transactions_index": transactions,
}
