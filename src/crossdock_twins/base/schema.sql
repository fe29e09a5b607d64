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

-- What is due on the twin's clock, and what goes out to webhooks: the provider's data, so a reset empties both.
CREATE TABLE IF NOT EXISTS agenda_item (
    id     INTEGER PRIMARY KEY AUTOINCREMENT,
    kind   TEXT NOT NULL,
    key    TEXT NOT NULL,
    due    TEXT NOT NULL,
    detail TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS agenda_item_by_due ON agenda_item (due, id);
CREATE INDEX IF NOT EXISTS agenda_item_by_key ON agenda_item (kind, key);

CREATE TABLE IF NOT EXISTS agenda_failure (
    id     INTEGER PRIMARY KEY AUTOINCREMENT,
    kind   TEXT NOT NULL,
    key    TEXT NOT NULL,
    due    TEXT NOT NULL,
    detail TEXT NOT NULL,
    error  TEXT NOT NULL
);

CREATE TABLE IF NOT EXISTS outgoing_delivery (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    lane       TEXT    NOT NULL,
    event      TEXT    NOT NULL,
    message_id TEXT    NOT NULL,
    body       TEXT    NOT NULL,
    at         TEXT    NOT NULL,
    due        TEXT    NOT NULL,
    tries      INTEGER NOT NULL DEFAULT 0,
    state      TEXT    NOT NULL DEFAULT 'waiting'
               CHECK (state IN ('waiting', 'delivered', 'failed', 'lost', 'dropped'))
);
CREATE INDEX IF NOT EXISTS outgoing_delivery_waiting ON outgoing_delivery (due, id) WHERE state = 'waiting';
CREATE INDEX IF NOT EXISTS outgoing_delivery_by_lane ON outgoing_delivery (lane, state, due, id);

CREATE TABLE IF NOT EXISTS outgoing_attempt (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    delivery_id INTEGER NOT NULL REFERENCES outgoing_delivery (id) ON DELETE CASCADE,
    lane        TEXT    NOT NULL,
    event       TEXT    NOT NULL,
    url         TEXT    NOT NULL,
    at          TEXT    NOT NULL,
    status      INTEGER,
    answer      TEXT    NOT NULL,
    error       TEXT    NOT NULL,
    duration_ms REAL    NOT NULL
);
CREATE INDEX IF NOT EXISTS outgoing_attempt_by_delivery ON outgoing_attempt (delivery_id);
CREATE INDEX IF NOT EXISTS outgoing_attempt_by_lane ON outgoing_attempt (lane, at);
