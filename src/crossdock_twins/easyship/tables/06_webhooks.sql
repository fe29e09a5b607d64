-- `event_types` and `configuration` hold JSON.
CREATE TABLE webhook (
    number         INTEGER PRIMARY KEY AUTOINCREMENT,
    id             TEXT NOT NULL UNIQUE,
    company_id     TEXT NOT NULL REFERENCES company (id) ON DELETE CASCADE,
    environment    TEXT NOT NULL CHECK (environment IN ('production', 'sandbox')),
    endpoint       TEXT NOT NULL,
    event_types    TEXT NOT NULL,
    version        TEXT NOT NULL CHECK (version IN ('2023-01', '2024-09')),
    configuration  TEXT NOT NULL,
    state          TEXT NOT NULL DEFAULT 'inactive' CHECK (state IN ('active', 'inactive', 'failed')),
    secret_token   TEXT NOT NULL,
    created_at     TEXT NOT NULL,
    updated_at     TEXT NOT NULL
);
CREATE INDEX webhook_by_company ON webhook (company_id, environment, state);
