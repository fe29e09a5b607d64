CREATE TABLE inbound_shipments (
    id                      INTEGER PRIMARY KEY,
    account_id              INTEGER NOT NULL REFERENCES accounts (id),
    warehouse_id            INTEGER NOT NULL REFERENCES warehouses (id),
    vendor_id               INTEGER REFERENCES vendors (id),
    status                  TEXT    NOT NULL
        CHECK (status IN ('PENDING_ARRIVAL', 'ARRIVED', 'RECEIVING', 'COMPLETED', 'DELETED')),
    require_fai             INTEGER NOT NULL DEFAULT 0,
    scheduled_at            TEXT,
    estimated_truck_arrival TEXT,
    status_updated_at       TEXT    NOT NULL,
    created_at              TEXT    NOT NULL,
    body                    TEXT    NOT NULL
);
CREATE INDEX inbound_shipments_by_account ON inbound_shipments (account_id, created_at);
CREATE INDEX inbound_shipments_by_warehouse ON inbound_shipments (warehouse_id, status);

CREATE TABLE inbound_purchase_orders (
    inbound_id        INTEGER NOT NULL REFERENCES inbound_shipments (id) ON DELETE CASCADE,
    purchase_order_id INTEGER NOT NULL REFERENCES purchase_orders (id) ON DELETE CASCADE,
    PRIMARY KEY (inbound_id, purchase_order_id)
) WITHOUT ROWID;
CREATE INDEX inbound_purchase_orders_by_order ON inbound_purchase_orders (purchase_order_id);

CREATE TABLE inbound_images (
    id              INTEGER PRIMARY KEY,
    inbound_id      INTEGER NOT NULL REFERENCES inbound_shipments (id) ON DELETE CASCADE,
    url             TEXT    NOT NULL,
    filename        TEXT    NOT NULL,
    mimetype        TEXT    NOT NULL,
    file_size_bytes INTEGER NOT NULL,
    description     TEXT,
    created_at      TEXT    NOT NULL,
    updated_at      TEXT    NOT NULL
);
CREATE INDEX inbound_images_by_inbound ON inbound_images (inbound_id);

-- What was taken off the truck, piece by piece; a receipt without a line is of something that nobody had announced.
CREATE TABLE inbound_receipts (
    id          INTEGER PRIMARY KEY,
    inbound_id  INTEGER NOT NULL REFERENCES inbound_shipments (id) ON DELETE CASCADE,
    line_id     INTEGER REFERENCES purchase_order_lines (id) ON DELETE SET NULL,
    product_id  INTEGER REFERENCES products (id) ON DELETE CASCADE,
    location_id INTEGER NOT NULL,
    lot_id      INTEGER,
    lpn_id      INTEGER,
    quantity    INTEGER NOT NULL CHECK (quantity >= 0),
    rejected    INTEGER NOT NULL DEFAULT 0 CHECK (rejected >= 0),
    user_id     INTEGER NOT NULL,
    created_at  TEXT    NOT NULL
);
CREATE INDEX inbound_receipts_by_inbound ON inbound_receipts (inbound_id);
