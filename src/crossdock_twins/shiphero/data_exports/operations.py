"""Operations on data exports: which files there are."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from crossdock_twins.shiphero import dates
from crossdock_twins.shiphero.call import Call, Info, Operation, Resolver
from crossdock_twins.shiphero.data_exports import files, runs
from crossdock_twins.shiphero.data_exports.modules import MODULES, Table, tables_of
from crossdock_twins.shiphero.data_exports.runs import Run
from crossdock_twins.shiphero.errors import invalid

_HOURS = range(24)


def data_exports(
    call: Call,
    *,
    export_types: Sequence[str],
    timestamp_from: str | None = None,
    timestamp_to: str | None = None,
    modules: Sequence[str] | None = None,
) -> dict[str, Any]:
    """Answer `data_exports`: the latest run of each kind, or all those within two moments."""
    wanted = [str(name).upper() for name in modules or MODULES]
    unknown = sorted(set(wanted) - set(MODULES))
    if unknown:
        raise invalid(f"There is no module {unknown[0]}. Use some of: {', '.join(MODULES)}")
    found: dict[str, Any] = {"full": None, "delta": None}
    for kind in dict.fromkeys(export_types):
        ran = _runs(call, kind, start=timestamp_from, end=timestamp_to)
        found[kind.lower()] = [{"run_id": run.id, "modules": _modules(call, run, wanted)} for run in ran]
    return found


def flat_export(call: Call, *, date: str | None = None, run_hour_utc: int | None = None) -> dict[str, Any]:
    """Answer the two deprecated queries: the files of one day's last run, or of the run at one hour, in one list."""
    if run_hour_utc is not None and run_hour_utc not in _HOURS:
        raise invalid("run_hour_utc must be from 0 to 23")
    shown = [file for run in _day(call, date, run_hour_utc) for file in _files(call, run)]
    expires = dates.text_of(call.state.now() + runs.LINK_LIFE)
    return {"files": shown, "expires_at": expires}


def _runs(call: Call, kind: str, *, start: str | None, end: str | None) -> list[Run]:
    now, account = call.state.now(), call.account.id
    if start is None and end is None:
        return [runs.latest(kind, account, now=now)]
    return list(runs.between(kind, account, start=start, end=end, now=now))


def _day(call: Call, date: str | None, hour: int | None) -> Iterator[Run]:
    try:
        day = dates.parse(date) if date else None
    except ValueError as error:
        raise invalid(str(error)) from error
    for kind in (runs.FULL, runs.DELTA):
        end = None if day is None else day.replace("T00:00:00", "T23:59:59")
        ran = _runs(call, kind, start=day, end=end)
        fitting = [run for run in ran if hour is None or run.at.hour == hour]
        yield from fitting[:1]


def _files(call: Call, run: Run) -> list[dict[str, Any]]:
    return [
        {
            **_file(call, run, module, name, table),
            "table_name": name,
            "export_type": run.kind,
            "run_timestamp": run.text,
        }
        for module in MODULES
        for name, table in tables_of(module, call.account).items()
    ]


def _modules(call: Call, run: Run, wanted: Sequence[str]) -> list[dict[str, Any]]:
    shown = []
    for module in dict.fromkeys(wanted):
        tables = [
            {"name": name, "files": [_file(call, run, module, name, table)]}
            for name, table in tables_of(module, call.account).items()
        ]
        if tables:
            shown.append({"name": module.lower(), "tables": tables})
    return shown


def _file(call: Call, run: Run, module: str, name: str, table: Table) -> dict[str, Any]:
    return {
        "signed_url": files.link(call.state, call.account, run, module=module, table=name),
        "created_at": dates.text_of(run.at + timedelta(minutes=4)),
        "_run": run,
        "_table": table,
    }


def size(file: dict[str, Any], info: Info) -> int:
    """Resolve the size of a file, which is only counted when somebody asks."""
    call = info.context
    return files.size(call.state, call.account, file["_run"], file["_table"])


routes = files.routes
QUERIES: dict[str, Operation] = {
    "data_exports": data_exports,
    "lakehero_data_export": flat_export,
    "recurring_data_export": flat_export,
}
FIELDS: dict[tuple[str, str], Resolver] = {
    ("DataExportFile", "size"): size,
    ("DataExportTableFile", "size"): size,
}
