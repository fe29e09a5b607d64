-- Courier accounts that a company has linked. `state` and `auth_state` move when the courier has looked at them.
CREATE TABLE linked_courier (
    number        INTEGER PRIMARY KEY AUTOINCREMENT,
    id            TEXT NOT NULL UNIQUE,
    company_id    TEXT NOT NULL REFERENCES company (id) ON DELETE CASCADE,
    environment   TEXT NOT NULL CHECK (environment IN ('production', 'sandbox')),
    umbrella_name TEXT NOT NULL,
    nickname      TEXT NOT NULL COLLATE NOCASE,
    state         TEXT NOT NULL CHECK (state IN ('pending', 'active', 'inactive')),
    answer        TEXT NOT NULL
);
CREATE INDEX linked_courier_of_company ON linked_courier (company_id, environment, number DESC);
