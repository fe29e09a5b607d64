CREATE TABLE returns (
    id           INTEGER PRIMARY KEY,
    account_id   INTEGER NOT NULL REFERENCES accounts (id),
    order_id     INTEGER NOT NULL REFERENCES orders (id) ON DELETE CASCADE,
    warehouse_id INTEGER NOT NULL REFERENCES warehouses (id),
    partner_id   TEXT,
    status       TEXT    NOT NULL,
    created_at   TEXT    NOT NULL,
    updated_at   TEXT    NOT NULL,
    body         TEXT    NOT NULL
);
CREATE INDEX returns_by_account ON returns (account_id, created_at);
CREATE INDEX returns_by_order ON returns (order_id);

CREATE TABLE return_items (
    id                INTEGER PRIMARY KEY,
    return_id         INTEGER NOT NULL REFERENCES returns (id) ON DELETE CASCADE,
    line_item_id      INTEGER,
    product_id        INTEGER REFERENCES products (id) ON DELETE SET NULL,
    warehouse_id      INTEGER NOT NULL REFERENCES warehouses (id),
    sku               TEXT    NOT NULL,
    quantity          INTEGER NOT NULL CHECK (quantity > 0),
    quantity_received INTEGER NOT NULL DEFAULT 0 CHECK (quantity_received >= 0),
    restock           INTEGER NOT NULL DEFAULT 0 CHECK (restock BETWEEN 0 AND quantity_received),
    condition         TEXT,
    is_component      INTEGER NOT NULL DEFAULT 0,
    type              TEXT    NOT NULL,
    reason            TEXT    NOT NULL,
    created_at        TEXT    NOT NULL,
    updated_at        TEXT    NOT NULL
);
CREATE INDEX return_items_by_return ON return_items (return_id);
CREATE INDEX return_items_by_line ON return_items (line_item_id);

CREATE TABLE return_labels (
    id              INTEGER PRIMARY KEY,
    return_id       INTEGER NOT NULL REFERENCES returns (id) ON DELETE CASCADE,
    tracking_number TEXT    NOT NULL,
    status          TEXT    NOT NULL,
    created_at      TEXT    NOT NULL,
    body            TEXT    NOT NULL
);
CREATE INDEX return_labels_by_return ON return_labels (return_id);
CREATE INDEX return_labels_by_tracking ON return_labels (tracking_number);

CREATE TABLE return_exchanges (
    id         INTEGER PRIMARY KEY,
    return_id  INTEGER NOT NULL REFERENCES returns (id) ON DELETE CASCADE,
    order_id   INTEGER NOT NULL REFERENCES orders (id) ON DELETE CASCADE,
    created_at TEXT    NOT NULL
);
CREATE INDEX return_exchanges_by_return ON return_exchanges (return_id);

CREATE TABLE return_exchange_items (
    id             INTEGER PRIMARY KEY,
    exchange_id    INTEGER NOT NULL REFERENCES return_exchanges (id) ON DELETE CASCADE,
    return_item_id INTEGER NOT NULL REFERENCES return_items (id) ON DELETE CASCADE,
    sku            TEXT    NOT NULL,
    quantity       INTEGER NOT NULL CHECK (quantity > 0)
);
CREATE INDEX return_exchange_items_by_exchange ON return_exchange_items (exchange_id);

CREATE TABLE return_history (
    id         INTEGER PRIMARY KEY,
    return_id  INTEGER NOT NULL REFERENCES returns (id) ON DELETE CASCADE,
    user_id    INTEGER NOT NULL,
    body       TEXT    NOT NULL,
    created_at TEXT    NOT NULL
);
CREATE INDEX return_history_by_return ON return_history (return_id);

CREATE TABLE return_attachments (
    id             INTEGER PRIMARY KEY,
    return_id      INTEGER NOT NULL REFERENCES returns (id) ON DELETE CASCADE,
    return_item_id INTEGER REFERENCES return_items (id) ON DELETE CASCADE,
    user_id        INTEGER NOT NULL,
    url            TEXT    NOT NULL,
    filename       TEXT,
    file_type      TEXT,
    description    TEXT,
    created_at     TEXT    NOT NULL
);
CREATE INDEX return_attachments_by_return ON return_attachments (return_id);
