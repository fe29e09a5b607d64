-- Tables that every twin has, whatever it imitates. Made on opening, never changed afterwards.
CREATE TABLE IF NOT EXISTS twin_meta (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS twin_fault (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    kind    TEXT    NOT NULL,
    paths   TEXT    NOT NULL,
    methods TEXT    NOT NULL,
    times   INTEGER,
    every   INTEGER NOT NULL,
    delay   REAL    NOT NULL,
    status  INTEGER,
    seen    INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE IF NOT EXISTS twin_journal (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    at          TEXT    NOT NULL,
    method      TEXT    NOT NULL,
    host        TEXT    NOT NULL,
    path        TEXT    NOT NULL,
    query       TEXT    NOT NULL,
    headers     TEXT    NOT NULL,
    body        TEXT    NOT NULL,
    status      INTEGER NOT NULL,
    duration_ms REAL    NOT NULL,
    fault       TEXT
);

CREATE TABLE IF NOT EXISTS twin_session (
    id      TEXT PRIMARY KEY,
    csrf    TEXT NOT NULL,
    user_id TEXT,
    flashes TEXT NOT NULL DEFAULT '[]'
);
