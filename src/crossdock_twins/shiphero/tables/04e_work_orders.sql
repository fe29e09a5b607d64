CREATE TABLE work_orders (
    id                      INTEGER PRIMARY KEY,
    account_id              INTEGER NOT NULL REFERENCES accounts (id),
    warehouse_id            INTEGER NOT NULL REFERENCES warehouses (id),
    name                    TEXT    NOT NULL,
    type                    TEXT    NOT NULL CHECK (type IN ('ASSEMBLY', 'CUSTOM')),
    status                  TEXT    NOT NULL,
    priority                TEXT    NOT NULL CHECK (priority IN ('HIGH', 'MEDIUM', 'LOW')),
    has_special_project     INTEGER NOT NULL DEFAULT 0,
    requested_date          TEXT    NOT NULL,
    scheduled_date          TEXT,
    started_at              TEXT,
    ended_at                TEXT,
    ready_to_pick_at        TEXT,
    assembly_in_progress_at TEXT,
    completed_at            TEXT,
    created_at              TEXT    NOT NULL,
    updated_at              TEXT    NOT NULL
);
CREATE INDEX work_orders_by_account ON work_orders (account_id, created_at);

CREATE TABLE work_order_notes (
    id            INTEGER PRIMARY KEY,
    work_order_id INTEGER NOT NULL REFERENCES work_orders (id) ON DELETE CASCADE,
    type          TEXT    NOT NULL,
    note          TEXT    NOT NULL,
    created_at    TEXT    NOT NULL,
    updated_at    TEXT    NOT NULL
);
CREATE INDEX work_order_notes_by_order ON work_order_notes (work_order_id);

CREATE TABLE work_order_attachments (
    id            INTEGER PRIMARY KEY,
    work_order_id INTEGER NOT NULL REFERENCES work_orders (id) ON DELETE CASCADE,
    url           TEXT    NOT NULL,
    filename      TEXT    NOT NULL
);
CREATE INDEX work_order_attachments_by_order ON work_order_attachments (work_order_id);

CREATE TABLE work_order_fees (
    id            INTEGER PRIMARY KEY,
    work_order_id INTEGER NOT NULL REFERENCES work_orders (id) ON DELETE CASCADE,
    labor_unit    TEXT    NOT NULL,
    unit_rate     TEXT    NOT NULL,
    quantity      TEXT    NOT NULL,
    description   TEXT,
    created_at    TEXT    NOT NULL,
    updated_at    TEXT    NOT NULL
);
CREATE INDEX work_order_fees_by_order ON work_order_fees (work_order_id);

-- What an assembly is to make; the number of pieces that each component goes in with is fixed when it is ordered.
CREATE TABLE work_order_assemblies (
    work_order_id         INTEGER PRIMARY KEY REFERENCES work_orders (id) ON DELETE CASCADE,
    product_id            INTEGER REFERENCES products (id) ON DELETE SET NULL,
    sku                   TEXT    NOT NULL,
    to_create             INTEGER NOT NULL CHECK (to_create > 0),
    created               INTEGER NOT NULL DEFAULT 0 CHECK (created BETWEEN 0 AND to_create),
    receiving_location_id INTEGER,
    staging_location_id   INTEGER,
    lot_id                INTEGER,
    created_at            TEXT    NOT NULL,
    updated_at            TEXT    NOT NULL
);

CREATE TABLE work_order_components (
    id               INTEGER PRIMARY KEY,
    work_order_id    INTEGER NOT NULL REFERENCES work_orders (id) ON DELETE CASCADE,
    product_id       INTEGER REFERENCES products (id) ON DELETE SET NULL,
    sku              TEXT    NOT NULL,
    per_piece        INTEGER NOT NULL CHECK (per_piece > 0),
    to_pick          INTEGER NOT NULL CHECK (to_pick > 0),
    picked           INTEGER NOT NULL DEFAULT 0 CHECK (picked BETWEEN 0 AND to_pick),
    used             INTEGER NOT NULL DEFAULT 0 CHECK (used BETWEEN 0 AND picked),
    pick_location_id INTEGER
);
CREATE INDEX work_order_components_by_order ON work_order_components (work_order_id);
