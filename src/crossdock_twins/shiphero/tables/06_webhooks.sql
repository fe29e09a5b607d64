CREATE TABLE webhooks (
    id                  INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id          INTEGER NOT NULL REFERENCES accounts (id),
    shop_name           TEXT    NOT NULL,
    name                TEXT    NOT NULL,
    url                 TEXT    NOT NULL,
    source              TEXT    NOT NULL,
    enabled             INTEGER NOT NULL,
    health              TEXT    NOT NULL DEFAULT 'HEALTHY' CHECK (health IN ('HEALTHY', 'WARNING', 'UNHEALTHY')),
    lost_in_a_row       INTEGER NOT NULL DEFAULT 0,
    secret              TEXT    NOT NULL,
    created_at          TEXT    NOT NULL,
    updated_at          TEXT    NOT NULL,
    last_enabled_change TEXT    NOT NULL,
    UNIQUE (account_id, name, shop_name)
);

-- Types that support has not switched on for an account: they can be registered, but nothing is sent.
CREATE TABLE webhook_types_off (
    account_id INTEGER NOT NULL REFERENCES accounts (id),
    name       TEXT    NOT NULL,
    PRIMARY KEY (account_id, name)
) WITHOUT ROWID;

-- The e-mails about a webhook's health.
CREATE TABLE webhook_notices (
    id         INTEGER PRIMARY KEY,
    webhook_id INTEGER NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE,
    at         TEXT    NOT NULL,
    text       TEXT    NOT NULL
);
CREATE INDEX webhook_notices_by_webhook ON webhook_notices (webhook_id);

-- Labels that were asked for, by the message that asks: `key` is whatever the asker knows its label by.
CREATE TABLE label_requests (
    delivery_id INTEGER PRIMARY KEY,
    key         TEXT NOT NULL
);
