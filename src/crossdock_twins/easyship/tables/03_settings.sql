-- How tracking pages and e-mails look: JSON, as the API shows it. Companies without a row have the defaults.
CREATE TABLE setting (
    company_id  TEXT NOT NULL REFERENCES company (id) ON DELETE CASCADE,
    environment TEXT NOT NULL CHECK (environment IN ('production', 'sandbox')),
    answer      TEXT NOT NULL,
    PRIMARY KEY (company_id, environment)
);

CREATE TABLE asset (
    number       INTEGER PRIMARY KEY AUTOINCREMENT,
    id           TEXT NOT NULL UNIQUE,
    company_id   TEXT NOT NULL REFERENCES company (id) ON DELETE CASCADE,
    environment  TEXT NOT NULL CHECK (environment IN ('production', 'sandbox')),
    kind         TEXT NOT NULL CHECK (kind IN ('logo', 'tracking_page_ad', 'tracking_email_ad')),
    is_active    INTEGER NOT NULL,
    content_type TEXT NOT NULL,
    content      BLOB NOT NULL,
    answer       TEXT NOT NULL
);
CREATE INDEX asset_of_company ON asset (company_id, environment, kind);

-- Signed links into the dashboard and its embedded apps, each good for a short while.
CREATE TABLE signed_link (
    token      TEXT PRIMARY KEY,
    company_id TEXT NOT NULL REFERENCES company (id) ON DELETE CASCADE,
    target     TEXT NOT NULL,
    back       TEXT,
    expires_at TEXT NOT NULL
);

-- Shops that a company has connected on the dashboard.
CREATE TABLE connected_store (
    number      INTEGER PRIMARY KEY AUTOINCREMENT,
    id          TEXT NOT NULL UNIQUE,
    company_id  TEXT NOT NULL REFERENCES company (id) ON DELETE CASCADE,
    environment TEXT NOT NULL CHECK (environment IN ('production', 'sandbox')),
    answer      TEXT NOT NULL
);
CREATE INDEX connected_store_of_company ON connected_store (company_id, environment, number DESC);
