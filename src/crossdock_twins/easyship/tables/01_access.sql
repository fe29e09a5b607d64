-- Who may use the API: companies and their people, integrations with their tokens, partner apps with theirs.
CREATE TABLE company (
    id              TEXT PRIMARY KEY,
    name            TEXT NOT NULL,
    country_alpha2  TEXT NOT NULL,
    currency        TEXT NOT NULL,
    state           TEXT NOT NULL DEFAULT 'active'
);

CREATE TABLE person (
    id         TEXT PRIMARY KEY,
    company_id TEXT NOT NULL REFERENCES company (id) ON DELETE CASCADE,
    name       TEXT NOT NULL,
    email      TEXT NOT NULL UNIQUE COLLATE NOCASE,
    password   TEXT NOT NULL,
    role       TEXT NOT NULL CHECK (role IN ('admin', 'member'))
);

-- `scopes` is a JSON list: it is always read and replaced as a whole.
CREATE TABLE integration (
    id          TEXT PRIMARY KEY,
    company_id  TEXT NOT NULL REFERENCES company (id) ON DELETE CASCADE,
    name        TEXT NOT NULL,
    api_version TEXT NOT NULL CHECK (api_version IN ('2024-09', '2023-01')),
    scopes      TEXT NOT NULL,
    created_at  TEXT NOT NULL,
    created_by  TEXT NOT NULL
);
CREATE INDEX integration_of_company ON integration (company_id, created_at);

-- Kept in the clear: the dashboard shows a token as often as its owner likes.
CREATE TABLE access_token (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    integration_id TEXT NOT NULL REFERENCES integration (id) ON DELETE CASCADE,
    environment    TEXT NOT NULL CHECK (environment IN ('production', 'sandbox')),
    token          TEXT NOT NULL UNIQUE,
    created_at     TEXT NOT NULL,
    UNIQUE (integration_id, environment)
);

CREATE TABLE oauth_app (
    client_id     TEXT PRIMARY KEY,
    secret_digest TEXT NOT NULL,
    name          TEXT NOT NULL,
    redirect_uris TEXT NOT NULL,
    scopes        TEXT NOT NULL,
    created_at    TEXT NOT NULL
);

-- One consent of one company to one app: every code and token that came of it.
CREATE TABLE oauth_grant (
    id         TEXT PRIMARY KEY,
    client_id  TEXT NOT NULL REFERENCES oauth_app (client_id) ON DELETE CASCADE,
    company_id TEXT NOT NULL REFERENCES company (id) ON DELETE CASCADE,
    person_id  TEXT NOT NULL,
    scopes     TEXT NOT NULL,
    created_at TEXT NOT NULL,
    revoked_at TEXT
);
CREATE INDEX oauth_grant_of_company ON oauth_grant (company_id, created_at);

CREATE TABLE oauth_code (
    digest       TEXT PRIMARY KEY,
    grant_id     TEXT NOT NULL REFERENCES oauth_grant (id) ON DELETE CASCADE,
    redirect_uri TEXT NOT NULL,
    challenge    TEXT,
    expires_at   TEXT NOT NULL,
    used_at      TEXT
);

CREATE TABLE oauth_token (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    digest     TEXT NOT NULL UNIQUE,
    grant_id   TEXT NOT NULL REFERENCES oauth_grant (id) ON DELETE CASCADE,
    kind       TEXT NOT NULL CHECK (kind IN ('access', 'refresh')),
    created_at TEXT NOT NULL,
    expires_at TEXT,
    ended_at   TEXT
);
